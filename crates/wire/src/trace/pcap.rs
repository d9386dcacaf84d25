//! Reading the classic pcap format, what tcpdump writes.
//!
//! ```text
//! file header, 24 bytes                          record header, 16 bytes, then the packet
//! |               Magic Number            |      |           Timestamp (Seconds)         |
//! |   Major Version   |   Minor Version   |      |     Timestamp (Micro- or nanoseconds) |
//! |               Reserved1               |      |         Captured Packet Length        |
//! |               Reserved2               |      |         Original Packet Length        |
//! |                SnapLen                |
//! |  FCS bits         |     LinkType      |
//! ```
//!
//! The magic number tells the byte order of all that follows and whether the fraction is in micro- or
//! nanoseconds (draft-ietf-opsawg-pcap, sections "File Header" and "Packet Record"). There are no interfaces,
//! comments or keys: that is what pcapng is for.

use std::time::Duration;

use super::fold::{Fold, Frame};
use super::order::ByteOrder;
use super::{ReadError, Reason, Trace};

const FILE_HEADER: usize = 24;
const RECORD_HEADER: usize = 16;
/// Wireshark and libpcap refuse longer packets; a longer one is a sign that the file is damaged.
const LONGEST_PACKET: usize = 262_144;

/// What the magic number tells: byte order, and nanoseconds in a unit of the fraction.
pub(super) fn magic(bytes: &[u8]) -> Option<(ByteOrder, u32)> {
    match bytes.first_chunk()? {
        [0xa1, 0xb2, 0xc3, 0xd4] => Some((ByteOrder::Big, 1000)),
        [0xd4, 0xc3, 0xb2, 0xa1] => Some((ByteOrder::Little, 1000)),
        [0xa1, 0xb2, 0x3c, 0x4d] => Some((ByteOrder::Big, 1)),
        [0x4d, 0x3c, 0xb2, 0xa1] => Some((ByteOrder::Little, 1)),
        _ => None,
    }
}

/// Reads a file whose magic number was `(order, unit)`.
pub(super) fn read(bytes: &[u8], (order, unit): (ByteOrder, u32)) -> Result<Trace, ReadError> {
    let header = bytes.get(..FILE_HEADER).ok_or(ReadError::TooShort {
        format: "pcap",
        expected: FILE_HEADER,
        found: bytes.len(),
    })?;
    // The upper bits say whether frames end with a checksum; IP's own length leaves it out anyway.
    let link_type = order.u32(header, 20).unwrap_or(0) & 0xffff;
    let mut fold = Fold::default();
    let mut offset = FILE_HEADER;
    while let Some(rest) = bytes.get(offset..).filter(|rest| !rest.is_empty()) {
        let fields =
            (order.u32(rest, 0), order.u32(rest, 4), order.u32(rest, 8).map(|length| length as usize));
        let (Some(seconds), Some(fraction), Some(length)) = fields else {
            fold.skip(Reason::FileCutShort { offset, expected: RECORD_HEADER, found: rest.len() });
            break;
        };
        let Some(packet) = rest.get(RECORD_HEADER..RECORD_HEADER.saturating_add(length)) else {
            fold.skip(cut_or_damaged(offset, length, rest.len()));
            break;
        };
        let at =
            Duration::from_secs(seconds.into()) + Duration::from_nanos(u64::from(fraction) * u64::from(unit));
        fold.frame(Frame { at, link_type, bytes: packet, comment: None });
        offset += RECORD_HEADER + length;
    }
    Ok(fold.finish())
}

fn cut_or_damaged(offset: usize, length: usize, left: usize) -> Reason {
    if length > LONGEST_PACKET {
        Reason::FileDamaged { offset, field: "Captured Packet Length", found: length as u32 }
    } else {
        Reason::FileCutShort { offset, expected: RECORD_HEADER + length, found: left }
    }
}
