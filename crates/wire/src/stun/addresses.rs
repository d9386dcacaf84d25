//! Transport addresses, in clear and masked: RFC 8489 sections 14.1 and 14.2.
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! |0 0 0 0 0 0 0 0|    Family     |         Port or X-Port        |
//! +---------------+---------------+-------------------------------+
//! |               Address or X-Address: 4 bytes or 16             |
//! ```

use std::net::{IpAddr, SocketAddr};

use super::attributes::DRAFT;
use super::{HEADER_LEN, MAGIC_COOKIE};
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::rfc;
use crate::tree::{Field, Meaning};

pub(super) const FAMILIES: &[(u64, &str)] = &[(1, "IPv4"), (2, "IPv6")];

static RESERVED: Field =
    Field::new("Reserved", rfc(8489, "14.1"), "Aligns what follows. Sent as zero and ignored.");
static FAMILY: Field =
    Field::new("Family", rfc(8489, "14.1"), "1 is IPv4, 2 is IPv6; it says how long the address is.")
        .hex()
        .names(FAMILIES);
pub(super) const NO_FAMILY: &str = "the family is neither 0x01 (IPv4) nor 0x02 (IPv6)";
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

/// XOR-MAPPED-ADDRESS and its kin. The mask is the cookie, then the transaction ID.
pub(super) fn xor_address(c: &mut Cursor<'_>, _: usize) -> Step {
    let mut mask = cookie_and_id(c);
    // RFC 3489 has no such attribute; whoever puts one in a message without a cookie still masks with the cookie.
    mask[..4].copy_from_slice(&MAGIC_COOKIE.to_be_bytes());
    transport_address(c, &X_PORT, &X_ADDRESS, mask)
}

/// The XOR-MAPPED-ADDRESS of a draft, whose mask was the 128 bits of the transaction ID that RFC 3489 had.
pub(super) fn draft_xor_address(c: &mut Cursor<'_>, _: usize) -> Step {
    static X_PORT: Field =
        Field::new("X-Port", DRAFT, "The port, XORed with bytes 4 and 5 of the header.").hex();
    static X_ADDRESS: Field = Field::new(
        "X-Address",
        DRAFT,
        "The address, XORed with the header from byte 4 on: the cookie, or what RFC 3489 had in its place.",
    );
    let mask = cookie_and_id(c);
    transport_address(c, &X_PORT, &X_ADDRESS, mask)
}

fn cookie_and_id(c: &Cursor<'_>) -> [u8; 16] {
    let mut bytes = [0; 16];
    if let Some(header) = c.before().get(4..HEADER_LEN) {
        bytes.copy_from_slice(header);
    }
    bytes
}

fn transport_address(
    c: &mut Cursor<'_>,
    port_field: &'static Field,
    address_field: &'static Field,
    mask: [u8; 16],
) -> Step {
    c.u8(&RESERVED)?;
    let family = c.u8(&FAMILY)?.expect(|f| f == 1 || f == 2, NO_FAMILY, rfc(8489, "14.1")).value();
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
