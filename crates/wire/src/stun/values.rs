//! What stands in the attributes beside addresses and sums: texts, error codes, numbers and flags.

use super::addresses::{FAMILIES, NO_FAMILY};
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning, Severity};

pub(super) const TRANSPORTS: &[(u64, &str)] = &[(6, "TCP"), (17, "UDP")];
pub(super) const ALGORITHMS: &[(u64, &str)] = &[(1, "MD5"), (2, "SHA-256")];

/// Opaque to this layer.
pub(super) fn any(c: &mut Cursor<'_>, _: usize) -> Step {
    static VALUE: Field = Field::new("Value", rfc(8489, "14"), "The value's bytes, as they are.");
    if c.left() > 0 { c.rest(&VALUE).map(drop) } else { Ok(()) }
}

/// Says all by being there.
pub(super) fn flag(_: &mut Cursor<'_>, _: usize) -> Step {
    Ok(())
}

static TEXT: Field = Field::new("Value", rfc(8489, "14"), "UTF-8, not closed by a zero.");

pub(super) fn text(c: &mut Cursor<'_>, _: usize) -> Step {
    if c.left() > 0 { c.text(&TEXT).map(drop) } else { Ok(()) }
}

pub(super) fn username(c: &mut Cursor<'_>, _: usize) -> Step {
    short_text(c, |text| text.len() < 509, "must be shorter than 509 bytes", rfc(8489, "14.3"))
}

pub(super) fn realm(c: &mut Cursor<'_>, _: usize) -> Step {
    short_text(c, under_128_characters, UNDER_128_CHARACTERS, rfc(8489, "14.9"))
}

pub(super) fn nonce(c: &mut Cursor<'_>, _: usize) -> Step {
    short_text(c, under_128_characters, UNDER_128_CHARACTERS, rfc(8489, "14.10"))
}

pub(super) fn software(c: &mut Cursor<'_>, _: usize) -> Step {
    short_text(c, under_128_characters, UNDER_128_CHARACTERS, rfc(8489, "14.14"))
}

pub(super) fn domain(c: &mut Cursor<'_>, _: usize) -> Step {
    short_text(c, |text| text.len() <= 255, "must be at most 255 bytes", rfc(8489, "14.16"))
}

const UNDER_128_CHARACTERS: &str = "must be shorter than 128 characters";

fn under_128_characters(text: &[u8]) -> bool {
    // What begins a character is not a continuation byte (RFC 3629 section 3).
    text.len() < 128 || text.iter().filter(|&&byte| byte & 0xc0 != 0x80).count() < 128
}

fn short_text(c: &mut Cursor<'_>, short: fn(&[u8]) -> bool, why: &'static str, spec: Spec) -> Step {
    let fits = short(c.peek(c.left()));
    if c.left() == 0 {
        return Ok(());
    }
    let read = c.text(&TEXT)?;
    if !fits {
        read.note(Severity::Error, why, Some(spec));
    }
    Ok(())
}

pub(super) fn error_code(c: &mut Cursor<'_>, _: usize) -> Step {
    static CODE: Field = Field::new(
        "Code",
        rfc(8489, "14.8"),
        "The number, its hundreds apart from the rest, below bits that are ignored.",
    )
    .hex();
    static BITS: [Field; 3] = [
        Field::new("Reserved", rfc(8489, "14.8"), "Sent as zero and ignored.").bits(0xffff_f800),
        Field::new("Class", rfc(8489, "14.8"), "The hundreds: 3 to 6.").bits(0x0700),
        Field::new("Number", rfc(8489, "14.8"), "The rest: 0 to 99.").bits(0x00ff),
    ];
    static REASON: Field =
        Field::new("Reason Phrase", rfc(8489, "14.8"), "For a person; the number is for the program.");
    let code = c
        .word(&CODE, 4, &BITS)?
        .expect(|w| (3..=6).contains(&(w >> 8 & 7)), "the class must be 3 to 6", rfc(8489, "14.8"))
        .expect(|w| w & 0xff < 100, "the number must be 0 to 99", rfc(8489, "14.8"))
        .value();
    c.number((code >> 8 & 7) * 100 + (code & 0xff));
    if c.left() > 0 { c.text(&REASON).map(drop) } else { Ok(()) }
}

