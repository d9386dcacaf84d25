//! What a capture holds that is not an event here, and why.

use thiserror::Error;

/// A packet, or a part of the file, that gave no event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("packet {packet}: {why}")]
pub struct Skipped {
    /// The packet's number in the capture, from 1; for a part of the file that is no packet, the number of
    /// the last packet before it (0: none).
    pub packet: u32,
    /// Why it gave no event.
    pub why: Reason,
}

/// Why something gave no event. Offsets are bytes from the start of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Reason {
    /// The frame's outermost header is of a kind that is not read here.
    #[error(
        "link type {0} is not read here (Ethernet, raw IP, Linux cooked and BSD loopback are); \
         `editcap -T` converts some"
    )]
    LinkType(u32),
    /// The frame carries something else than IP, ARP for example.
    #[error("the frame carries protocol type {0:#06x}, not IPv4 (0x0800) or IPv6 (0x86dd)")]
    NotIp(u32),
    /// The packet carries something else than UDP or TCP.
    #[error("the packet carries IP protocol {0}, not UDP (17) or TCP (6)")]
    Protocol(u8),
    /// The rest of a fragmented datagram never came, or its fragments overlap.
    #[error("a fragment of a datagram that could not be put together: a piece is missing or overlaps")]
    Fragment,
    /// The capture kept less of the packet than its headers announce, often because of a snapshot length.
    #[error("{header} needs {expected} bytes and the capture kept {found}; capture with `-s 0` to keep all")]
    CutShort {
        /// The header that announces the length, or that is itself cut.
        header: &'static str,
        /// How many bytes it needs.
        expected: usize,
        /// How many are there.
        found: usize,
    },
    /// A header contradicts its own specification.
    #[error("the {header} header is broken: {field} is {found}")]
    Broken {
        /// The header's protocol.
        header: &'static str,
        /// The field, as its specification spells it.
        field: &'static str,
        /// The value found.
        found: u32,
    },
    /// A block or record of the capture file is broken, and reading went on after it.
    #[error("a block of type {kind:#010x} at offset {offset} is broken: {field} is wrong")]
    Block {
        /// Where it starts.
        offset: usize,
        /// Its block type; 0 for a pcap record, which has none.
        kind: u32,
        /// The field that is wrong.
        field: &'static str,
    },
    /// The file ends inside a block or record; nothing after `offset` was read.
    #[error("the file is cut short: at offset {offset} a block needs {expected} bytes and {found} are left")]
    FileCutShort {
        /// Where the block or record starts.
        offset: usize,
        /// How many bytes it needs.
        expected: usize,
        /// How many are left.
        found: usize,
    },
    /// The file stops making sense; nothing after `offset` was read.
    #[error("the file is damaged at offset {offset}: {field} is {found}, so the rest was not read")]
    FileDamaged {
        /// Where the block starts.
        offset: usize,
        /// The field that makes no sense.
        field: &'static str,
        /// The value found.
        found: u32,
    },
}
