//! Error causes, which ABORT and ERROR are made of: RFC 9260 section 3.3.10.

use super::parameters::{Table, any, tlv};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

pub(super) fn abort(c: &mut Cursor<'_>, _: u64) -> Step {
    c.repeat(|c| CAUSES.one(c))
}

pub(super) fn error(c: &mut Cursor<'_>, _: u64) -> Step {
    if c.left() == 0 {
        c.remark(Severity::Error, "no cause: an ERROR names one or more", Some(rfc(9260, "3.3.10")));
    }
    c.repeat(|c| CAUSES.one(c))
}

pub(super) static CAUSE: Field = Field::new("Cause Code", rfc(9260, "3.3.10"), "What went wrong.");

#[rustfmt::skip]
static CAUSES: Table = Table {
    number: &CAUSE,
    length: &Field::new("Cause Length", rfc(9260, "3.3.10"), "How many bytes the cause has, this header counted."),
    unknown: &tlv(0xffff, "Unknown cause", (9260, "3.3.10"), information, "Not known here. It is kept as it came."),
    known: &[
        tlv(1, "Invalid Stream Identifier", (9260, "3.3.10.1"), stream,
            "Data came for a stream that there is not: the number was not among those that INIT agreed on."),
        tlv(2, "Missing Mandatory Parameter", (9260, "3.3.10.2"), any, "An INIT or INIT ACK lacks what it must have."),
        tlv(3, "Stale Cookie", (9260, "3.3.10.3"), stale, "The cookie came back too late."),
        tlv(4, "Out of Resource", (9260, "3.3.10.4"), information, "No room for another association."),
        tlv(5, "Unresolvable Address", (9260, "3.3.10.5"), any, "An address of a kind that the receiver cannot use."),
        tlv(6, "Unrecognized Chunk Type", (9260, "3.3.10.6"), any, "The chunk that was not known, whole."),
        tlv(7, "Invalid Mandatory Parameter", (9260, "3.3.10.7"), information,
            "A parameter of an INIT or INIT ACK says what it may not: no streams, or a tag of zero."),
        tlv(8, "Unrecognized Parameters", (9260, "3.3.10.8"), any, "The parameters that were not known, whole."),
        tlv(9, "No User Data", (9260, "3.3.10.9"), tsn, "A DATA chunk came with nothing in it."),
        tlv(10, "Cookie Received While Shutting Down", (9260, "3.3.10.10"), information,
            "The association is ending; it cannot begin anew."),
        tlv(11, "Restart of an Association with New Addresses", (9260, "3.3.10.11"), any,
            "An INIT for an association that there is, from addresses that it has not."),
        tlv(12, "User-Initiated Abort", (9260, "3.3.10.12"), reason,
            "The application wanted it so: peerConnection.close(), for one."),
        tlv(13, "Protocol Violation", (9260, "3.3.10.13"), reason, "The peer broke a rule."),
        tlv(0x0105, "Unsupported HMAC Identifier", (4895, "4.1"), any, "An AUTH whose hash the receiver does not know."),
    ],
};

/// What no one need read.
fn information(c: &mut Cursor<'_>) -> Step {
    static INFORMATION: Field =
        Field::new("Cause-Specific Information", rfc(9260, "3.3.10"), "More about it, in no set form.");
    if c.left() > 0 { c.rest(&INFORMATION).map(drop) } else { Ok(()) }
}

fn stream(c: &mut Cursor<'_>) -> Step {
    static STREAM: Field =
        Field::new("Stream Identifier", rfc(9260, "3.3.10.1"), "The stream that there is not.");
    static RESERVED: Field = Field::new("Reserved", rfc(9260, "3.3.10.1"), "Sent as zero and ignored.");
    c.u16(&STREAM)?;
    c.u16(&RESERVED).map(drop)
}

fn stale(c: &mut Cursor<'_>) -> Step {
    static STALENESS: Field =
        Field::new("Measure of Staleness", rfc(9260, "3.3.10.3"), "By how many microseconds.");
    c.u32(&STALENESS).map(drop)
}

fn tsn(c: &mut Cursor<'_>) -> Step {
    static TSN: Field = Field::new("TSN", rfc(9260, "3.3.10.9"), "That of the DATA chunk.");
    c.u32(&TSN).map(drop)
}

fn reason(c: &mut Cursor<'_>) -> Step {
    static REASON: Field = Field::new(
        "Upper Layer Abort Reason",
        rfc(9260, "3.3.10.12"),
        "Words for a person, where there are any.",
    );
    if c.left() == 0 {
        return Ok(());
    }
    // The RFC does not say that it is text; where it is not, that breaks no rule.
    if std::str::from_utf8(c.peek(c.left())).is_ok() {
        c.text(&REASON).map(drop)
    } else {
        c.rest(&REASON).map(drop)
    }
}