/// The names of the numbers that ERROR-CODE carries, as the registry has them; 430 to 433 and 600 are those of
/// RFC 3489 section 11.2.9, which the registry dropped.
pub(super) const ERRORS: &[(u64, &str)] = &[
    (300, "Try Alternate"),
    (400, "Bad Request"),
    (401, "Unauthenticated"),
    (403, "Forbidden"),
    (405, "Mobility Forbidden"),
    (420, "Unknown Attribute"),
    (430, "Stale Credentials"),
    (431, "Integrity Check Failure"),
    (432, "Missing Username"),
    (433, "Use TLS"),
    (437, "Allocation Mismatch"),
    (438, "Stale Nonce"),
    (440, "Address Family not Supported"),
    (441, "Wrong Credentials"),
    (442, "Unsupported Transport Protocol"),
    (443, "Peer Address Family Mismatch"),
    (446, "Connection Already Exists"),
    (447, "Connection Timeout or Failure"),
    (486, "Allocation Quota Reached"),
    (487, "Role Conflict"),
    (500, "Server Error"),
    (508, "Insufficient Capacity"),
    (600, "Global Failure"),
];

/// UNKNOWN-ATTRIBUTES: a list of numbers.
pub(super) fn types(c: &mut Cursor<'_>, _: usize) -> Step {
    static KIND: Field =
        Field::new("Attribute Type", rfc(8489, "14.13"), "One that the server did not understand.").hex();
    c.repeat(|c| {
        let read = c.u16(&KIND)?;
        let known = super::attributes::named(read.value() as u16);
        if known.kind == read.value() as u16 {
            read.means(Meaning::Name(known.field.name));
        }
        Ok(())
    })
}

pub(super) fn change_request(c: &mut Cursor<'_>, _: usize) -> Step {
    static FLAGS: Field = Field::new("Flags", rfc(5780, "7.2"), "From where to answer.").hex();
    static BITS: [Field; 3] = [
        Field::new("Reserved", rfc(5780, "7.2"), "Sent as zero and ignored.").bits(0xffff_fff9),
        Field::new("Change IP", rfc(5780, "7.2"), "Answer from the other address.")
            .bits(4)
            .names(&[(1, "change IP")]),
        Field::new("Change port", rfc(5780, "7.2"), "Answer from the other port.")
            .bits(2)
            .names(&[(1, "change port")]),
    ];
    c.word(&FLAGS, 4, &BITS).map(drop)
}

pub(super) fn channel_number(c: &mut Cursor<'_>, _: usize) -> Step {
    static RFFU: Field = Field::new("RFFU", rfc(8656, "18.1"), "Reserved for future use: zero.").hex();
    let number = super::channel_data::number(c)?;
    c.number(number);
    c.u16(&RFFU).map(drop)
}

pub(super) fn lifetime(c: &mut Cursor<'_>, _: usize) -> Step {
    static SECONDS: Field = Field::new("Seconds", rfc(8656, "18.2"), "How long, from now.");
    number(c, &SECONDS, 4)
}

pub(super) fn priority(c: &mut Cursor<'_>, _: usize) -> Step {
    static WORD: Field = Field::new(
        "Priority",
        rfc(8445, "5.1.2.1"),
        "2^24 times the type preference, plus 2^8 times the local preference, plus 256 less the component ID: the \
         advised formula.",
    );
    static BITS: [Field; 3] = [
        Field::new(
            "Type preference",
            rfc(8445, "5.1.2.2"),
            "126 host, 110 peer reflexive, 100 server reflexive, 0 relayed are advised. In a check it is that of \
             peer reflexive.",
        )
        .bits(0xff00_0000),
        Field::new("Local preference", rfc(8445, "5.1.2.2"), "Which of one's own addresses; 65535 where there is one only.")
            .bits(0x00ff_ff00),
        Field::new("256 - component ID", rfc(8445, "5.1.2.1"), "255 for component 1.").bits(0x0000_00ff),
    ];
    let value = c.word(&WORD, 4, &BITS)?.value();
    c.number(value);
    Ok(())
}

pub(super) fn tiebreaker(c: &mut Cursor<'_>, _: usize) -> Step {
    static VALUE: Field = Field::new(
        "tiebreaker value",
        rfc(8445, "16.1"),
        "Random, and one number a session. Where both sides claim one role, the side with the larger number controls.",
    )
    .hex();
    c.u64(&VALUE).map(drop)
}

