//! STUN messages: RFC 8489 section 5 (header) and section 14 (attributes).
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-----------+-+-----+-+-------+-------------------------------+
//! |0 0|  method   |C|method|C|method|        Message Length         |
//! +-+-+-----------+-+-----+-+-------+-------------------------------+
//! |                    Magic Cookie = 0x2112A442                    |
//! +------------------------------------------------------------------+
//! |                    Transaction ID (96 bits)                     |
//! +------------------------------------------------------------------+
//! |  Attributes: Type (16), Length (16), Value, padded to 32 bits   |
//! ```

mod addresses;
pub mod attributes;
mod channel_data;
mod integrity;
pub mod kind;
mod values;
mod write;

pub use channel_data::CHANNEL_DATA;
pub use integrity::{Algorithm, fingerprint, long_term_key, message_integrity, message_integrity_sha256};
pub use write::{Class, Message, TooLong, message_type};

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};
use attributes::Attribute;

/// STUN, and TURN's messages, which are STUN.
pub static STUN: Layer = Layer { id: "stun", root: &MESSAGE, claims, dissect, summary };

/// The first four bytes of what RFC 3489 calls the transaction ID, fixed since RFC 5389.
pub const MAGIC_COOKIE: u32 = 0x2112_a442;

/// How many bytes stand before the attributes.
pub const HEADER_LEN: usize = 20;

static MESSAGE: Field = Field::new(
    "STUN",
    rfc(8489, "5"),
    "A request, an indication, or the response to a request. It begins with two zero bits, so that it can \
     share a port with other protocols.",
);
static TYPE: Field = Field::new(
    "Message Type",
    rfc(8489, "5"),
    "What is asked (the method) and which side of the exchange this is (the class), their bits interleaved.",
)
.hex();
/// The class bits sit inside the method bits: RFC 8489 figure 3.
static TYPE_BITS: [Field; 3] = [
    Field::new(
        "Zero",
        rfc(8489, "5"),
        "Always 00, where RTP on the same port begins with 10. DTLS begins with 00 too: there the whole first byte \
         tells, at most 3 for STUN and at least 20 for DTLS.",
    )
    .bits(0xc000),
    Field::new("Method", rfc(8489, "5"), "What the sender wants done. Binding: tell me my address.")
        .bits(0x3eef)
        .hex()
        .names(METHODS),
    Field::new(
        "Class",
        rfc(8489, "5"),
        "Request, indication, success response or error response. RFC 3489 had no classes, and the bits lie \
         where its message types happened to differ.",
    )
    .bits(0x0110)
    .names(CLASSES),
];
static LENGTH: Field = Field::new(
    "Message Length",
    rfc(8489, "5"),
    "How many bytes follow the 20-byte header, padding counted. A stream parser finds the next message by it.",
);
static COOKIE: Field = Field::new(
    "Magic Cookie",
    rfc(8489, "5"),
    "Always 0x2112a442. It tells a server that the client knows RFC 5389 or later and reads XOR-MAPPED-ADDRESS.",
)
.hex();
static TRANSACTION_ID: Field = Field::new(
    "Transaction ID",
    rfc(8489, "5"),
    "96 random bits that join a response to its request. An attacker who cannot guess them cannot answer in \
     the server's place.",
);
static CLASSIC_ID: Field = Field::new(
    "Transaction ID",
    rfc(3489, "11.1"),
    "128 bits in RFC 3489. RFC 5389 took the first 32 of them for the magic cookie.",
);

const METHODS: &[(u64, &str)] = &[
    (0x001, "Binding"),
    (0x002, "SharedSecret"),
    (0x003, "Allocate"),
    (0x004, "Refresh"),
    (0x006, "Send"),
    (0x007, "Data"),
    (0x008, "CreatePermission"),
    (0x009, "ChannelBind"),
    (0x00a, "Connect"),
    (0x00b, "ConnectionBind"),
    (0x00c, "ConnectionAttempt"),
    (0x080, "GOOG-PING"),
];
const CLASSES: &[(u64, &str)] =
    &[(0, "request"), (1, "indication"), (2, "success response"), (3, "error response")];

fn dissect(c: &mut Cursor<'_>) -> Step {
    c.word(&TYPE, 2, &TYPE_BITS)?.expect(
        |t| t & 0xc000 == 0,
        "the first two bits must be zero",
        rfc(8489, "5"),
    );
    let aligned = |n| n % 4 == 0;
    let length = c
        .u16(&LENGTH)?
        .expect(aligned, "not a multiple of 4, though every attribute is padded to one", rfc(8489, "5"))
        .value();
    identify(c)?;
    c.inline(length as usize, attributes)
}

/// The cookie and the ID that follows it, or the longer ID of RFC 3489.
fn identify(c: &mut Cursor<'_>) -> Step {
    let start = c.peek(4);
    if start.len() == 4 && start != MAGIC_COOKIE.to_be_bytes() {
        c.bytes(&CLASSIC_ID, 16)?.note(
            Severity::Info,
            "no magic cookie 0x2112a442: the sender speaks RFC 3489, or the bytes were damaged",
            Some(rfc(8489, "5")),
        );
        return Ok(());
    }
    c.u32(&COOKIE)?;
    c.bytes(&TRANSACTION_ID, 12).map(drop)
}

