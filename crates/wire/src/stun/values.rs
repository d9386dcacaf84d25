//! What stands in the attributes: addresses, error codes, numbers and flags.

use std::net::{IpAddr, SocketAddr};

use super::{HEADER_LEN, MAGIC_COOKIE};
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Meaning};

pub(super) const FAMILIES: &[(u64, &str)] = &[(1, "IPv4"), (2, "IPv6")];
pub(super) const TRANSPORTS: &[(u64, &str)] = &[(6, "TCP"), (17, "UDP")];
pub(super) const ALGORITHMS: &[(u64, &str)] = &[(1, "MD5"), (2, "SHA-256")];

static RESERVED: Field = Field::new("Reserved", rfc(8489, "14"), "Sent as zero and ignored.");
static FAMILY: Field =
    Field::new("Family", rfc(8489, "14.1"), "1 is IPv4, 2 is IPv6; it says how long the address is.")
        .hex()
        .names(FAMILIES);
static PORT: Field = Field::new("Port", rfc(8489, "14.1"), "The port, in network byte order.");
static ADDRESS: Field = Field::new("Address", rfc(8489, "14.1"), "4 bytes for IPv4, 16 for IPv6.");
static X_PORT: Field =
    Field::new("X-Port", rfc(8489, "14.2"), "The port, XORed with 0x2112, the top half of the magic cookie.")
        .hex();
static X_ADDRESS: Field = Field::new(
    "X-Address",
    rfc(8489, "14.2"),
    "The address, XORed with the magic cookie; for IPv6 with the cookie and then the transaction ID.",
);

/// MAPPED-ADDRESS and its kin: the address in clear.
pub(super) fn address(c: &mut Cursor<'_>, _: usize) -> Step {
    transport_address(c, &PORT, &ADDRESS, [0; 16])
}

