//! Who sends what: ssrc and ssrc-group (RFC 5576), msid (RFC 8830).

use super::attributes::{Known, value};
use super::formats::Formats;
use super::words::{Names, before, mark, named, number_of, space, text, word, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=ssrc", rfc(5576, "4.1"), ssrc,
        "Says something of one RTP stream before its first packet, by the SSRC that its packets will carry."),
    value("a=ssrc-group", rfc(5576, "4.2"), group, "Says that some RTP streams belong together, and in which way."),
    value("a=msid", rfc(8830, "2"), msid,
        "Which MediaStream and which track of the sender's page this is: what ontrack hands to the other page."),
];

static SSRC: Field = Field::new(
    "ssrc-id",
    rfc(5576, "4.1"),
    "A random number of 32 bits that each packet of the stream carries.",
);
static ATTRIBUTE: Field = Field::new("attribute", rfc(5576, "4.1"), "What is said of the stream.");
static VALUE: Field = Field::new("value", rfc(5576, "4.1"), "The value of it.");
static SEMANTICS: Field = Field::new("semantics", rfc(5576, "4.2"), "How they belong together.");
static STREAM: Field = Field::new(
    "msid-id",
    rfc(8830, "2"),
    "The id of the MediaStream: tracks of one stream are played in step.",
);
static TRACK: Field = Field::new("msid-appdata", rfc(8830, "2"), "The id of the track, where it is told.");

const ATTRIBUTES_OF_SOURCES: Names = &[
    ("cname", "canonical name: alike for all streams of one sender, so they can be played in step: RFC 5576"),
    ("msid", "stream and track, as a=msid says it today"),
    ("mslabel", "the stream, as old software says it"),
    ("label", "the track, as old software says it"),
    ("fmtp", "format parameters of this stream alone: RFC 5576"),
    ("previous-ssrc", "which SSRC it had before: RFC 5576"),
];
const SEMANTICS_NAMES: Names = &[
    ("FID", "flow identification: a stream, then its retransmissions: RFC 5576, RFC 4588"),
    ("FEC", "a stream and its redundancy: RFC 5576"),
    ("FEC-FR", "a stream, then the redundancy that repairs it: RFC 5956"),
    ("SIM", "one picture in several sizes: libwebrtc's simulcast before a=simulcast"),
    ("DUP", "the same sent twice: RFC 7104"),
];
const NO_STREAM: Names = &[("-", "of no MediaStream")];

fn ssrc(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    number_of(c, &SSRC, len, 0..=u64::from(u32::MAX))?;
    space(c)?;
    let left = c.left();
    let len = before(c, b':', left);
    named(c, &ATTRIBUTE, len, ATTRIBUTES_OF_SOURCES)?;
    if c.left() == 0 {
        return Ok(());
    }
    mark(c)?;
    let len = c.left();
    if len > 0 { text(c, &VALUE, len).map(drop) } else { Ok(()) }
}

fn group(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    named(c, &SEMANTICS, len, SEMANTICS_NAMES)?;
    let mut count = 0;
    while space(c)? {
        let len = word_len(c);
        number_of(c, &SSRC, len, 0..=u64::from(u32::MAX))?;
        count += 1;
    }
    if count == 0 {
        c.remark(Severity::Warning, "a group of no stream", Some(rfc(5576, "4.2")));
    }
    Ok(())
}

fn msid(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let len = word_len(c);
    named(c, &STREAM, len, NO_STREAM)?;
    if space(c)? {
        word(c, &TRACK)?;
    }
    Ok(())
}
