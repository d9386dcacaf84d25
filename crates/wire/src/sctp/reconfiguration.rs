//! RE-CONFIG (RFC 6525): how a data channel closes (RFC 8831 section 6.7).
//!
//! Who closes resets its own stream of the channel's number. The other end answers, and resets its own in turn. Then
//! both are free for another channel.

use super::parameters::parameters;
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static REQUEST: Field = Field::new(
    "Re-configuration Request Sequence Number",
    rfc(6525, "4.1"),
    "Numbers the requests of a sender, from its Initial TSN on. A request comes again with its number until it is \
     answered.",
);
static RESPONSE: Field = Field::new(
    "Re-configuration Response Sequence Number",
    rfc(6525, "4.4"),
    "The number of the request that this answers.",
);
static STREAM: Field = Field::new("Stream Number", rfc(6525, "4.1"), "A stream to reset.");

pub(super) fn re_config(c: &mut Cursor<'_>, _: u64) -> Step {
    if c.left() == 0 {
        c.remark(Severity::Error, "no request and no response", Some(rfc(6525, "3.1")));
    }
    parameters(c)
}

pub(super) fn outgoing(c: &mut Cursor<'_>) -> Step {
    static LAST: Field = Field::new(
        "Sender's Last Assigned TSN",
        rfc(6525, "4.1"),
        "The receiver resets only once everything up to here has come: nothing on its way is lost.",
    );
    static ANSWERS: Field = Field::new(
        "Re-configuration Response Sequence Number",
        rfc(6525, "4.1"),
        "Where the other end had asked for this reset: the number of its request. Else the number before the next that \
         is expected.",
    );
    c.u32(&REQUEST)?;
    c.u32(&ANSWERS)?;
    c.u32(&LAST)?;
    streams(c)
}

pub(super) fn incoming(c: &mut Cursor<'_>) -> Step {
    c.u32(&REQUEST)?;
    streams(c)
}

pub(super) fn all(c: &mut Cursor<'_>) -> Step {
    c.u32(&REQUEST).map(drop)
}

pub(super) fn response(c: &mut Cursor<'_>) -> Step {
    static RESULT: Field = Field::new(
        "Result",
        rfc(6525, "4.4"),
        "What became of the request. In progress: it is asked again later, with the same number.",
    )
    .names(&[
        (0, "Success - Nothing to do"),
        (1, "Success - Performed"),
        (2, "Denied"),
        (3, "Error - Wrong SSN"),
        (4, "Error - Request already in progress"),
        (5, "Error - Bad Sequence Number"),
        (6, "In progress"),
    ]);
    static SENDER_NEXT: Field = Field::new(
        "Sender's Next TSN",
        rfc(6525, "4.4"),
        "Where all numbering began anew: the sender's next.",
    );
    static RECEIVER_NEXT: Field =
        Field::new("Receiver's Next TSN", rfc(6525, "4.4"), "And the one that it expects next.");
    c.u32(&RESPONSE)?;
    c.u32(&RESULT)?;
    if c.left() > 0 {
        c.u32(&SENDER_NEXT)?;
        c.u32(&RECEIVER_NEXT)?;
    }
    Ok(())
}

pub(super) fn add(c: &mut Cursor<'_>) -> Step {
    static COUNT: Field = Field::new("Number of new streams", rfc(6525, "4.5"), "How many more.");
    static RESERVED: Field = Field::new("Reserved", rfc(6525, "4.5"), "Sent as zero and ignored.");
    c.u32(&REQUEST)?;
    c.u16(&COUNT)?;
    c.u16(&RESERVED).map(drop)
}

fn streams(c: &mut Cursor<'_>) -> Step {
    if c.left() == 0 {
        c.remark(Severity::Info, "no stream is named, so all are meant", Some(rfc(6525, "4.1")));
    }
    c.repeat(|c| c.u16(&STREAM).map(drop))
}