/// XOR-MAPPED-ADDRESS and its kin. The mask is bytes 4 to 20 of the header: cookie and transaction ID.
pub(super) fn xor_address(c: &mut Cursor<'_>, _: usize) -> Step {
    let mut mask = [0; 16];
    if let Some(header) = c.before().get(4..HEADER_LEN) {
        mask.copy_from_slice(header);
    }
    // Where an RFC 3489 message holds one, the cookie is still what the port is XORed with.
    mask[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
    transport_address(c, &X_PORT, &X_ADDRESS, mask)
}

fn transport_address(
    c: &mut Cursor<'_>,
    port_field: &'static Field,
    address_field: &'static Field,
    mask: [u8; 16],
) -> Step {
    c.u8(&RESERVED)?;
    let family = c.u8(&FAMILY)?.expect(|f| f == 1 || f == 2, "neither 1 nor 2", rfc(8489, "14.1")).value();
    let port = decoded_port(c, port_field, u16::from_be_bytes([mask[0], mask[1]]))?;
    let ip = match family {
        1 => decoded_ip::<4>(c, address_field, mask)?,
        2 => decoded_ip::<16>(c, address_field, mask)?,
        _ => return Err(Stop),
    };
    c.address(SocketAddr::new(ip, port));
    Ok(())
}

fn decoded_port(c: &mut Cursor<'_>, field: &'static Field, mask: u16) -> Step<u16> {
    let read = c.u16(field)?;
    let port = read.value() as u16 ^ mask;
    if mask != 0 {
        read.means(Meaning::Number(port.into()));
    }
    Ok(port)
}

fn decoded_ip<const N: usize>(c: &mut Cursor<'_>, field: &'static Field, mask: [u8; 16]) -> Step<IpAddr>
where
    IpAddr: From<[u8; N]>,
{
    let mut plain = [0; N];
    for ((plain, byte), mask) in plain.iter_mut().zip(c.peek(N)).zip(mask) {
        *plain = byte ^ mask;
    }
    let ip = IpAddr::from(plain);
    c.bytes(field, N)?.means(Meaning::Ip(ip));
    Ok(ip)
}

/// Opaque to this layer.
pub(super) fn any(c: &mut Cursor<'_>, _: usize) -> Step {
    static VALUE: Field = Field::new("Value", rfc(8489, "14"), "The value's bytes, as they are.");
    if c.left() > 0 { c.rest(&VALUE).map(drop) } else { Ok(()) }
}

/// Says all by being there.
pub(super) fn flag(_: &mut Cursor<'_>, _: usize) -> Step {
    Ok(())
}

pub(super) fn text(c: &mut Cursor<'_>, _: usize) -> Step {
    static VALUE: Field = Field::new("Value", rfc(8489, "14"), "UTF-8, not closed by a zero.");
    if c.left() > 0 { c.text(&VALUE).map(drop) } else { Ok(()) }
}

pub(super) fn error_code(c: &mut Cursor<'_>, _: usize) -> Step {
    static CODE: Field = Field::new("Code", rfc(8489, "14.8"), "Its hundreds and the rest, apart.").hex();
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
        .expect(|w| w & 0xff < 100, "the number must be below 100", rfc(8489, "14.8"))
        .value();
    c.number((code >> 8 & 7) * 100 + (code & 0xff));
    if c.left() > 0 { c.text(&REASON).map(drop) } else { Ok(()) }
}

/// The names of the numbers that ERROR-CODE carries.
pub(super) const ERRORS: &[(u64, &str)] = &[
    (300, "Try Alternate"),
    (400, "Bad Request"),
    (401, "Unauthenticated"),
    (403, "Forbidden"),
    (420, "Unknown Attribute"),
    (430, "Stale Credentials"),
    (431, "Integrity Check Failure"),
    (437, "Allocation Mismatch"),
    (438, "Stale Nonce"),
    (440, "Address Family not Supported"),
    (441, "Wrong Credentials"),
    (442, "Unsupported Transport Protocol"),
    (443, "Peer Address Family Mismatch"),
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
    number(c, &super::channel_data::NUMBER, 2)?;
    c.u16(&RFFU).map(drop)
}

pub(super) fn lifetime(c: &mut Cursor<'_>, _: usize) -> Step {
    static SECONDS: Field = Field::new("Seconds", rfc(8656, "18.2"), "How long.");
    number(c, &SECONDS, 4)
}

pub(super) fn priority(c: &mut Cursor<'_>, _: usize) -> Step {
    static WORD: Field = Field::new(
        "Priority",
        rfc(8445, "5.1.2.1"),
        "2^24 times the type preference, plus 2^8 times the local preference, plus 256 less the component ID.",
    );
    static BITS: [Field; 3] = [
        Field::new(
            "Type preference",
            rfc(8445, "5.1.2.2"),
            "126 host, 110 peer reflexive, 100 server reflexive, 0 relayed are advised.",
        )
        .bits(0xff00_0000),
        Field::new("Local preference", rfc(8445, "5.1.2.2"), "Which of one's own addresses.")
            .bits(0x00ff_ff00),
        Field::new("256 - component ID", rfc(8445, "5.1.2.1"), "255 for component 1.").bits(0x0000_00ff),
    ];
    let value = c.word(&WORD, 4, &BITS)?.value();
    c.number(value);
    Ok(())
}

/// A tie-breaker, a token, a connection: eight bytes that only mean themselves.
pub(super) fn id64(c: &mut Cursor<'_>, _: usize) -> Step {
    static RANDOM: Field = Field::new("Number", Spec::Own, "Random; it only means itself.").hex();
    match c.left() {
        // CONNECTION-ID has four.
        4 => c.u32(&RANDOM).map(drop),
        _ => c.u64(&RANDOM).map(drop),
    }
}

pub(super) fn port(c: &mut Cursor<'_>, _: usize) -> Step {
    static PAD: Field = Field::new("Reserved", rfc(5780, "7.5"), "Fills the word.");
    number(c, &PORT, 2)?;
    // RFC 5780 draws two bytes; some senders fill the word.
    if c.left() > 0 { c.rest(&PAD).map(drop) } else { Ok(()) }
}

pub(super) fn family(c: &mut Cursor<'_>, _: usize) -> Step {
    number(c, &FAMILY, 1)?;
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
static PARAMETERS_LENGTH: Field =
    Field::new("Parameters Length", rfc(8489, "14.12"), "How many bytes of parameters follow.");
static PARAMETERS: Field = Field::new("Parameters", rfc(8489, "14.12"), "None for MD5 and SHA-256.");

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
    static TYPE: Field =
        Field::new("ICMP Type", rfc(8656, "18.13"), "3 is Destination Unreachable in ICMPv4.");
    static CODE: Field = Field::new("ICMP Code", rfc(8656, "18.13"), "Why, in the terms of that type.");
    static DATA: Field = Field::new("Error Data", rfc(8656, "18.13"), "The MTU, for Packet Too Big.");
    c.bytes(&RESERVED, 2)?;
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