pub(super) fn token(c: &mut Cursor<'_>, _: usize) -> Step {
    static TOKEN: Field = Field::new(
        "Token",
        rfc(8656, "18.10"),
        "The server's name for the address it holds; to the client it means nothing.",
    )
    .hex();
    c.u64(&TOKEN).map(drop)
}

pub(super) fn connection_id(c: &mut Cursor<'_>, _: usize) -> Step {
    static ID: Field =
        Field::new("Connection ID", rfc(6062, "6.2.1"), "The server's number for a connection.").hex();
    c.u32(&ID).map(drop)
}

pub(super) fn port(c: &mut Cursor<'_>, _: usize) -> Step {
    static RESPONSE_PORT: Field =
        Field::new("Port", rfc(5780, "7.5"), "Where to answer, at the address that the request came from.");
    static PADDING: Field = Field::new("Padding", rfc(5780, "7.5"), "Fills the word.");
    number(c, &RESPONSE_PORT, 2)?;
    // RFC 5780 does not say whether Length counts the padding, so senders differ.
    if c.left() > 0 { c.bytes(&PADDING, 2).map(drop) } else { Ok(()) }
}

pub(super) fn family(c: &mut Cursor<'_>, _: usize) -> Step {
    requested_family(c, |family| family == 1 || family == 2, NO_FAMILY, rfc(8656, "18.6"))
}

pub(super) fn additional_family(c: &mut Cursor<'_>, _: usize) -> Step {
    requested_family(c, |family| family == 2, "only 0x02 (IPv6) is allowed here", rfc(8656, "18.11"))
}

fn requested_family(c: &mut Cursor<'_>, ok: fn(u64) -> bool, why: &'static str, spec: Spec) -> Step {
    static FAMILY: Field =
        Field::new("Family", rfc(8656, "18.6"), "Which kind of address: 1 is IPv4, 2 is IPv6.")
            .hex()
            .names(FAMILIES);
    static RESERVED: Field = Field::new("Reserved", rfc(8656, "18.6"), "Sent as zero and ignored.");
    let family = c.u8(&FAMILY)?.expect(ok, why, spec).value();
    c.number(family);
    c.bytes(&RESERVED, 3).map(drop)
}

pub(super) fn family_code(c: &mut Cursor<'_>, _: usize) -> Step {
    static WORD: Field =
        Field::new("Family and code", rfc(8656, "18.12"), "Which family failed, and why.").hex();
    static BITS: [Field; 4] = [
        Field::new("Family", rfc(8656, "18.12"), "The address family that could not be had.")
            .bits(0xff00_0000)
            .names(FAMILIES),
        Field::new("Reserved", rfc(8656, "18.12"), "Sent as zero and ignored.").bits(0x00ff_f800),
        Field::new("Class", rfc(8656, "18.12"), "The hundreds of the code.").bits(0x0700),
        Field::new("Number", rfc(8656, "18.12"), "The rest of the code.").bits(0x00ff),
    ];
    static REASON: Field = Field::new("Reason Phrase", rfc(8656, "18.12"), "For a person.");
    let word = c.word(&WORD, 4, &BITS)?.value();
    c.number((word >> 8 & 7) * 100 + (word & 0xff));
    if c.left() > 0 { c.text(&REASON).map(drop) } else { Ok(()) }
}

pub(super) fn even_port(c: &mut Cursor<'_>, _: usize) -> Step {
    static BYTE: Field = Field::new("Flags", rfc(8656, "18.7"), "Whether to hold the next port.").hex();
    static BITS: [Field; 2] = [
        Field::new("R", rfc(8656, "18.7"), "1: hold the next higher port too.").bits(0x80),
        Field::new("RFFU", rfc(8656, "18.7"), "Reserved for future use: zero.").bits(0x7f),
    ];
    c.word(&BYTE, 1, &BITS).map(drop)
}

pub(super) fn transport(c: &mut Cursor<'_>, _: usize) -> Step {
    static PROTOCOL: Field =
        Field::new("Protocol", rfc(8656, "18.8"), "As in the IP header: 17 is UDP, 6 is TCP.")
            .names(TRANSPORTS);
    static RFFU: Field = Field::new("RFFU", rfc(8656, "18.8"), "Reserved for future use: zero.");
    number(c, &PROTOCOL, 1)?;
    c.bytes(&RFFU, 3).map(drop)
}

