//! Five broken messages, and the rule that each one breaks.

use wire::stun::STUN;
use wire::{Dissection, Spec, rfc};

use crate::{Exam, Failure, Reason};

/// One of the five.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packet {
    /// A response: the server saw 192.0.2.1:32853.
    A,
    /// The same response from another server.
    B,
    /// A request with two attributes.
    C,
    /// A request with a fingerprint and an HMAC.
    D,
    /// A refusal: error 401, "Unauthorized".
    E,
}

/// The rules of the chapter that a message can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// The first two bits are zero.
    FirstTwoBits,
    /// Message Length counts all that follows the header, and not the header.
    MessageLength,
    /// Bytes 4 to 7 are 21 12 a4 42.
    MagicCookie,
    /// An attribute's length counts its value alone.
    AttributeLength,
    /// Padding lets each attribute begin at a multiple of 4.
    Padding,
    /// In XOR-MAPPED-ADDRESS, port and address are XORed.
    XorMask,
    /// ERROR-CODE holds the hundreds in one field and the rest, 0 to 99, in the next.
    ErrorCode,
    /// FINGERPRINT is the last attribute.
    FingerprintLast,
}

/// What the student writes.
pub type Spot = fn(Packet) -> Rule;

const PACKETS: [Packet; 5] = [Packet::A, Packet::B, Packet::C, Packet::D, Packet::E];

impl Packet {
    /// The message.
    #[must_use]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            Self::A => {
                b"\x01\x01\x00\x28\x21\x12\xa4\x42ping-pong-05\x80\x22\x00\x04pong\
                \x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
            }
            Self::B => {
                b"\x01\x01\x00\x14\x21\x12\xa4\x42ping-pong-05\x80\x22\x00\x04pong\
                \x00\x20\x00\x08\x00\x01\x80\x55\xc0\x00\x02\x01"
            }
            Self::C => {
                b"\x00\x01\x00\x14\x21\x12\xa4\x42ping-pong-05\x80\x22\x00\x06pinger\x00\x06\x00\x06p:pong"
            }
            Self::D => {
                b"\x00\x01\x00\x28\x21\x12\xa4\x42ping-pong-05\x00\x06\x00\x04pong\x80\x28\x00\x04\x97\x6c\x32\x57\
                \x00\x08\x00\x14\xe8\x02\x12\x27\x42\xb4\x86\xe9\x11\xd2\x0d\x87\xc5\x0e\x20\x09\xa4\x10\xa9\x79"
            }
            Self::E => {
                b"\x01\x11\x00\x1c\x21\x12\xa4\x42ping-pong-05\x00\x09\x00\x10\x00\x00\x01\x91Unauthorized\
                \x80\x22\x00\x04pong"
            }
        }
    }

    fn story(self) -> &'static str {
        match self {
            Self::A => "packet A: the server saw 192.0.2.1:32853 and says so",
            Self::B => "packet B: another server saw the same",
            Self::C => "packet C: a request with SOFTWARE \"pinger\" and USERNAME \"p:pong\"",
            Self::D => "packet D: a request with USERNAME, FINGERPRINT and MESSAGE-INTEGRITY",
            Self::E => "packet E: 401 Unauthorized",
        }
    }

    fn broken(self) -> Rule {
        match self {
            Self::A => Rule::MessageLength,
            Self::B => Rule::XorMask,
            Self::C => Rule::Padding,
            Self::D => Rule::FingerprintLast,
            Self::E => Rule::ErrorCode,
        }
    }
}

/// Asks for each packet in turn.
///
/// # Errors
/// The first packet whose rule was not found. The verdict shows that the rule named instead is kept, and leaves
/// the broken one to be found.
pub fn check(exam: &Exam, spot: Spot) -> Result<(), Box<Failure>> {
    for packet in PACKETS {
        exam.case(packet.story(), packet.bytes(), "the rule that it breaks", rfc(8489, "14")).expect(
            &packet.broken(),
            || spot(packet),
            |rule| format!("{rule:?}"),
            |rule| kept(*rule, packet),
        )?;
    }
    Ok(())
}

/// Why a packet does not break a rule, and where one sees it.
fn kept(rule: Rule, packet: Packet) -> Reason {
    let bytes = packet.bytes();
    let tree = STUN.dissect(bytes);
    let reason = |section, why: &str| Reason::new(rfc(8489, section), why);
    match rule {
        Rule::FirstTwoBits => {
            let label = format!("{:#04x} is 0b{:08b}", bytes[0], bytes[0]);
            reason("5", "both bits are zero, so this rule is kept").at(0..1, label)
        }
        Rule::MessageLength => {
            let label = format!("{:#06x} is {}", bytes.len() - 20, bytes.len() - 20);
            let why =
                format!("{} bytes in all, without the 20 of the header: the length is right", bytes.len());
            Reason::new(rfc(8489, "5"), why).at(2..4, label)
        }
        Rule::MagicCookie => reason("5", "all four bytes are as they must be").at(4..8, "the magic cookie"),
        Rule::AttributeLength => {
            let length = usize::from(bytes[23]);
            let why = "the value has as many bytes as its length says, padding not counted. So have the others; watch \
                       what comes between a value and the next attribute";
            reason("14", why).at(24..24 + length, format!("{length} bytes, as the length before them says"))
        }
        Rule::Padding => {
            let why = "each attribute begins at a multiple of 4, counted from the first byte of the message";
            reason("14", why).at(20..24, "begins at byte 20")
        }
        Rule::XorMask => found(&tree, "XOR-MAPPED-ADDRESS", rfc(8489, "14.2"), |at| {
            let why = "XORed with the cookie this is 192.0.2.1:32853, which is what the server saw: the mask is there";
            reason("14.2", why).at(at + 6..at + 12, "masked")
        }),
        Rule::ErrorCode => found(&tree, "ERROR-CODE", rfc(8489, "14.8"), |_| reason("14.8", "")),
        Rule::FingerprintLast => {
            found(&tree, "FINGERPRINT", rfc(8489, "14.7"), |_| reason("14.7", "it is the last attribute"))
        }
    }
}

/// Points at an attribute, where the packet has it.
fn found(tree: &Dissection<'_>, name: &str, spec: Spec, reason: impl FnOnce(usize) -> Reason) -> Reason {
    match tree.find(name) {
        Some(node) => reason(node.span.start as usize),
        None => Reason::new(spec, format!("this packet has no {name}, so it cannot break that rule")),
    }
}
