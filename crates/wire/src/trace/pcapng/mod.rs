//! The pcapng capture file format
//! ([draft-ietf-opsawg-pcapng](https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/)).
//!
//! A file is a row of blocks, and every block has one shape (section 3.1, "General Block Structure"):
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! |                          Block Type                           |
//! |                      Block Total Length                       |
//! |                   Block Body, padded to words                 |
//! |                      Block Total Length                       |
//! ```
//!
//! The length counts all four parts, and stands at both ends so that a file can be read backward. Whoever
//! does not know a block's type steps over it by its length: so the format grows.
//!
//! ```text
//! Section Header (SHB)     |  0x1A2B3C4D, in the byte order of all that follows  | version 1.0 |
//!                          |  length of the section, 8 bytes, -1: not known      | options     |
//! Interface (IDB)          |  link type, 2 bytes  |  0, 2 bytes  |  SnapLen       | options     |
//! Enhanced Packet (EPB)    |  interface  |  timestamp, upper half  |  lower half  | captured length |
//!                          |  original length  |  packet, padded to words          | options     |
//! Simple Packet (SPB)      |  original length  |  packet, padded to words          |
//! Decryption Secrets (DSB) |  secrets type  |  length  |  secrets, padded to words | options     |
//! ```
//!
//! An option is a code and a length, two bytes each, and a value padded to words; code 0 ends them (section
//! 3.5, "Options"). Timestamps count units since 1970, in the unit that the interface's `if_tsresol` option
//! tells, microseconds if there is none.

mod read;
mod write;

pub(super) use read::{read, section_order};

/// Block types (section 4, "Block Definition", and the registry in "IANA Considerations").
mod block {
    /// Reads the same in both byte orders, because which one it is stands only behind it.
    pub(super) const SECTION_HEADER: u32 = 0x0a0d_0d0a;
    pub(super) const INTERFACE_DESCRIPTION: u32 = 1;
    /// What came before the Enhanced Packet Block: interface and drop count in two bytes each.
    pub(super) const OBSOLETE_PACKET: u32 = 2;
    pub(super) const SIMPLE_PACKET: u32 = 3;
    pub(super) const ENHANCED_PACKET: u32 = 6;
    pub(super) const DECRYPTION_SECRETS: u32 = 10;
}

/// Option codes. Up to `COMMENT` they mean the same in every block; above, each block has its own.
mod option {
    pub(super) const END: u16 = 0;
    pub(super) const COMMENT: u16 = 1;
    /// Section header: the program that wrote it.
    pub(super) const SHB_USERAPPL: u16 = 4;
    /// Interface: one byte. The top bit clear: n means units of 10^-n seconds; set: of 2^-n.
    pub(super) const IF_TSRESOL: u16 = 9;
    /// Interface: eight bytes, signed: seconds to add to every timestamp.
    pub(super) const IF_TSOFFSET: u16 = 14;
}

const BYTE_ORDER_MAGIC: u32 = 0x1a2b_3c4d;

/// What a block adds to its body: type, and length twice.
const AROUND_BODY: usize = 12;

/// How many bytes of padding follow `length` bytes.
fn padding(length: usize) -> usize {
    length.wrapping_neg() % 4
}
