//! SCTP packets: RFC 9260. In WebRTC they travel inside DTLS (RFC 8261) and carry the data channels.
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |      Source Port Number       |    Destination Port Number    |
//! +-------------------------------+-------------------------------+
//! |                       Verification Tag                        |
//! +---------------------------------------------------------------+
//! |                           Checksum                            |
//! +---------------+---------------+-------------------------------+
//! |  Chunk Type   |  Chunk Flags  |         Chunk Length          |   as many chunks as fit,
//! +---------------+---------------+-------------------------------+   each padded to 32 bits
//! |                  Chunk Value, then 0 to 3 zeros               |
//! ```
//!
//! One packet alone says little of a data channel: `session/sctp.rs` follows an association, puts fragments
//! together and calls a channel by its name. It reads by [`packet`], which tells it of each chunk.

mod causes;
mod chunks;
mod control;
mod data;
mod parameters;
mod reconfiguration;
mod sack;
mod summary;

pub(crate) use data::{FRAGMENT, message};
pub(crate) use summary::packet_summary;

use crc::{CRC_32_ISCSI, Crc, Table};

use crate::cursor::{Cursor, Step, Stop};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Severity};
use chunks::Kind;

/// The Stream Control Transmission Protocol.
pub static SCTP: Layer = Layer {
    id: "sctp",
    root: &PACKET,
    claims,
    dissect: |c| packet(c, &mut |_, _| Ok(())),
    summary: |d: &Dissection<'_>| packet_summary(d, 0),
};

/// What a session writes between a channel's label and the packet that opened it, at the Stream Identifier.
pub(crate) const CHANNEL: &str = ": the channel that ";

/// How many bytes stand before the chunks.
const HEADER_LEN: usize = 12;
/// The chunks that a data channel is made of, by their numbers.
pub(crate) const DATA: u64 = 0;
pub(crate) const I_DATA: u64 = 64;
const INIT: u64 = 1;
const INIT_ACK: u64 = 2;
const COOKIE_ECHO: u64 = 10;
const SHUTDOWN_COMPLETE: u64 = 14;

static PACKET: Field = Field::new(
    "SCTP",
    rfc(9260, "3"),
    "A header, and chunks that each do one thing. Inside DTLS it never sees the network, so its ports name no process.",
);
static SOURCE: Field = Field::new(
    "Source Port Number",
    rfc(9260, "3.1"),
    "The sender's port. Under WebRTC there is one association only, and both ends use what SDP says: 5000.",
);
static DESTINATION: Field = Field::new(
    "Destination Port Number",
    rfc(9260, "3.1"),
    "The receiver's port, as a=sctp-port in its SDP says.",
);
pub(crate) static TAG: Field = Field::new(
    "Verification Tag",
    rfc(9260, "3.1"),
    "The number that the receiver asked for in its INIT or INIT ACK: a packet of an old association, or of a \
     stranger, does not know it. Zero in an INIT, which goes to who has not asked yet.",
)
.hex();
static CHECKSUM: Field = Field::new(
    "Checksum",
    rfc(9260, "6.8"),
    "CRC32c over the whole packet with this field at zero, its lowest byte first. Inside DTLS, which protects every \
     byte already, two ends can agree to leave it at zero.",
)
.hex();
static TYPE: Field = Field::new(
    "Chunk Type",
    rfc(9260, "3.2"),
    "What the chunk does. Its two highest bits tell who does not know it whether to go on after it, and whether to \
     report it.",
);
static LENGTH: Field = Field::new(
    "Chunk Length",
    rfc(9260, "3.2"),
    "How many bytes the chunk has, these four of its header counted and the padding not.",
);
static PADDING: Field = Field::new(
    "Padding",
    rfc(9260, "3.2"),
    "Zeros up to the next multiple of 4, so that the next chunk is aligned. No length counts them but that of what \
     holds them.",
);

/// Told of each chunk: its number and its node, while the chunk is open, so that remarks and derived bytes stand in it.
pub(crate) type Watch<'w> = dyn FnMut(&mut Cursor<'_>, Chunk) -> Step + 'w;

/// A chunk that was read as far as it could be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunk {
    /// Its number in the registry.
    pub(crate) kind: u64,
    /// Its node: [`Cursor::since`] gives it and what is below it.
    pub(crate) at: usize,
}

/// Reads a packet, and tells `watch` of each chunk.
pub(crate) fn packet(c: &mut Cursor<'_>, watch: &mut Watch<'_>) -> Step {
    let all = c.peek(c.left());
    let (computed, first) = (checksum(all), all.get(HEADER_LEN).copied().map(u64::from));
    c.u16(&SOURCE)?.expect(|port| port != 0, "port 0 is not allowed", rfc(9260, "3.1"));
    c.u16(&DESTINATION)?.expect(|port| port != 0, "port 0 is not allowed", rfc(9260, "3.1"));
    tag(c, first)?;
    sum(c, computed, first)?;
    if c.left() == 0 {
        c.remark(Severity::Warning, "no chunk: the packet says nothing", Some(rfc(9260, "3")));
    }
    let mut order = Order::default();
    c.repeat(|c| chunk(c, &mut order, watch))
}

/// The CRC32c of a packet, as the four bytes of its header read in network order.
fn checksum(packet: &[u8]) -> u32 {
    static CRC32C: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISCSI);
    let mut sum = CRC32C.digest();
    sum.update(packet.get(..8).unwrap_or_default());
    sum.update(&[0; 4]);
    sum.update(packet.get(HEADER_LEN..).unwrap_or_default());
    sum.finalize().swap_bytes()
}

