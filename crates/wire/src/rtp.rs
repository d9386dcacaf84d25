//! RTP packets, as far as they can be read on the way: RFC 3550 section 5.1, header extensions RFC 8285.
//!
//! ```text
//! +---+-+-+-------+-+-------------+-------------------------------+
//! | V |P|X|  CC   |M|     PT      |        sequence number        |
//! +---+-+-+-------+-+-------------+-------------------------------+
//! |                           timestamp                           |
//! +---------------------------------------------------------------+
//! |            synchronization source (SSRC) identifier           |
//! +---------------------------------------------------------------+
//! |    CSRC, as many as CC says; header extension, if X is set    |
//! +---------------------------------------------------------------+
//! |  payload: in WebRTC encrypted (SRTP), with a tag behind it    |
//! ```
//!
//! The header stays in clear, extensions and all: who is on the way sees who speaks, in what rhythm, and how loud.

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Node, Severity};

/// Media.
pub static RTP: Layer = Layer { id: "rtp", root: &PACKET, claims, dissect, summary };

static PACKET: Field = Field::new(
    "RTP",
    rfc(3550, "5.1"),
    "A piece of audio or video: 20 milliseconds of sound, a part of a frame. Nobody acknowledges it; what is late is \
     of no use.",
);
static FIRST: Field =
    Field::new("Flags", rfc(3550, "5.1"), "The version, and what else is in the packet.").hex();
static FIRST_BITS: [Field; 4] = [
    Field::new(
        "V",
        rfc(3550, "5.1"),
        "The version: 2. With it the first byte is 128 to 191, which tells RTP from STUN and DTLS.",
    )
    .bits(0xc0),
    Field::new(
        "P",
        rfc(3550, "5.1"),
        "1: the payload ends with padding, whose last byte counts it. SRTP encrypts it too.",
    )
    .bits(0x20),
    Field::new("X", rfc(3550, "5.1"), "1: a header extension follows.").bits(0x10),
    Field::new("CC", rfc(3550, "5.1"), "How many CSRCs follow.").bits(0x0f),
];
static SECOND: Field = Field::new("Marker and payload type", rfc(3550, "5.1"), "What the payload is.").hex();
static SECOND_BITS: [Field; 2] = [
    Field::new(
        "M",
        rfc(3550, "5.1"),
        "What it marks is the payload's own: the last packet of a video frame, the first after a silence.",
    )
    .bits(0x80),
    Field::new(
        "PT",
        rfc(3550, "5.1"),
        "The payload type: which codec. In WebRTC a=rtpmap in the SDP says what the number means.",
    )
    .bits(0x7f),
];
static SEQUENCE: Field = Field::new(
    "sequence number",
    rfc(3550, "5.1"),
    "One more with each packet of the SSRC: a gap is a loss. It begins at random, and anew after 65535.",
);
static TIMESTAMP: Field = Field::new(
    "timestamp",
    rfc(3550, "5.1"),
    "When the first sample was taken, in ticks of the codec's clock: 48000 a second for Opus, 90000 for video.",
);
static SSRC: Field = Field::new(
    "SSRC",
    rfc(3550, "5.1"),
    "The synchronization source: one stream of one sender. Its sequence numbers and timestamps are its own.",
)
.hex();
static CSRC: Field =
    Field::new("CSRC", rfc(3550, "5.1"), "A contributing source: who was mixed into this packet.").hex();
static EXTENSION: Field = Field::new(
    "header extension",
    rfc(8285, "4.1"),
    "Small facts beside the media, in clear: the media section (mid), the loudness, the time of sending.",
);
static PROFILE: Field = Field::new(
    "defined by profile",
    rfc(8285, "4.1"),
    "How the elements are written: 0xbede with a byte in front of each, 0x100 and four more bits with two.",
)
.hex();
static LENGTH: Field =
    Field::new("length", rfc(3550, "5.3.1"), "How many words of 32 bits follow. May be 0.");
static ELEMENT: Field =
    Field::new("element", rfc(8285, "4.2"), "One fact. What the ID means, a=extmap says.");
static ID_AND_LENGTH: Field =
    Field::new("ID and length", rfc(8285, "4.2"), "Which fact, and how long.").hex();