fn attributes(c: &mut Cursor<'_>) -> Step {
    let mut seen = Seen::default();
    c.repeat(|c| attribute(c, &mut seen))
}

fn attribute(c: &mut Cursor<'_>, seen: &mut Seen) -> Step {
    let attribute = match c.peek(2) {
        &[hi, lo] => attributes::named(u16::from_be_bytes([hi, lo])),
        _ => &attributes::UNKNOWN_REQUIRED,
    };
    // Sums are over what came before the attribute.
    let start = c.offset();
    c.group(&attribute.field, |c| {
        let kind = c.u16(&attributes::TYPE)?.means(Meaning::Name(attribute.field.name)).value();
        let length = c.u16(&attributes::LENGTH)?.value() as usize;
        seen.remark(c, kind);
        c.inline(length, |c| (attribute.body)(c, start))?;
        c.pad_to(4)
    })
}

/// What stands once for each peer or address family: XOR-PEER-ADDRESS (RFC 8656 section 10.1),
/// XOR-RELAYED-ADDRESS (RFC 8656 section 7.3), ALTERNATE-SERVER (RFC 8489 section 10).
const REPEATABLE: &[u64] = &[0x0012, 0x0016, 0x8023];

/// What may not follow what, as far as it can be told without the whole message.
#[derive(Default)]
struct Seen {
    kinds: [u128; 4],
    integrity: bool,
    fingerprint: bool,
}

impl Seen {
    fn remark(&mut self, c: &mut Cursor<'_>, kind: u64) {
        if self.fingerprint {
            c.remark(
                Severity::Error,
                "stands after FINGERPRINT, which must be the last attribute",
                Some(rfc(8489, "14.7")),
            );
        } else if self.integrity && !matches!(kind, 0x001c | 0x8028) {
            c.remark(
                Severity::Warning,
                "ignored: it stands after the integrity attribute, which does not protect it",
                Some(rfc(8489, "9")),
            );
        } else if self.again(kind) {
            c.remark(
                Severity::Warning,
                "a second time: a receiver may ignore all but the first",
                Some(rfc(8489, "14")),
            );
        }
        self.integrity |= matches!(kind, 0x0008 | 0x001c);
        self.fingerprint |= kind == 0x8028;
    }

    /// Whether the kind was seen; the low 256 numbers of each half, where the registry lives, are remembered.
    fn again(&mut self, kind: u64) -> bool {
        let (half, low) = ((kind >> 15) as usize & 1, kind & 0x7fff);
        let Some(word) = self.kinds.get_mut(half * 2 + (low >> 7) as usize) else { return false };
        if low > 0xff || REPEATABLE.contains(&kind) {
            return false;
        }
        let bit = 1 << (low & 0x7f);
        let again = *word & bit != 0;
        *word |= bit;
        again
    }
}

/// The cookie; or, for RFC 3489, two zero bits, a known type and a length that fits exactly.
fn claims(bytes: &[u8]) -> bool {
    let Some((header, body)) = bytes.split_first_chunk::<HEADER_LEN>() else { return false };
    let (kind, length) =
        (u16::from_be_bytes([header[0], header[1]]), u16::from_be_bytes([header[2], header[3]]));
    let classic = matches!(kind, 0x0001 | 0x0101 | 0x0111 | 0x0002 | 0x0102 | 0x0112);
    kind & 0xc000 == 0
        && (header[4..8] == MAGIC_COOKIE.to_be_bytes() || classic && usize::from(length) == body.len())
}

/// `Binding success response 192.0.2.1:32853`, `Binding error response 420`, `Binding request, nominates`
fn summary(d: &Dissection<'_>) -> String {
    let name = |field| match d.find(field)?.meaning {
        Meaning::Name(name) => Some(name),
        _ => None,
    };
    let mut out = [name("Method").unwrap_or("STUN"), name("Class").unwrap_or_default()].join(" ");
    if let Some(code) = d.find("ERROR-CODE").and_then(Node::uint) {
        out.push_str(&format!(" {code}"));
    }
    for (flag, asked) in [("Change IP", ", change IP"), ("Change port", ", change port")] {
        if d.find(flag).and_then(Node::uint) == Some(1) {
            out.push_str(asked);
        }
    }
    if d.find("USE-CANDIDATE").is_some() {
        out.push_str(", nominates");
    }
    let address = ["XOR-RELAYED-ADDRESS", "XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS", "XOR-PEER-ADDRESS"]
        .iter()
        .find_map(|name| d.find(name)?.addr());
    if let Some(address) = address {
        out.push_str(&format!(" {address}"));
    }
    out
}

impl Attribute {
    /// Whether a receiver that does not know the attribute must refuse the message (RFC 8489 section 14).
    #[must_use]
    pub fn comprehension_required(&self) -> bool {
        self.kind < 0x8000
    }
}
