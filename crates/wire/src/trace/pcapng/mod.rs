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
//! does not know a block's type steps over it by its length: so the format grows. The blocks that matter here,
//! a field each with its length in bytes (section 4, "Block Definition"):
//!
//! ```text
//! 4.1 Section Header (SHB)      | 0x1A2B3C4D 4 | major 2 | minor 2 | section length 8 | options
//! 4.2 Interface Description     | link type 2 | 0 2 | SnapLen 4 | options
//! 4.3 Enhanced Packet (EPB)     | interface 4 | timestamp, upper 4 | lower 4 | captured length 4
//!                               | original length 4 | packet, padded | options
//! 4.4 Simple Packet (SPB)       | original length 4 | packet, padded
//! 4.7 Decryption Secrets (DSB)  | secrets type 4 | length 4 | secrets, padded | options
//! A   Packet, obsolete          | interface 2 | drops 2 | then as Enhanced Packet
//!
//! option (section 3.5)          | code 2 | length 2 | value, padded        code 0 ends the list
//! ```
//!
//! A file as it is written here, and the least that any capture needs:
//!
//! ```text
//! SHB   the byte order of all that follows: read 0x1A2B3C4D or, in the other order, 0x4D3C2B1A
//! IDB   interface 0: its link type says what the packets begin with, if_tsresol what time counts in
//! DSB   keys, before the packets that need them
//! EPB   one packet of interface 0, and so on
//! ```
//!
//! A second section header may follow at any block, with its own byte order and its own interfaces: that is why
//! two pcapng files joined with `cat` are a pcapng file. Timestamps count units since 1970, microseconds unless
//! `if_tsresol` says otherwise.

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
