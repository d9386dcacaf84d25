//! SACK: RFC 9260 section 3.3.4.
//!
//! ```text
//! +---------------------------------------------------------------+
//! |                      Cumulative TSN Ack                       |
//! +---------------------------------------------------------------+
//! |          Advertised Receiver Window Credit (a_rwnd)           |
//! +-------------------------------+-------------------------------+
//! |  Number of Gap Ack Blocks (N) |  Number of Duplicate TSNs (M) |
//! +-------------------------------+-------------------------------+
//! |  Gap Ack Block Start, counted |  Gap Ack Block End            |   N times
//! +-------------------------------+-------------------------------+
//! |                         Duplicate TSN                         |   M times
//! ```

use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Meaning, Severity};

static CUMULATIVE: Field = Field::new(
    "Cumulative TSN Ack",
    rfc(9260, "3.3.4"),
    "Up to here everything arrived, without a gap. What is not acknowledged is sent again.",
);
static WINDOW: Field = Field::new(
    "Advertised Receiver Window Credit",
    rfc(9260, "3.3.4"),
    "How many more bytes the receiver has room for.",
);
static GAPS: Field = Field::new(
    "Number of Gap Ack Blocks",
    rfc(9260, "3.3.4"),
    "How many blocks arrived beyond the first gap. 0 where nothing is missing.",
);
static DUPLICATES: Field = Field::new(
    "Number of Duplicate TSNs",
    rfc(9260, "3.3.4"),
    "How many chunks came twice since the last SACK: a sign that something was sent again too early.",
);
static BLOCK: Field = Field::new(
    "Gap Ack Block",
    rfc(9260, "3.3.4"),
    "A block that arrived. What lies before it and after the one before is missing.",
);
static START: Field = Field::new(
    "Gap Ack Block Start",
    rfc(9260, "3.3.4"),
    "The first of the block, counted from the Cumulative TSN Ack.",
);
static END: Field =
    Field::new("Gap Ack Block End", rfc(9260, "3.3.4"), "The last of the block, counted likewise.");
static DUPLICATE: Field = Field::new("Duplicate TSN", rfc(9260, "3.3.4"), "A chunk that came once more.");

pub(super) fn sack(c: &mut Cursor<'_>, _: u64) -> Step {
    let cumulative = c.u32(&CUMULATIVE)?.value();
    c.u32(&WINDOW)?;
    let gaps = c.u16(&GAPS)?.value();
    let duplicates = c.u16(&DUPLICATES)?.value();
    // As many as are announced, and no more than there are bytes for: 65,535 of each would be half a megabyte.
    let room = c.left() as u64 / 4;
    if gaps + duplicates > room {
        let text =
            format!("{gaps} blocks and {duplicates} duplicates are announced, and there is room for {room}");
        c.remark(Severity::Error, text, Some(rfc(9260, "3.3.4")));
    }
    let mut before = 1;
    for _ in 0..gaps.min(room) {
        before = c.group(&BLOCK, |c| block(c, cumulative, before))?;
    }
    for _ in 0..duplicates.min(room.saturating_sub(gaps)) {
        c.u32(&DUPLICATE)?;
    }
    Ok(())
}

/// Reads a block; gives its end.
fn block(c: &mut Cursor<'_>, cumulative: u64, before: u64) -> Step<u64> {
    let tsn = |offset: u64| Meaning::Number((cumulative + offset) & u64::from(u32::MAX));
    let read = c.u16(&START)?;
    let start = read.value();
    let read = read.means(tsn(start));
    if start <= before {
        let why = "touches what was acknowledged before it: then there is no gap between them";
        read.note(Severity::Warning, why, Some(rfc(9260, "3.3.4")));
    }
    let read = c.u16(&END)?;
    let end = read.value();
    read.means(tsn(end)).expect(|end| end >= start, "ends before it starts", rfc(9260, "3.3.4"));
    Ok(end)
}
