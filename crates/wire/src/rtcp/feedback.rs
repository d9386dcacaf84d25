//! Feedback: RFC 4585 section 6, FIR in RFC 5104, and two forms that only drafts describe.
//!
//! ```text
//! +---------------------------------------------------------------+
//! |                     SSRC of packet sender                     |
//! +---------------------------------------------------------------+
//! |                      SSRC of media source                     |
//! +---------------------------------------------------------------+
//! |            Feedback Control Information, by the format        |
//! ```

use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Node};

const TWCC: Spec = Spec::Page {
    title: "draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1",
    url: "https://datatracker.ietf.org/doc/html/draft-holmer-rmcat-transport-wide-cc-extensions-01#section-3.1",
};
const REMB: Spec = Spec::Page {
    title: "draft-alvestrand-rmcat-remb-03 section 2.2",
    url: "https://datatracker.ietf.org/doc/html/draft-alvestrand-rmcat-remb-03#section-2.2",
};

static SENDER: Field = Field::new("SSRC of packet sender", rfc(4585, "6.1"), "Who asks.").hex();
static MEDIA: Field = Field::new(
    "SSRC of media source",
    rfc(4585, "6.1"),
    "The stream that is meant; 0 where the format names it itself.",
)
.hex();
static FCI: Field =
    Field::new("Feedback Control Information", rfc(4585, "6.1"), "What is asked, in the format's own way.");
static NACK: Field =
    Field::new("Generic NACK", rfc(4585, "6.2.1"), "These packets are missing: please send them again.");
static PID: Field = Field::new("PID", rfc(4585, "6.2.1"), "The sequence number of a packet that is missing.");
static BLP: Field =
    Field::new("BLP", rfc(4585, "6.2.1"), "A bit for each of the 16 after it: 1 for missing.").hex();
static PLI: Field = Field::new(
    "Picture Loss Indication",
    rfc(4585, "6.3.1"),
    "The picture cannot be decoded: please send a key frame.",
);
static FIR: Field =
    Field::new("Full Intra Request", rfc(5104, "4.3.1"), "Please send a key frame: someone new is watching.");
static FIR_SSRC: Field = Field::new("SSRC", rfc(5104, "4.3.1"), "Of which stream.").hex();
static FIR_SEQUENCE: Field = Field::new(
    "Seq nr",
    rfc(5104, "4.3.1"),
    "Numbers the requests; the same number is the same request again.",
);
static FIR_RESERVED: Field = Field::new("Reserved", rfc(5104, "4.3.1"), "Sent as zero and ignored.");
static TRANSPORT: Field = Field::new(
    "Transport-wide congestion control",
    TWCC,
    "When each packet arrived. From these times the sender works out how much the way can carry.",
);
static BASE: Field = Field::new("base sequence number", TWCC, "The first packet that is spoken of.");
static COUNT: Field = Field::new("packet status count", TWCC, "How many packets are spoken of.");
static REFERENCE: Field =
    Field::new("reference time", TWCC, "From when the deltas count, in 64 milliseconds.");
static NUMBER: Field = Field::new("fb pkt. count", TWCC, "Numbers these reports.");
static DELTAS: Field =
    Field::new("packet chunks and recv deltas", TWCC, "For each packet whether it came, and when.");
static ESTIMATE: Field = Field::new(
    "Receiver Estimated Maximum Bitrate",
    REMB,
    "How many bits a second the receiver thinks the way can carry. An older way than transport-wide control.",
);
static REMB_ID: Field = Field::new("Unique identifier", REMB, "\"REMB\".");
static SSRCS: Field = Field::new("Num SSRC", REMB, "How many streams the estimate is for, together.");
static BITRATE: Field =
    Field::new("BR Exp and Mantissa", REMB, "The estimate: the mantissa times 2 to the exponent.");
static BITRATE_BITS: [Field; 2] = [
    Field::new("BR Exp", REMB, "The exponent.").bits(0x00fc_0000),
    Field::new("BR Mantissa", REMB, "The mantissa.").bits(0x0003_ffff),
];
static REMB_SSRC: Field = Field::new("SSRC feedback", REMB, "One of the streams.").hex();

/// Reads what follows the header: `kind` 205 is about transport, 206 about the payload.
pub(super) fn dissect(c: &mut Cursor<'_>, kind: u64, format: u64) -> Step {
    c.u32(&SENDER)?;
    c.u32(&MEDIA)?;
    match (kind, format) {
        (205, 1) => c.repeat(|c| {
            c.group(&NACK, |c| {
                c.u16(&PID)?;
                c.u16(&BLP).map(drop)
            })
        }),
        (205, 15) => c.group(&TRANSPORT, transport),
        (206, 1) => c.group(&PLI, |_| Ok(())),
        (206, 4) => c.repeat(|c| {
            c.group(&FIR, |c| {
                c.u32(&FIR_SSRC)?;
                c.u8(&FIR_SEQUENCE)?;
                c.bytes(&FIR_RESERVED, 3).map(drop)
            })
        }),
        (206, 15) if c.peek(4) == b"REMB" => c.group(&ESTIMATE, estimate),
        _ if c.left() > 0 => c.rest(&FCI).map(drop),
        _ => Ok(()),
    }
}

fn transport(c: &mut Cursor<'_>) -> Step {
    c.u16(&BASE)?;
    c.u16(&COUNT)?;
    c.uint(&REFERENCE, 3)?;
    c.u8(&NUMBER)?;
    if c.left() > 0 { c.rest(&DELTAS).map(drop) } else { Ok(()) }
}

fn estimate(c: &mut Cursor<'_>) -> Step {
    c.text_of(&REMB_ID, 4)?;
    c.u8(&SSRCS)?;
    let word = c.word(&BITRATE, 3, &BITRATE_BITS)?.value();
    // 18 bits and an exponent of at most 63 need more than 64; no way carries that much.
    c.number((word & 0x3_ffff).checked_shl((word >> 18) as u32).unwrap_or(u64::MAX));
    c.repeat(|c| c.u32(&REMB_SSRC).map(drop))
}

/// The short name of what is asked for, where that node is it.
pub(super) fn name(node: &Node) -> Option<&'static str> {
    let names: [(&Field, &str); 5] =
        [(&NACK, "NACK"), (&PLI, "PLI"), (&FIR, "FIR"), (&TRANSPORT, "TWCC"), (&ESTIMATE, "REMB")];
    names.into_iter().find(|(field, _)| std::ptr::eq(*field, node.field)).map(|(_, name)| name)
}