fn tag(c: &mut Cursor<'_>, first: Option<u64>) -> Step {
    let read = c.u32(&TAG)?;
    match (read.value(), first) {
        (_, None) | (0, Some(INIT)) | (1.., Some(DATA | 2..)) => {}
        (0, Some(_)) => {
            let why = "zero, which only a packet with an INIT may have: the receiver drops it";
            read.note(Severity::Error, why, Some(rfc(9260, "8.5.1")));
        }
        (1.., Some(INIT)) => {
            let why = "an INIT must come with zero, since the receiver has chosen no tag yet";
            read.note(Severity::Error, why, Some(rfc(9260, "8.5.1")));
        }
    }
    Ok(())
}

fn sum(c: &mut Cursor<'_>, computed: u32, first: Option<u64>) -> Step {
    let read = c.u32(&CHECKSUM)?;
    if read.value() == u64::from(computed) {
        read.note(Severity::Good, "is the CRC32c of the packet", Some(rfc(9260, "6.8")));
    } else if read.value() != 0 {
        let text = format!("computed {computed:#010x}: the packet was changed, and the receiver drops it");
        read.note(Severity::Error, text, Some(rfc(9260, "6.8")));
    } else if matches!(first, Some(INIT | COOKIE_ECHO)) {
        let text = format!(
            "zero, where {computed:#010x} is due: a packet that sets up the association must have its sum"
        );
        read.note(Severity::Error, text, Some(rfc(9653, "5.2")));
    } else {
        let why = "zero: not computed. Allowed where the receiver sent Zero Checksum Acceptable, since DTLS protects \
                   the packet better than a CRC does";
        read.note(Severity::Info, why, Some(rfc(9653, "5.2")));
    }
    Ok(())
}

/// Which chunks came before, as far as it matters to those that follow (RFC 9260 section 6.10).
#[derive(Default)]
struct Order {
    count: usize,
    alone: bool,
    data: bool,
}

impl Order {
    fn remark(&mut self, c: &mut Cursor<'_>, kind: u64) {
        let alone = matches!(kind, INIT | INIT_ACK | SHUTDOWN_COMPLETE);
        let data = matches!(kind, DATA | I_DATA);
        let why = if self.alone || alone && self.count > 0 {
            Some("INIT, INIT ACK and SHUTDOWN COMPLETE travel alone: no other chunk may share their packet")
        } else if kind == COOKIE_ECHO && self.count > 0 {
            Some("a COOKIE ECHO must be the first chunk of its packet")
        } else if self.data && !data {
            Some("control chunks stand before those with data")
        } else {
            None
        };
        if let Some(why) = why {
            c.remark(Severity::Error, why, Some(rfc(9260, "6.10")));
        }
        self.count += 1;
        self.alone |= alone;
        self.data |= data;
    }
}

fn chunk(c: &mut Cursor<'_>, order: &mut Order, watch: &mut Watch<'_>) -> Step {
    let kind = c.peek(1).first().copied().unwrap_or_default();
    let known = chunks::named(kind);
    let at = c.nodes();
    let chunk = Chunk { kind: u64::from(kind), at };
    c.group(&known.field, |c| {
        let (flags, len) = header(c, known, kind)?;
        order.remark(c, chunk.kind);
        c.inline(len, |c| {
            let read = (known.body)(c, flags);
            watch(c, chunk)?;
            read
        })?;
        pad(c)
    })
}

/// Reads the four bytes that every chunk begins with; gives the flags, and the length of what follows.
fn header(c: &mut Cursor<'_>, known: &'static Kind, kind: u8) -> Step<(u64, usize)> {
    static FLAGS: Field =
        Field::new("Chunk Flags", rfc(9260, "3.2"), "Bits whose meaning depends on the type.").hex();
    c.u8(&TYPE)?.means(Meaning::Name(known.field.name));
    if let Some(why) = known.stranger(kind) {
        c.remark(Severity::Info, why, Some(rfc(9260, "3.2")));
    }
    let flags = c.word(&FLAGS, 1, known.flags)?.value();
    let read = c.u16(&LENGTH)?.expect(
        |len| len >= 4,
        "the length counts the header, which has 4 bytes",
        rfc(9260, "3.2"),
    );
    let len = (read.value() as usize).checked_sub(4).ok_or(Stop)?;
    Ok((flags, len))
}

/// Padding, counted from the start of the packet.
fn pad(c: &mut Cursor<'_>) -> Step {
    let len = c.offset().next_multiple_of(4) - c.offset();
    if len == 0 {
        return Ok(());
    }
    let zeros = c.peek(len).iter().all(|byte| *byte == 0);
    let read = c.bytes(&PADDING, len)?;
    if !zeros {
        read.note(Severity::Warning, "padding must be sent as zeros", Some(rfc(9260, "3.2")));
    }
    Ok(())
}

/// The padding of a parameter or a cause, which the last one in its chunk leaves to the chunk.
fn pad_inside(c: &mut Cursor<'_>) -> Step {
    if c.left() > 0 { pad(c) } else { Ok(()) }
}

/// SCTP has no number of its own in UDP, so only a sum that holds tells it from anything else.
fn claims(bytes: &[u8]) -> bool {
    let sum = bytes.get(8..HEADER_LEN).and_then(|sum| sum.try_into().ok()).map(u32::from_be_bytes);
    bytes.len() >= HEADER_LEN + 4 && sum.is_some_and(|sum| sum != 0 && sum == checksum(bytes))
}