static PASSWORD_ALGORITHM: Field =
    Field::new("Algorithm", rfc(8489, "18.5"), "How the password becomes a key.").hex().names(ALGORITHMS);
static PARAMETERS_LENGTH: Field = Field::new(
    "Algorithm Parameters Length",
    rfc(8489, "14.11"),
    "How many bytes of parameters follow, without their padding.",
);
static PARAMETERS: Field =
    Field::new("Algorithm Parameters", rfc(8489, "14.11"), "MD5 and SHA-256 have none.");

pub(super) fn algorithm(c: &mut Cursor<'_>, _: usize) -> Step {
    let chosen = c.u16(&PASSWORD_ALGORITHM)?.value();
    c.number(chosen);
    parameters(c)
}

pub(super) fn algorithms(c: &mut Cursor<'_>, _: usize) -> Step {
    c.repeat(|c| {
        c.u16(&PASSWORD_ALGORITHM)?;
        parameters(c)
    })
}

fn parameters(c: &mut Cursor<'_>) -> Step {
    let length = c.u16(&PARAMETERS_LENGTH)?.value() as usize;
    if length > 0 {
        c.bytes(&PARAMETERS, length)?;
    }
    if c.left() > 0 { c.pad_to(4) } else { Ok(()) }
}

pub(super) fn userhash(c: &mut Cursor<'_>, _: usize) -> Step {
    static HASH: Field = Field::new(
        "userhash",
        rfc(8489, "14.4"),
        "SHA-256 of the username, a colon and the realm: 32 bytes.",
    );
    c.bytes(&HASH, 32).map(drop)
}

pub(super) fn icmp(c: &mut Cursor<'_>, _: usize) -> Step {
    static RESERVED: Field = Field::new("Reserved", rfc(8656, "18.13"), "Sent as zero and ignored.");
    static TYPE: Field = Field::new(
        "ICMP Type",
        rfc(8656, "18.13"),
        "What failed, in ICMPv4 or in ICMPv6 as the peer's address is: 3 and 1 there are Destination Unreachable.",
    );
    static CODE: Field = Field::new("ICMP Code", rfc(8656, "18.13"), "Why, in the terms of that type.");
    static DATA: Field = Field::new(
        "Error Data",
        rfc(8656, "18.13"),
        "The MTU of the next link, where a packet was too big for it; else zero.",
    );
    c.bytes(&RESERVED, 2)?;
    // Figure 11 draws 7 bits for the type and 9 for the code; in ICMP, whose values they hold, each has 8.
    c.u8(&TYPE)?;
    c.u8(&CODE)?;
    c.u32(&DATA).map(drop)
}

/// A single number, which is the attribute's own value too.
fn number(c: &mut Cursor<'_>, field: &'static Field, len: usize) -> Step {
    let value = c.uint(field, len)?.value();
    c.number(value);
    Ok(())
}

/// What Chromium says of the network that a check leaves by.
pub(super) fn network_info(c: &mut Cursor<'_>, _: usize) -> Step {
    const COSTS: &[(u64, &str)] = &[
        (0, "Ethernet or loopback"),
        (10, "Wi-Fi"),
        (50, "unknown"),
        (250, "5G"),
        (500, "4G"),
        (900, "cellular"),
        (910, "3G"),
        (980, "2G"),
        (999, "the most"),
    ];
    const CONSTANTS: Spec = Spec::Page {
        title: "WebRTC source, network_constants.h",
        url: "https://webrtc.googlesource.com/src/+/refs/heads/main/rtc_base/network_constants.h",
    };
    static ID: Field =
        Field::new("Network ID", super::attributes::WEBRTC, "The sender's number for the network.");
    static COST: Field = Field::new(
        "Network cost",
        CONSTANTS,
        "0 to 999: of two paths that work, the cheaper is taken. A VPN adds 1.",
    )
    .names(COSTS);
    c.u16(&ID)?;
    c.u16(&COST).map(drop)
}

pub(super) fn last_check(c: &mut Cursor<'_>, _: usize) -> Step {
    static ID: Field =
        Field::new("Transaction ID", super::attributes::WEBRTC, "That of the last check that arrived.");
    c.rest(&ID).map(drop)
}
