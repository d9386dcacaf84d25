//! Data channels in SDP: RFC 8841, and the draft that it replaced.

use super::attributes::{Known, value};
use super::formats::Formats;
use super::words::{next_number, number, space, text, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=sctp-port", rfc(8841, "5"), port,
        "The port of SCTP's own header. Nobody outside of DTLS ever sees it; 5000 by custom."),
    value("a=max-message-size", rfc(8841, "6"), most,
        "The longest message that this side can take on a data channel: a longer one makes send() fail."),
    value("a=sctpmap", OLD, old,
        "How drafts before RFC 8841 wrote sctp-port and the number of streams, with m=application 9 DTLS/SCTP 5000. \
         Only old software sends it."),
];

const OLD: Spec = Spec::Page {
    title: "draft-ietf-mmusic-sctp-sdp-05",
    url: "https://datatracker.ietf.org/doc/html/draft-ietf-mmusic-sctp-sdp-05",
};

static PORT: Field =
    Field::new("sctp-port-value", rfc(8841, "5"), "0 to 65535, written without leading zeros.");
static SIZE: Field = Field::new(
    "max-message-size-value",
    rfc(8841, "6"),
    "Bytes. 0 is no limit; 64 KiB where the line is missing.",
);
static OLD_PORT: Field = Field::new("sctpmap-number", OLD, "The port of SCTP's header.");
static OLD_APP: Field = Field::new("app", OLD, "What is inside: webrtc-datachannel.");
static OLD_STREAMS: Field = Field::new("streams", OLD, "How many streams it would like.");

fn port(c: &mut Cursor<'_>, _: &Formats) -> Step {
    number(c, &PORT, 0..=65_535).map(drop)
}

fn most(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let at = c.nodes();
    if number(c, &SIZE, 0..=u64::MAX)? == Some(0) {
        c.mean(at, Meaning::Name("any size"));
    }
    Ok(())
}

fn old(c: &mut Cursor<'_>, _: &Formats) -> Step {
    c.remark(Severity::Warning, "from a draft: RFC 8841 says a=sctp-port instead", Some(rfc(8841, "5")));
    number(c, &OLD_PORT, 0..=65_535)?;
    space(c)?;
    let len = word_len(c);
    text(c, &OLD_APP, len)?;
    if c.left() > 0 {
        next_number(c, &OLD_STREAMS, 0..=65_535)?;
    }
    Ok(())
}
