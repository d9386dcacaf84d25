//! The two to fourteen bytes before the payload, and the rules they can break.

use super::{CLOSE, CONTINUATION, OPCODES, masks};
use crate::context::{Frames, Side};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Severity};

static FIRST: Field = Field::new(
    "FIN, RSV, opcode",
    rfc(6455, "5.2"),
    "What kind of frame it is, and whether it is the last of its message.",
)
.hex();
static FIRST_BITS: [Field; 5] = [
    Field::new("FIN", rfc(6455, "5.2"), "Whether this is the last frame of the message; the first may be the last.")
        .bits(0x80)
        .names(&[(1, "final")]),
    Field::new(
        "RSV1",
        rfc(6455, "5.2"),
        "For extensions, else 0. permessage-deflate sets it on the first frame of a compressed message.",
    )
    .bits(0x40)
    .names(&[(1, "RSV1")]),
    Field::new("RSV2", rfc(6455, "5.2"), "For extensions, else 0.").bits(0x20).names(&[(1, "RSV2")]),
    Field::new("RSV3", rfc(6455, "5.2"), "For extensions, else 0.").bits(0x10).names(&[(1, "RSV3")]),
    Field::new(
        "opcode",
        rfc(6455, "5.2"),
        "How to take the payload. From 8 on it is a control frame, which may stand between the frames of a message.",
    )
    .bits(0x0f)
    .hex()
    .names(OPCODES),
];
static SECOND: Field =
    Field::new("MASK, Payload len", rfc(6455, "5.2"), "Whether the payload is masked, and how long it is.")
        .hex();
static SECOND_BITS: [Field; 2] = [
    Field::new(
        "MASK",
        rfc(6455, "5.2"),
        "1 from a client, 0 from a server: each must fail a peer that differs.",
    )
    .bits(0x80)
    .names(&[(1, "masked")]),
    Field::new(
        "Payload len",
        rfc(6455, "5.2"),
        "The length of the payload up to 125; 126 and 127 say that it stands in the next 2 or 8 bytes.",
    )
    .bits(0x7f),
];
static EXTENDED: Field = Field::new(
    "Extended payload length",
    rfc(6455, "5.2"),
    "The length where seven bits do not hold it. The shortest form that does must be used.",
);
static KEY: Field = Field::new(
    "Masking-key",
    rfc(6455, "5.3"),
    "Four bytes that nobody could foresee, new for each frame, so that no script can choose what bytes a proxy sees.",
)
.hex();

/// What the bytes before the payload say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whether the frame is the last of its message.
    pub fin: bool,
    /// The three reserved bits; 4 is RSV1.
    pub rsv: u8,
    /// How to take the payload.
    pub opcode: u8,
    /// The masking key, where the payload is masked.
    pub key: Option<[u8; 4]>,
    /// How many bytes the header has: 2 to 14.
    pub header: usize,
    /// How many bytes of payload follow.
    pub len: u64,
}

impl Header {
    /// Reads the header that `bytes` begins with; where it is not whole, says how many bytes it needs at least.
    ///
    /// # Errors
    /// The number of bytes, more than were given.
    pub fn parse(bytes: &[u8]) -> Result<Self, usize> {
        let [first, second, rest @ ..] = bytes else { return Err(2) };
        let masking = if second & 0x80 != 0 { 4 } else { 0 };
        let extended = match second & 0x7f {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let header = 2 + extended + masking;
        let (Some(length), Some(key)) = (rest.get(..extended), rest.get(extended..extended + masking)) else {
            return Err(header);
        };
        let len = match length {
            [] => u64::from(second & 0x7f),
            bytes => bytes.iter().fold(0, |n, byte| n << 8 | u64::from(*byte)),
        };
        let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 0x0f);
        Ok(Self { fin, rsv, opcode, key: key.try_into().ok(), header, len })
    }

    /// Whether it may stand between the frames of a message (RFC 6455 section 5.5).
    #[must_use]
    pub fn is_control(&self) -> bool {
        self.opcode >= CLOSE
    }
}

/// Masks or unmasks: `byte[i] ^= key[i mod 4]` (RFC 6455 section 5.3).
pub fn mask(bytes: &mut [u8], key: [u8; 4]) {
    let mut chunks = bytes.chunks_exact_mut(8);
    let [a, b, c, d] = key;
    let word = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    for chunk in &mut chunks {
        if let Ok(eight) = <[u8; 8]>::try_from(&*chunk) {
            chunk.copy_from_slice(&(u64::from_ne_bytes(eight) ^ word).to_ne_bytes());
        }
    }
    chunks.into_remainder().iter_mut().zip(key.iter().cycle()).for_each(|(byte, key)| *byte ^= key);
}

