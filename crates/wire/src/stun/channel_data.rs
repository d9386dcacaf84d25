//! ChannelData: RFC 8656 section 12.4. What TURN relays with four bytes of header in place of thirty-six.
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |        Channel Number         |            Length             |
//! +-------------------------------+-------------------------------+
//! |                       Application Data                        |
//! ```

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Node, Severity};

/// TURN's short form for relayed data.
pub static CHANNEL_DATA: Layer = Layer { id: "channeldata", root: &MESSAGE, claims, dissect, summary };

static MESSAGE: Field = Field::new(
    "ChannelData",
    rfc(8656, "12.4"),
    "Data to or from the peer that a ChannelBind request tied to the number: four bytes of header each way.",
);
static NUMBER: Field = Field::new(
    "Channel Number",
    rfc(8656, "12"),
    "Stands for a peer's address. 0x4000 to 0x4FFF, so that the first byte tells it from STUN.",
)
.hex();
static LENGTH: Field = Field::new(
    "Length",
    rfc(8656, "12.4"),
    "How many bytes of data follow, without the padding that TCP needs.",
);
static DATA: Field = Field::new("Application Data", rfc(8656, "12.4"), "The payload of the peer's datagram.");
static PADDING: Field = Field::new(
    "Padding",
    rfc(8656, "12.5"),
    "Fills up to a multiple of 4, so that the next message in a TCP stream is aligned. UDP does not need it.",
);

fn dissect(c: &mut Cursor<'_>) -> Step {
    number(c)?;
    let length = c.u16(&LENGTH)?.value() as usize;
    let data = c.bytes(&DATA, length);
    let padding = length.next_multiple_of(4) - length;
    if data.is_ok() && padding > 0 && padding == c.left() {
        c.bytes(&PADDING, padding)?;
    }
    Ok(())
}

/// The number, here or in CHANNEL-NUMBER.
pub(super) fn number(c: &mut Cursor<'_>) -> Step<u64> {
    let in_range = |n| (0x4000..=0x4fff).contains(&n);
    let read = c.u16(&NUMBER)?;
    Ok(read.expect(in_range, "a channel number is 0x4000 to 0x4FFF", rfc(8656, "12")).value())
}

/// Datagrams from 64 to 79 are TURN's (RFC 7983 section 7); the length must fit.
fn claims(bytes: &[u8]) -> bool {
    let Some((header, data)) = bytes.split_first_chunk::<4>() else { return false };
    let length = usize::from(u16::from_be_bytes([header[2], header[3]]));
    (0x40..=0x4f).contains(&header[0]) && (length..length + 4).contains(&data.len())
}

fn summary(d: &Dissection<'_>) -> String {
    let number = |name| d.find(name).and_then(Node::uint).unwrap_or_default();
    let cut = if d.worst() == Some(Severity::Error) { ", damaged" } else { "" };
    format!("ChannelData {:#06x}, {} bytes{cut}", number("Channel Number"), number("Length"))
}
