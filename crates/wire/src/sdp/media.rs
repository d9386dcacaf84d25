//! The m= line: RFC 8866 section 5.14.
//!
//! ```text
//! m=video 9 UDP/TLS/RTP/SAVPF 96 97          media SP port SP proto SP fmt *(SP fmt)
//! m=application 9 UDP/DTLS/SCTP webrtc-datachannel
//! ```

use super::formats::Formats;
use super::words::{Names, before, mark, missing, named, number_of, space, word_len};
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::rfc;
use crate::tree::{Field, Meaning, Severity};

/// What kind of media, by which a summary knows it.
pub(super) static KIND_FIELD: &Field = &KIND;

static KIND: Field = Field::new("media", rfc(8866, "5.14"), "Which kind of media this is about.");
static PORT: Field = Field::new(
    "port",
    rfc(8866, "5.14"),
    "Where to send where there is no ICE. 9 stands for none yet (RFC 9429); 0 rejects or stops this medium, unless \
     it is bundle-only (RFC 3264, RFC 9143).",
);
static PORTS: Field =
    Field::new("number of ports", rfc(8866, "5.14"), "How many ports, where it is not one.");
static PROTO: Field = Field::new(
    "proto",
    rfc(8866, "5.14"),
    "What the media are carried by, from the transport up, read from the left.",
);
static FMT: Field = Field::new(
    "fmt",
    rfc(8866, "5.14"),
    "A format, the one wished for most first. Over RTP it is a payload type, a number that a=rtpmap gives a meaning.",
);

const KINDS: Names = &[
    ("audio", ""),
    ("video", ""),
    ("application", "data channels, where webrtc-datachannel is its format"),
    ("text", ""),
    ("message", ""),
    ("image", ""),
];
const PROTOS: Names = &[
    ("UDP/TLS/RTP/SAVPF", "RTP with feedback, its keys by DTLS, over UDP: all that WebRTC's media use"),
    ("TCP/TLS/RTP/SAVPF", "the same over TCP"),
    ("RTP/SAVPF", "RTP with feedback, encrypted: an older way to write it"),
    ("RTP/AVP", "RTP in the open: not for WebRTC"),
    ("RTP/AVPF", "RTP in the open, with feedback: not for WebRTC"),
    ("RTP/SAVP", "RTP encrypted, without feedback: not for WebRTC"),
    ("UDP/TLS/RTP/SAVP", "RTP, its keys by DTLS, without feedback"),
    ("UDP/DTLS/SCTP", "SCTP inside DTLS over UDP: data channels"),
    ("TCP/DTLS/SCTP", "SCTP inside DTLS over TCP: data channels"),
    ("DTLS/SCTP", "an old way to write UDP/DTLS/SCTP, before RFC 8841"),
];

pub(super) fn line(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    let len = word_len(c);
    named(c, &KIND, len, KINDS)?;
    space(c)?;
    port(c)?;
    space(c)?;
    let len = word_len(c);
    named(c, &PROTO, len, PROTOS)?;
    let mut none = true;
    while space(c)? {
        none = false;
        format(c, formats)?;
    }
    if none {
        missing(c, &FMT);
        return Err(Stop);
    }
    Ok(())
}

fn port(c: &mut Cursor<'_>) -> Step {
    let word = word_len(c);
    let len = before(c, b'/', word);
    let at = c.nodes();
    let port = number_of(c, &PORT, len, 0..=65_535)?;
    let meaning = match port {
        Some(0) => "rejected or stopped, unless bundle-only",
        Some(9) => "none yet: the candidates say where",
        _ => "",
    };
    if !meaning.is_empty() {
        c.mean(at, Meaning::Name(meaning));
    }
    if len < word {
        mark(c)?;
        let len = word - len - 1;
        number_of(c, &PORTS, len, 1..=65_535)?;
    }
    Ok(())
}

fn format(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    if !formats.rtp {
        let len = word_len(c);
        let names = &[("webrtc-datachannel", "data channels: RFC 8831")];
        return named(c, &FMT, len, names).map(drop);
    }
    let at = c.nodes();
    if let Some(64..=95) = payload_type(c, &FMT, formats)? {
        let why = "64 to 95 must not be used where RTCP shares the port";
        c.remark_at(at, Severity::Warning, why, rfc(5761, "4"));
    }
    Ok(())
}

/// A payload type, and the codec that it stands for in this media description.
pub(super) fn payload_type(
    c: &mut Cursor<'_>,
    field: &'static Field,
    formats: &Formats,
) -> Step<Option<u64>> {
    let (at, len) = (c.nodes(), word_len(c));
    let number = number_of(c, field, len, 0..=127)?;
    match number.map(|number| formats.codec(number).name()) {
        None | Some("") => {}
        Some(name) => c.mean(at, Meaning::Name(name)),
    }
    Ok(number)
}