/// Reads the header off the cursor.
pub(super) fn read(c: &mut Cursor<'_>) -> Step<Header> {
    let frames = c.context().stream.frames;
    let at = c.nodes();
    let first = c.word(&FIRST, 1, &FIRST_BITS)?.value() as u8;
    let (fin, rsv, opcode) = (first & 0x80 != 0, first >> 4 & 7, first & 0x0f);
    reserved_bits(c, at, rsv, opcode, frames);
    kind(c, at, fin, opcode, frames.unwrap_or_default(), frames.is_some());
    let at = c.nodes();
    let second = c.word(&SECOND, 1, &SECOND_BITS)?.value();
    let masked = second & 0x80 != 0;
    side(c, at, masked);
    let len = length(c, at, second & 0x7f, opcode)?;
    let key = if masked { Some((c.u32(&KEY)?.value() as u32).to_be_bytes()) } else { None };
    Ok(Header { fin, rsv, opcode, key, header: c.offset(), len })
}

fn reserved_bits(c: &mut Cursor<'_>, at: usize, rsv: u8, opcode: u8, frames: Option<Frames>) {
    let deflate = frames.map(|frames| frames.deflate);
    let said: Option<(Severity, &'static str, Spec)> = match (rsv, deflate) {
        (0, _) => None,
        (4, Some(true) | None) if opcode >= CLOSE => {
            Some((Severity::Error, "RSV1 on a control frame, which is never compressed", rfc(7692, "6.1")))
        }
        (4, Some(true) | None) if opcode == CONTINUATION => Some((
            Severity::Error,
            "RSV1 on a continuation: only the first frame of a message has it",
            rfc(7692, "6.1"),
        )),
        (4, Some(true)) => None,
        (4, None) => Some((
            Severity::Info,
            "RSV1 is set: right only if permessage-deflate was agreed on, which the handshake knows",
            rfc(7692, "6"),
        )),
        _ => Some((
            Severity::Error,
            "a reserved bit is set that no agreed extension gives a meaning: the receiver must fail the connection",
            rfc(6455, "5.2"),
        )),
    };
    if let Some((severity, why, spec)) = said {
        c.remark_at(at, severity, why, spec);
    }
}

fn kind(c: &mut Cursor<'_>, at: usize, fin: bool, opcode: u8, frames: Frames, known: bool) {
    let control = opcode >= CLOSE;
    let mut rule = |broken: bool, why: &'static str, section: &'static str| {
        if broken {
            c.remark_at(at, Severity::Error, why, rfc(6455, section));
        }
    };
    let reserved = matches!(opcode, 3..=7 | 11..);
    rule(reserved, "a reserved opcode: the receiver must fail the connection", "5.2");
    rule(control && !fin, "a control frame must not be fragmented", "5.5");
    rule(frames.closed, "a frame after Close: nothing may follow it", "5.5.1");
    rule(known && opcode == CONTINUATION && !frames.begun, "a continuation, but no message was begun", "5.4");
    rule(
        matches!(opcode, 1..CLOSE) && frames.begun,
        "a new message before the one that was begun has ended: only control frames may come between",
        "5.4",
    );
}

fn side(c: &mut Cursor<'_>, at: usize, masked: bool) {
    let why = match c.context().stream.sender {
        Some(side) if masks(side) == masked => return,
        Some(Side::Client) => "a client must mask each frame: the server closes the connection, with 1002",
        Some(Side::Server) => "a server must not mask: the client closes the connection, with 1002",
        None => return,
    };
    c.remark_at(at, Severity::Error, why, rfc(6455, "5.1"));
}

fn length(c: &mut Cursor<'_>, at: usize, short: u64, opcode: u8) -> Step<u64> {
    if opcode >= CLOSE && short > 125 {
        let why = "a control frame has at most 125 bytes of payload";
        c.remark_at(at, Severity::Error, why, rfc(6455, "5.5"));
    }
    let (bytes, least) = match short {
        126 => (2, 126),
        127 => (8, 0x1_0000),
        short => return Ok(short),
    };
    let read = c.uint(&EXTENDED, bytes)?;
    let len = read.value();
    if len < least {
        let why = format!(
            "not the shortest form: {len} needs {}",
            if len < 126 { "seven bits" } else { "two bytes" }
        );
        read.note(Severity::Error, why, Some(rfc(6455, "5.2")));
    } else if len >> 63 != 0 {
        read.note(Severity::Error, "the highest bit of a 64-bit length must be 0", Some(rfc(6455, "5.2")));
    }
    Ok(len)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn masking_is_byte_by_byte_whatever_the_length() {
        for len in 0..40 {
            let plain: Vec<u8> = (0..len).collect();
            let mut masked = plain.clone();
            mask(&mut masked, [1, 20, 111, 250]);
            for (i, (masked, plain)) in masked.iter().zip(&plain).enumerate() {
                assert_eq!(*masked, plain ^ [1, 20, 111, 250][i % 4], "byte {i} of {len}");
            }
        }
    }
}