static ID_AND_LENGTH_BITS: [Field; 2] = [
    Field::new("ID", rfc(8285, "4.2"), "1 to 14, as a=extmap has it. 15 ends the extension.").bits(0xf0),
    Field::new("len", rfc(8285, "4.2"), "How many bytes of data follow, less one.").bits(0x0f),
];
static ID: Field = Field::new("ID", rfc(8285, "4.3"), "1 to 255, as a=extmap has it.");
static ELEMENT_LENGTH: Field =
    Field::new("length", rfc(8285, "4.3"), "How many bytes of data follow. May be 0.");
static DATA: Field = Field::new("data", rfc(8285, "4.2"), "The fact.");
static PAD: Field =
    Field::new("padding", rfc(8285, "4.2"), "A zero between elements, or up to the end of a word.");
static OTHER: Field = Field::new("extension data", rfc(3550, "5.3.1"), "In a form that is not RFC 8285's.");
static PAYLOAD: Field = Field::new(
    "payload",
    rfc(3711, "3.1"),
    "The media. In WebRTC it is encrypted, and ends with a tag of 10 bytes or of 16, as the DTLS handshake chose: who \
     changes a byte of header or payload is found out.",
);

fn dissect(c: &mut Cursor<'_>) -> Step {
    let read = c.word(&FIRST, 1, &FIRST_BITS)?;
    let first = read.expect(|byte| byte >> 6 == 2, "not version 2", rfc(3550, "5.1")).value();
    c.word(&SECOND, 1, &SECOND_BITS)?;
    c.u16(&SEQUENCE)?;
    c.u32(&TIMESTAMP)?;
    c.u32(&SSRC)?;
    for _ in 0..first & 15 {
        c.u32(&CSRC)?;
    }
    if first & 0x10 != 0 {
        c.group(&EXTENSION, extension)?;
    }
    if c.left() > 0 { c.rest(&PAYLOAD).map(drop) } else { Ok(()) }
}

fn extension(c: &mut Cursor<'_>) -> Step {
    let profile = c.u16(&PROFILE)?.value();
    let len = c.u16(&LENGTH)?.value() as usize * 4;
    if len == 0 {
        return Ok(());
    }
    c.inline(len, |c| match profile {
        0xbede => c.repeat(one_byte),
        0x1000..=0x100f => c.repeat(two_bytes),
        _ => c.rest(&OTHER).map(drop),
    })
}

fn one_byte(c: &mut Cursor<'_>) -> Step {
    match c.peek(1).first().map(|byte| byte >> 4) {
        // An ID of 0 is padding, whatever its length says.
        Some(0) => c.bytes(&PAD, 1).map(drop),
        Some(15) => {
            c.remark(Severity::Info, "ID 15: whoever reads stops here", Some(rfc(8285, "4.2")));
            c.rest(&OTHER).map(drop)
        }
        _ => c.group(&ELEMENT, |c| {
            let len = c.word(&ID_AND_LENGTH, 1, &ID_AND_LENGTH_BITS)?.value() & 15;
            c.bytes(&DATA, len as usize + 1).map(drop)
        }),
    }
}

fn two_bytes(c: &mut Cursor<'_>) -> Step {
    if c.peek(1) == [0] {
        return c.bytes(&PAD, 1).map(drop);
    }
    c.group(&ELEMENT, |c| {
        c.u8(&ID)?;
        let len = c.u8(&ELEMENT_LENGTH)?.value() as usize;
        if len > 0 { c.bytes(&DATA, len).map(drop) } else { Ok(()) }
    })
}

/// The first byte is 128 to 191 (RFC 7983 section 7), the second none of RTCP's (RFC 5761 section 4), and the header
/// is there whole.
fn claims(bytes: &[u8]) -> bool {
    let (Some(&[first, second]), len) = (bytes.first_chunk(), bytes.len()) else { return false };
    let fixed = 12 + usize::from(first & 15) * 4;
    let extended = match first & 0x10 {
        0 => fixed,
        _ => match bytes.get(fixed + 2..fixed + 4) {
            Some(&[high, low]) => fixed + 4 + usize::from(u16::from_be_bytes([high, low])) * 4,
            _ => return false,
        },
    };
    first >> 6 == 2 && !(192..=223).contains(&second) && len >= extended
}

/// `RTP 111, sequence 4711, 83 bytes`
fn summary(d: &Dissection<'_>) -> String {
    let number = |name| d.find(name).and_then(Node::uint).unwrap_or_default();
    let payload = d.find("payload").map_or(0, |node| node.span.len());
    format!("RTP {}, sequence {}, {payload} bytes", number("PT"), number("sequence number"))
}
