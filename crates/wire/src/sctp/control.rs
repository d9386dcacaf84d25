//! The chunks that set an association up, keep it, and end it, and those that give data up.

use super::parameters::{COOKIE, HMAC, parameters};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

/// INIT and INIT ACK: RFC 9260 sections 3.3.2 and 3.3.3.
pub(super) fn init(c: &mut Cursor<'_>, _: u64) -> Step {
    static TAG: Field = Field::new(
        "Initiate Tag",
        rfc(9260, "3.3.2"),
        "What every packet to the sender must have as its Verification Tag from now on. Random, so that no stranger \
         guesses it.",
    )
    .hex();
    static WINDOW: Field = Field::new(
        "Advertised Receiver Window Credit",
        rfc(9260, "3.3.2"),
        "How many bytes the sender of this has room for: more may not be on their way to it.",
    );
    static OUTBOUND: Field = Field::new(
        "Number of Outbound Streams",
        rfc(9260, "3.3.2"),
        "How many streams the sender wants to send on. RFC 8831 asks for 65535.",
    );
    static INBOUND: Field = Field::new(
        "Number of Inbound Streams",
        rfc(9260, "3.3.2"),
        "How many streams the sender can take. The lesser of this and the other's wish counts.",
    );
    static TSN: Field = Field::new(
        "Initial TSN",
        rfc(9260, "3.3.2"),
        "The number of the sender's first DATA chunk. Random, as TCP's first sequence number is.",
    );
    let zero = |n| n != 0;
    c.u32(&TAG)?.expect(zero, "must not be zero: the receiver drops it or aborts", rfc(9260, "3.3.2"));
    c.u32(&WINDOW)?.expect(|n| n >= 1500, "must be 1500 at least: room for a packet", rfc(9260, "3.3.2"));
    c.u16(&OUTBOUND)?.expect(zero, "must not be zero: the receiver aborts", rfc(9260, "3.3.2"));
    c.u16(&INBOUND)?.expect(zero, "must not be zero: the receiver aborts", rfc(9260, "3.3.2"));
    c.u32(&TSN)?;
    parameters(c)
}

/// HEARTBEAT and HEARTBEAT ACK: RFC 9260 sections 3.3.5 and 3.3.6.
pub(super) fn heartbeat(c: &mut Cursor<'_>, _: u64) -> Step {
    parameters(c)
}

/// RFC 9260 section 3.3.8.
pub(super) fn shutdown(c: &mut Cursor<'_>, _: u64) -> Step {
    static TSN: Field =
        Field::new("Cumulative TSN Ack", rfc(9260, "3.3.8"), "Up to here all of the other's data arrived.");
    c.u32(&TSN).map(drop)
}

/// RFC 9260 section 3.3.11.
pub(super) fn cookie_echo(c: &mut Cursor<'_>, _: u64) -> Step {
    c.rest(&COOKIE).map(drop)
}

/// COOKIE ACK, SHUTDOWN ACK and SHUTDOWN COMPLETE, which say all by their type.
pub(super) fn nothing(_: &mut Cursor<'_>, _: u64) -> Step {
    Ok(())
}

/// ECNE and CWR: RFC 9260 reserves the numbers; what they hold only RFC 4960 said, which it replaced.
pub(super) fn ecn(c: &mut Cursor<'_>, _: u64) -> Step {
    static TSN: Field =
        Field::new("Lowest TSN Number", rfc(4960, "A"), "The packet that was marked, by its lowest TSN.");
    c.u32(&TSN).map(drop)
}

/// RFC 4895 section 4.1.
pub(super) fn auth(c: &mut Cursor<'_>, _: u64) -> Step {
    static KEY: Field = Field::new(
        "Shared Key Identifier",
        rfc(4895, "4.1"),
        "Which of the keys that both ends were given. 0 is no key: then it shows only that one sender made both.",
    );
    static SUM: Field =
        Field::new("HMAC", rfc(4895, "4.1"), "Over this chunk, with zeros here, and all chunks after it.");
    c.u16(&KEY)?;
    c.u16(&HMAC)?;
    c.rest(&SUM).map(drop)
}

static NEW_CUMULATIVE: Field = Field::new(
    "New Cumulative TSN",
    rfc(3758, "3.2"),
    "The receiver takes all up to here as arrived: what is missing was given up and never comes.",
);
static SKIPPED_STREAM: Field =
    Field::new("Stream Identifier", rfc(3758, "3.2"), "An ordered stream on which something was given up.");

/// RFC 3758 section 3.2.
pub(super) fn forward_tsn(c: &mut Cursor<'_>, _: u64) -> Step {
    static SKIPPED: Field = Field::new("Skipped", rfc(3758, "3.2"), "What one stream need not wait for.");
    static SSN: Field = Field::new(
        "Stream Sequence Number",
        rfc(3758, "3.2"),
        "The last message of the stream that was given up: what waits behind it is handed up.",
    );
    c.u32(&NEW_CUMULATIVE)?;
    c.repeat(|c| {
        c.group(&SKIPPED, |c| {
            c.u16(&SKIPPED_STREAM)?;
            c.u16(&SSN).map(drop)
        })
    })
}

/// RFC 8260 section 2.3.1.
pub(super) fn i_forward_tsn(c: &mut Cursor<'_>, _: u64) -> Step {
    static SKIPPED: Field = Field::new("Skipped", rfc(8260, "2.3.1"), "What one stream need not wait for.");
    static FLAGS: Field =
        Field::new("Flags", rfc(8260, "2.3.1"), "Whether ordered messages are meant.").hex();
    static BITS: [Field; 2] = [
        Field::new("Reserved", rfc(8260, "2.3.1"), "Sent as zero and ignored.").bits(0xfffe),
        Field::new("U", rfc(8260, "2.3.1"), "1: unordered messages.").bits(1).names(&[(1, "unordered")]),
    ];
    static MID: Field = Field::new(
        "Message Identifier",
        rfc(8260, "2.3.1"),
        "The last message of the stream that was given up: what waits behind it is handed up.",
    );
    c.u32(&NEW_CUMULATIVE)?;
    let ragged = !c.left().is_multiple_of(8);
    if ragged {
        c.remark(Severity::Warning, "the streams take 8 bytes each", Some(rfc(8260, "2.3.1")));
    }
    c.repeat(|c| {
        c.group(&SKIPPED, |c| {
            c.u16(&SKIPPED_STREAM)?;
            c.word(&FLAGS, 2, &BITS)?;
            c.u32(&MID).map(drop)
        })
    })
}
