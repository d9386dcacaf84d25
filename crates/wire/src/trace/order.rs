//! Whole numbers at an offset, in either byte order. Past the end there is no number, not a panic.

/// Which end of a number comes first. Networks send the big end first; a capture file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteOrder {
    Big,
    Little,
}

impl ByteOrder {
    pub(super) fn u16(self, bytes: &[u8], at: usize) -> Option<u16> {
        let chunk = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u16::from_be_bytes(chunk),
            ByteOrder::Little => u16::from_le_bytes(chunk),
        })
    }

    pub(super) fn u32(self, bytes: &[u8], at: usize) -> Option<u32> {
        let chunk = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u32::from_be_bytes(chunk),
            ByteOrder::Little => u32::from_le_bytes(chunk),
        })
    }

    pub(super) fn u64(self, bytes: &[u8], at: usize) -> Option<u64> {
        let chunk = *bytes.get(at..)?.first_chunk()?;
        Some(match self {
            ByteOrder::Big => u64::from_be_bytes(chunk),
            ByteOrder::Little => u64::from_le_bytes(chunk),
        })
    }
}
