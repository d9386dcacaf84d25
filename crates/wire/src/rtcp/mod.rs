//! RTCP packets: RFC 3550 section 6; feedback RFC 4585, in `feedback.rs`; encrypted, as in WebRTC, RFC 3711 section 3.4.
//!
//! ```text
//! +---+-+---------+---------------+-------------------------------+
//! | V |P|  count  |      PT       |            length             |   in words of 32 bits, less one
//! +---+-+---------+---------------+-------------------------------+
//! |                        SSRC of sender                         |
//! +---------------------------------------------------------------+
//! |                 the rest, and more such packets               |
//! ```
//!
//! SRTCP leaves these eight bytes in clear, encrypts all else, and puts an index and a tag behind it. A datagram in
//! which one packet ends where the next begins, up to the end, is not encrypted.

mod feedback;

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};

/// What senders and receivers of media tell each other of it.
pub static RTCP: Layer = Layer { id: "rtcp", root: &COMPOUND, claims, dissect, summary };

static COMPOUND: Field = Field::new(
    "RTCP",
    rfc(3550, "6.1"),
    "Reports on the media, one or several in a datagram: what was sent, what arrived, what is asked for again.",
);
static PACKET: Field = Field::new("RTCP packet", rfc(3550, "6.1"), "One report.");
static FIRST: Field =
    Field::new("Flags", rfc(3550, "6.4.1"), "The version, and a number whose meaning the type gives.").hex();
static FIRST_BITS: [Field; 3] = [
    Field::new("V", rfc(3550, "6.4.1"), "The version: 2, as in RTP.").bits(0xc0),
    Field::new("P", rfc(3550, "6.4.1"), "1: the packet ends with padding, whose last byte counts it.")
        .bits(0x20),
    Field::new(
        "count",
        rfc(3550, "6.4.1"),
        "How many blocks or sources follow; in feedback its format (FMT).",
    )
    .bits(0x1f),
];
static TYPE: Field = Field::new(
    "PT",
    rfc(3550, "6.4.1"),
    "What is reported. 192 to 223, where RTP on the same port has other numbers: by that the two are told apart.",
)
.names(TYPES);
static LENGTH: Field =
    Field::new("length", rfc(3550, "6.4.1"), "How long this packet is, in words of 32 bits, less one.");
static SSRC: Field =
    Field::new("SSRC", rfc(3550, "6.4.1"), "Who reports: one of the streams that the sender sends.").hex();
static PADDING: Field =
    Field::new("padding", rfc(3550, "6.4.1"), "The last byte says how many bytes it has.");
static ENCRYPTED: Field = Field::new(
    "encrypted portion",
    rfc(3711, "3.4"),
    "The rest of the reports. The key comes from the DTLS handshake, as that of the media does.",
);
static INDEX: Field =
    Field::new("E and SRTCP index", rfc(3711, "3.4"), "Whether it is encrypted, and which packet it is.")
        .hex();
static INDEX_BITS: [Field; 2] = [
    Field::new("E", rfc(3711, "3.4"), "1: the portion before it is encrypted.").bits(0x8000_0000),
    Field::new(
        "SRTCP index",
        rfc(3711, "3.4"),
        "Numbers the packets, so that none can be sent a second time.",
    )
    .bits(0x7fff_ffff),
];
static TAG: Field = Field::new("authentication tag", rfc(3711, "3.4"), "Only who has the key can make it.");
static SEALED: Field = Field::new(
    "encrypted portion, index and tag",
    rfc(3711, "3.4"),
    "Encrypted. Where each part ends depends on the profile that the DTLS handshake chose.",
);

const TYPES: &[(u64, &str)] = &[
    (200, "SR"),
    (201, "RR"),
    (202, "SDES"),
    (203, "BYE"),
    (204, "APP"),
    (205, "RTPFB"),
    (206, "PSFB"),
    (207, "XR"),
];

fn dissect(c: &mut Cursor<'_>) -> Step {
    if walks(c.peek(c.left())) {
        return c.repeat(|c| {
            let len = length(c.peek(4)).unwrap_or(c.left());
            c.within(&PACKET, len, packet)
        });
    }
    header(c)?;
    c.u32(&SSRC)?;
    sealed(c)
}

