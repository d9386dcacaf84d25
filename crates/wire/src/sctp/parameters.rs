//! Parameters: what INIT, INIT ACK and RE-CONFIG are made of, and, in the same form, error causes.
//!
//! ```text
//! +-------------------------------+-------------------------------+
//! |             Type              |            Length             |   these four bytes counted, padding not
//! +-------------------------------+-------------------------------+
//! |                Value, then 0 to 3 bytes of padding            |
//! ```

use super::reconfiguration as re;
use super::{chunks, pad_inside};
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::rfc;
use crate::tree::{Field, Meaning, Severity};

/// A type, a length and a value: one parameter, or one error cause.
#[derive(Debug)]
pub(super) struct Tlv {
    number: u16,
    pub(super) field: Field,
    body: fn(&mut Cursor<'_>) -> Step,
}

/// A kind of such: what its numbers are called, and what they stand for.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) number: &'static Field,
    pub(super) length: &'static Field,
    pub(super) known: &'static [Tlv],
    pub(super) unknown: &'static Tlv,
}

pub(super) const fn tlv(
    number: u16,
    name: &'static str,
    spec: (u16, &'static str),
    body: fn(&mut Cursor<'_>) -> Step,
    about: &'static str,
) -> Tlv {
    Tlv { number, field: Field::new(name, rfc(spec.0, spec.1), about), body }
}

/// Reads parameters until the chunk is used up.
pub(super) fn parameters(c: &mut Cursor<'_>) -> Step {
    c.repeat(|c| PARAMETERS.one(c))
}

static PARAMETERS: Table = Table {
    number: &Field::new(
        "Parameter Type",
        rfc(9260, "3.2.1"),
        "Which parameter this is. Its two highest bits tell who does not know it whether to go on after it, and \
         whether to report it.",
    )
    .hex(),
    length: &Field::new("Parameter Length", rfc(9260, "3.2.1"), "How many bytes the parameter has, this header counted."),
    known: KNOWN,
    unknown: &tlv(0xffff, "Unknown parameter", (9260, "3.2.1"), any, "Not known here. It is kept as it came."),
};

impl Table {
    /// Reads one, and its padding.
    pub(super) fn one(&'static self, c: &mut Cursor<'_>) -> Step {
        let number = match c.peek(2) {
            &[high, low] => u16::from_be_bytes([high, low]),
            _ => u16::MAX,
        };
        let known = self.known.iter().find(|tlv| tlv.number == number).unwrap_or(self.unknown);
        c.group(&known.field, |c| {
            c.uint(self.number, 2)?.means(Meaning::Name(known.field.name));
            let read = c.uint(self.length, 2)?;
            let read = read.expect(
                |len| len >= 4,
                "the length counts the header, which has 4 bytes",
                rfc(9260, "3.2.1"),
            );
            let len = (read.value() as usize).checked_sub(4).ok_or(Stop)?;
            c.inline(len, known.body)?;
            pad_inside(c)
        })
    }
}

#[rustfmt::skip]
static KNOWN: &[Tlv] = &[
    tlv(1, "Heartbeat Info", (9260, "3.3.5"), any,
        "Whatever the sender wants to have back: mostly a time. No one else reads it."),
    tlv(5, "IPv4 Address", (9260, "3.3.2.1.1"), any, "Another address of the sender. Under DTLS there is none."),
    tlv(6, "IPv6 Address", (9260, "3.3.2.1.2"), any, "Another address of the sender. Under DTLS there is none."),
    tlv(7, "State Cookie", (9260, "3.3.3.1"), cookie,
        "All that the server would have to remember, signed by itself: the COOKIE ECHO brings it back."),
    tlv(8, "Unrecognized Parameter", (9260, "3.3.3.1"), any, "A parameter of the INIT that the sender does not know."),
    tlv(9, "Cookie Preservative", (9260, "3.3.2.1.3"), any, "Asks for a cookie that lasts longer: one came back too late."),
    tlv(11, "Host Name Address", (9260, "3.3.2.1.4"), any, "Deprecated: nobody may send it."),
    tlv(12, "Supported Address Types", (9260, "3.3.2.1.5"), any, "Which kinds of address the sender can use."),
    tlv(13, "Outgoing SSN Reset Request Parameter", (6525, "4.1"), re::outgoing,
        "The sender is done with these streams of its own: their numbering begins anew. What close() of a data channel \
         sends."),
    tlv(14, "Incoming SSN Reset Request Parameter", (6525, "4.2"), re::incoming,
        "Asks the receiver to reset these streams of its own."),
    tlv(15, "SSN/TSN Reset Request Parameter", (6525, "4.3"), re::all, "Asks to begin all numbering anew."),
    tlv(16, "Re-configuration Response Parameter", (6525, "4.4"), re::response, "What became of a request."),
    tlv(17, "Add Outgoing Streams Request Parameter", (6525, "4.5"), re::add, "Asks for more streams of the sender's."),
    tlv(18, "Add Incoming Streams Request Parameter", (6525, "4.6"), re::add, "Asks for more streams of the receiver's."),
    tlv(0x8000, "ECN Capable", (9260, "3.3.2.1"), any, "Reserved: the sender understands ECN."),
    tlv(0x8001, "Zero Checksum Acceptable", (9653, "4"), zero_checksum,
        "The sender takes packets whose checksum is zero, where another method finds what is damaged."),
    tlv(0x8002, "Random", (4895, "3.1"), any, "A number that goes into the keys of AUTH chunks."),
    tlv(0x8003, "Chunk List", (4895, "3.2"), chunk_list, "Which chunks the sender takes only after an AUTH."),
    tlv(0x8004, "Requested HMAC Algorithm", (4895, "3.3"), hmacs, "Which HMACs the sender can check, best first."),
    tlv(0x8005, "Padding Parameter", (4820, "4"), any, "Makes the INIT as large as the packets will be."),
    tlv(0x8008, "Supported Extensions", (5061, "4.2.7"), chunk_list,
        "Which chunks beyond the basic ones the sender understands. A data channel needs RE-CONFIG to close."),
    tlv(0xc000, "Forward-TSN-Supported", (3758, "3.1"), any,
        "The sender understands FORWARD TSN, without which no channel can be unreliable."),
    tlv(0xc001, "Add IP Address", (5061, "4.2.1"), any, "Adds an address. Under DTLS there is none."),
    tlv(0xc002, "Delete IP Address", (5061, "4.2.2"), any, "Takes an address away."),
    tlv(0xc003, "Error Cause Indication", (5061, "4.2.3"), any, "Why an ASCONF failed."),
    tlv(0xc004, "Set Primary Address", (5061, "4.2.4"), any, "Which address to send to."),
    tlv(0xc005, "Success Indication", (5061, "4.2.5"), any, "An ASCONF was done."),
    tlv(0xc006, "Adaptation Layer Indication", (5061, "4.2.6"), any, "A number that both ends' upper layers agreed on."),
];

pub(super) fn any(c: &mut Cursor<'_>) -> Step {
    static VALUE: Field = Field::new("Parameter Value", rfc(9260, "3.2.1"), "What the parameter says.");
    if c.left() > 0 { c.rest(&VALUE).map(drop) } else { Ok(()) }
}

pub(crate) static COOKIE: Field = Field::new(
    "Cookie",
    rfc(9260, "5.1.3"),
    "Opaque to all but its maker: the state of the association, a time, and a MAC over both.",
);

fn cookie(c: &mut Cursor<'_>) -> Step {
    c.rest(&COOKIE).map(drop)
}

fn zero_checksum(c: &mut Cursor<'_>) -> Step {
    static METHOD: Field = Field::new(
        "Error Detection Method Identifier",
        rfc(9653, "4"),
        "What finds damage in place of the checksum. 1 is DTLS.",
    )
    .names(&[(1, "SCTP over DTLS")]);
    let method = c.u32(&METHOD)?;
    let _ = method.expect(|method| method != 0, "0 is reserved", rfc(9653, "8"));
    Ok(())
}

fn chunk_list(c: &mut Cursor<'_>) -> Step {
    static TYPE: Field = Field::new("Chunk Type", rfc(5061, "4.2.7"), "The number of a chunk.");
    c.repeat(|c| {
        let kind = c.peek(1).first().copied().unwrap_or_default();
        let known = chunks::named(kind);
        let read = c.u8(&TYPE)?;
        if known.stranger(kind).is_none() {
            read.means(Meaning::Name(known.field.name));
        }
        Ok(())
    })
}

fn hmacs(c: &mut Cursor<'_>) -> Step {
    c.repeat(|c| c.u16(&HMAC).map(drop))?;
    if c.left() > 0 {
        c.remark(Severity::Warning, "half an identifier is left", Some(rfc(4895, "3.3")));
    }
    Ok(())
}

pub(super) static HMAC: Field = Field::new("HMAC Identifier", rfc(4895, "3.3"), "Which hash the HMAC uses.")
    .names(&[(1, "SHA-1"), (3, "SHA-256")]);
