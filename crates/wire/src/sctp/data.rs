//! DATA (RFC 9260 section 3.3.1), I-DATA (RFC 8260 section 2.1), and what they carry for WebRTC (RFC 8831 section 8).
//!
//! ```text
//! +---------------------------------------------------------------+
//! |                              TSN                              |
//! +-------------------------------+-------------------------------+
//! |       Stream Identifier       |    Stream Sequence Number     |   I-DATA: Reserved, then a word more:
//! +-------------------------------+-------------------------------+   Message Identifier
//! |                  Payload Protocol Identifier                  |   or Fragment Sequence Number
//! +---------------------------------------------------------------+
//! |                           User Data                           |
//! ```

use crate::cursor::{Cursor, Step};
use crate::dcep::DCEP;
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static TSN: Field = Field::new(
    "TSN",
    rfc(9260, "3.3.1"),
    "Numbers the chunk within all that its sender sends, whichever the stream. SACKs speak of these numbers.",
);
static STREAM: Field = Field::new(
    "Stream Identifier",
    rfc(9260, "3.3.1"),
    "Which stream. A stream goes one way; a data channel is the two streams of one number. Who was the client in \
     DTLS opens even ones, the server odd ones.",
);
static SSN: Field = Field::new(
    "Stream Sequence Number",
    rfc(9260, "3.3.1"),
    "Numbers the messages of the stream, from 0. All fragments of a message have the same. Meaningless where U is set.",
);
static PPID: Field = Field::new(
    "Payload Protocol Identifier",
    rfc(8831, "8"),
    "What the data is. SCTP hands it through; WebRTC tells strings from bytes by it, which is why onmessage gives the \
     type that send was given.",
)
.names(PPIDS);
static RESERVED: Field = Field::new("Reserved", rfc(8260, "2.1"), "Sent as zero and ignored.");
static MID: Field = Field::new(
    "Message Identifier",
    rfc(8260, "2.1"),
    "Numbers the messages of the stream, the ordered and the unordered ones each for themselves.",
);
static FSN: Field = Field::new(
    "Fragment Sequence Number",
    rfc(8260, "2.1"),
    "Numbers the fragments of the message. The first is 0, and has the Payload Protocol Identifier in its place.",
);
pub(crate) static FRAGMENT: Field = Field::new(
    "User Data (fragment)",
    rfc(9260, "6.9"),
    "A piece of a message. A character may be cut in two, so only the whole is text.",
);
static TEXT: Field =
    Field::new("User Data (string)", rfc(8831, "6.6"), "What send(string) was given: UTF-8.");
static BINARY: Field =
    Field::new("User Data (binary)", rfc(8831, "6.6"), "What send was given as a Blob or an ArrayBuffer.");
static EMPTY: Field = Field::new(
    "User Data (empty)",
    rfc(8831, "6.6"),
    "SCTP cannot send nothing, so one zero stands for an empty message. The receiver hands up nothing.",
);
static OTHER: Field = Field::new(
    "User Data",
    rfc(9260, "3.3.1"),
    "A message of an application, whose meaning the Payload Protocol Identifier names.",
);

const PPIDS: &[(u64, &str)] = &[
    (0, "unspecified"),
    (50, "WebRTC DCEP"),
    (51, "WebRTC String"),
    (52, "WebRTC Binary Partial (deprecated)"),
    (53, "WebRTC Binary"),
    (54, "WebRTC String Partial (deprecated)"),
    (56, "WebRTC String Empty"),
    (57, "WebRTC Binary Empty"),
];

pub(super) fn data(c: &mut Cursor<'_>, flags: u64) -> Step {
    c.u32(&TSN)?;
    c.u16(&STREAM)?;
    c.u16(&SSN)?;
    let ppid = c.u32(&PPID)?.value();
    payload(c, flags, ppid)
}

pub(super) fn i_data(c: &mut Cursor<'_>, flags: u64) -> Step {
    c.u32(&TSN)?;
    c.u16(&STREAM)?;
    c.u16(&RESERVED)?;
    c.u32(&MID)?;
    if flags & 2 == 0 {
        c.u32(&FSN)?;
        return payload(c, flags, 0);
    }
    let ppid = c.u32(&PPID)?.value();
    payload(c, flags, ppid)
}

fn payload(c: &mut Cursor<'_>, flags: u64, ppid: u64) -> Step {
    if matches!(ppid, 52 | 54) {
        let why = "deprecated: it cut long messages before SCTP did, and nobody should send it";
        c.remark(Severity::Warning, why, Some(rfc(8831, "6.6")));
    }
    if c.left() == 0 {
        let why = "no user data: the receiver answers with an ABORT";
        c.remark(Severity::Error, why, Some(rfc(9260, "3.3.1")));
        return Ok(());
    }
    if flags & 3 == 3 { message(c, ppid) } else { c.rest(&FRAGMENT).map(drop) }
}

/// A message that is whole: all that is left.
pub(crate) fn message(c: &mut Cursor<'_>, ppid: u64) -> Step {
    match ppid {
        50 => c.message(DCEP.root, c.left(), DCEP.dissect),
        51 | 54 => c.text(&TEXT).map(drop),
        52 | 53 => c.rest(&BINARY).map(drop),
        56 | 57 => c.rest(&EMPTY).map(drop),
        _ => c.rest(&OTHER).map(drop),
    }
}