/// The index stands at the end under AES-GCM (RFC 7714 section 9.2), else before a tag of ten bytes. Which it is the
/// packet does not say; but E is set, and an index is small.
fn sealed(c: &mut Cursor<'_>) -> Step {
    let rest = c.peek(c.left());
    let index = |behind: usize| {
        let at = rest.len().checked_sub(behind + 4)?;
        rest.get(at..at + 4).filter(|word| word.starts_with(&[0x80, 0])).map(|_| at)
    };
    let Some((at, tag)) = index(10).map(|at| (at, 10)).or(index(0).map(|at| (at, 0))) else {
        return if c.left() > 0 { c.rest(&SEALED).map(drop) } else { Ok(()) };
    };
    if at > 0 {
        c.bytes(&ENCRYPTED, at)?;
    }
    c.word(&INDEX, 4, &INDEX_BITS)?;
    if tag > 0 { c.bytes(&TAG, tag).map(drop) } else { Ok(()) }
}

fn header(c: &mut Cursor<'_>) -> Step<(u64, u64)> {
    let first =
        c.word(&FIRST, 1, &FIRST_BITS)?.expect(|b| b >> 6 == 2, "not version 2", rfc(3550, "6.4.1")).value();
    let kind = c.u8(&TYPE)?.value();
    c.u16(&LENGTH)?;
    Ok((first, kind))
}

fn packet(c: &mut Cursor<'_>) -> Step {
    let (first, kind) = header(c)?;
    let padding = match first & 0x20 {
        0 => 0,
        _ => c.peek(c.left()).last().copied().map_or(0, usize::from).min(c.left()),
    };
    c.inline(c.left() - padding, |c| body(c, kind, first & 31))?;
    if padding > 0 { c.bytes(&PADDING, padding).map(drop) } else { Ok(()) }
}

fn body(c: &mut Cursor<'_>, kind: u64, count: u64) -> Step {
    static REST: Field = Field::new("packet data", rfc(3550, "6.7"), "What this report holds.");
    match kind {
        200 | 201 => {
            c.u32(&SSRC)?;
            if kind == 200 {
                sender_info(c)?;
            }
            (0..count).try_for_each(|_| c.group(&BLOCK, block))?;
        }
        202 => (0..count).try_for_each(|_| c.group(&CHUNK, chunk))?,
        203 => bye(c, count)?,
        204 => app(c)?,
        205 | 206 => return feedback::dissect(c, kind, count),
        _ => {}
    }
    if c.left() > 0 { c.rest(&REST).map(drop) } else { Ok(()) }
}

fn sender_info(c: &mut Cursor<'_>) -> Step {
    static NTP: Field = Field::new(
        "NTP timestamp",
        rfc(3550, "6.4.1"),
        "The sender's clock, in 1/2^32 seconds since 1900. With the next field it joins sound and picture.",
    )
    .hex();
    static RTP: Field =
        Field::new("RTP timestamp", rfc(3550, "6.4.1"), "The same moment on the clock of the media.");
    static PACKETS: Field =
        Field::new("sender's packet count", rfc(3550, "6.4.1"), "How many packets were sent so far.");
    static OCTETS: Field =
        Field::new("sender's octet count", rfc(3550, "6.4.1"), "How many bytes of payload were sent so far.");
    c.u64(&NTP)?;
    c.u32(&RTP)?;
    c.u32(&PACKETS)?;
    c.u32(&OCTETS).map(drop)
}

static BLOCK: Field = Field::new("report block", rfc(3550, "6.4.1"), "What arrived of one stream.");

fn block(c: &mut Cursor<'_>) -> Step {
    static SOURCE: Field = Field::new("SSRC_n", rfc(3550, "6.4.1"), "The stream that is reported on.").hex();
    static LOST: Field = Field::new("Loss", rfc(3550, "6.4.1"), "What did not arrive.").hex();
    static LOST_BITS: [Field; 2] = [
        Field::new("fraction lost", rfc(3550, "6.4.1"), "Since the last report, in 1/256.").bits(0xff00_0000),
        Field::new("cumulative number of packets lost", rfc(3550, "6.4.1"), "Since the beginning.")
            .bits(0x00ff_ffff),
    ];
    static HIGHEST: Field = Field::new(
        "extended highest sequence number received",
        rfc(3550, "6.4.1"),
        "Its upper half counts how often the numbers began anew.",
    );
    static JITTER: Field = Field::new(
        "interarrival jitter",
        rfc(3550, "6.4.1"),
        "How unevenly the packets came, in ticks of the media's clock.",
    );
    static LSR: Field = Field::new(
        "last SR",
        rfc(3550, "6.4.1"),
        "The middle of the NTP timestamp of the last SR that came.",
    )
    .hex();
    static DLSR: Field = Field::new(
        "delay since last SR",
        rfc(3550, "6.4.1"),
        "For how long it was held, in 1/65536 seconds: with it the sender computes the round trip.",
    );
    c.u32(&SOURCE)?;
    c.word(&LOST, 4, &LOST_BITS)?;
    [&HIGHEST, &JITTER, &LSR, &DLSR].into_iter().try_for_each(|field| c.u32(field).map(drop))
}

static CHUNK: Field = Field::new("SDES chunk", rfc(3550, "6.5"), "What there is to say of one source.");

fn chunk(c: &mut Cursor<'_>) -> Step {
    static ITEM: Field = Field::new("SDES item", rfc(3550, "6.5"), "One fact.");
    static KIND: Field = Field::new("item type", rfc(3550, "6.5"), "Which fact.").names(&[
        (1, "CNAME"),
        (2, "NAME"),
        (3, "EMAIL"),
        (4, "PHONE"),
        (5, "LOC"),
        (6, "TOOL"),
        (7, "NOTE"),
        (8, "PRIV"),
        (15, "MID"),
    ]);
    static LEN: Field = Field::new("item length", rfc(3550, "6.5"), "How many bytes of text follow.");
    static TEXT: Field = Field::new(
        "item text",
        rfc(3550, "6.5"),
        "A CNAME is the same for all streams of one sender: those are played in step.",
    );
    static END: Field = Field::new("end", rfc(3550, "6.5"), "Zeros up to the next word end the list.");
    c.u32(&SSRC)?;
    while c.left() > 0 && c.peek(1) != [0] {
        c.group(&ITEM, |c| {
            c.u8(&KIND)?;
            let len = c.u8(&LEN)?.value() as usize;
            if len > 0 { c.text_of(&TEXT, len).map(drop) } else { Ok(()) }
        })?;
    }
    let end = c.offset().next_multiple_of(4) - c.offset();
    c.bytes(&END, (if end == 0 { 4 } else { end }).min(c.left())).map(drop)
}

fn bye(c: &mut Cursor<'_>, count: u64) -> Step {
    static LEN: Field = Field::new("reason length", rfc(3550, "6.6"), "How many bytes of text follow.");
    static REASON: Field = Field::new("reason for leaving", rfc(3550, "6.6"), "For a person.");
    (0..count).try_for_each(|_| c.u32(&SSRC).map(drop))?;
    if c.left() > 0 {
        let len = c.u8(&LEN)?.value() as usize;
        if len > 0 {
            c.text_of(&REASON, len)?;
        }
    }
    Ok(())
}

fn app(c: &mut Cursor<'_>) -> Step {
    static NAME: Field = Field::new("name", rfc(3550, "6.7"), "Four letters that say whose packet it is.");
    c.u32(&SSRC)?;
    c.text_of(&NAME, 4).map(drop)
}

/// How long the packet is that begins so.
fn length(bytes: &[u8]) -> Option<usize> {
    let &[_, _, high, low] = bytes.first_chunk()?;
    Some((usize::from(u16::from_be_bytes([high, low])) + 1) * 4)
}

/// Whether one packet follows the other up to the end.
fn walks(mut bytes: &[u8]) -> bool {
    while !bytes.is_empty() {
        let whole = matches!(bytes, [first, kind, ..] if first >> 6 == 2 && (192..=223).contains(kind));
        match length(bytes).and_then(|len| bytes.get(len..)) {
            Some(rest) if whole => bytes = rest,
            _ => return false,
        }
    }
    true
}

/// The first byte is 128 to 191 (RFC 7983 section 7), the second 192 to 223 (RFC 5761 section 4), and the first packet
/// is there whole.
fn claims(bytes: &[u8]) -> bool {
    let signs = matches!(bytes, [first, kind, ..] if first >> 6 == 2 && (192..=223).contains(kind));
    signs && bytes.len() >= 8 && length(bytes).is_some_and(|len| len <= bytes.len())
}

/// `RTCP SR, SDES`, `RTCP RR, encrypted`
fn summary(d: &Dissection<'_>) -> String {
    let name = |node: &Node| match (feedback::name(node), node.meaning) {
        (Some(name), _) | (None, Meaning::Name(name)) => Some(name),
        _ => None,
    };
    let named = |node: &&Node| std::ptr::eq(node.field, &TYPE) || feedback::name(node).is_some();
    let mut names: Vec<_> = d.nodes().iter().filter(named).filter_map(name).collect();
    // What a feedback packet asks for says more than that it is one.
    if names.iter().any(|name| !matches!(*name, "RTPFB" | "PSFB")) {
        names.retain(|name| !matches!(*name, "RTPFB" | "PSFB"));
    }
    let sealed = |node: &Node| std::ptr::eq(node.field, &ENCRYPTED) || std::ptr::eq(node.field, &SEALED);
    let sealed = if d.nodes().iter().any(sealed) { ", encrypted" } else { "" };
    let damaged = if d.worst() == Some(Severity::Error) { ", damaged" } else { "" };
    format!("RTCP {}{sealed}{damaged}", names.join(", "))
}
