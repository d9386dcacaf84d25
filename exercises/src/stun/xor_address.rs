//! Decoding XOR-MAPPED-ADDRESS: RFC 8489 section 14.2.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use wire::stun::MAGIC_COOKIE;
use wire::{Spec, rfc};

use super::samples;
use crate::{Exam, Failure, Reason};

/// What the student writes: the value of the attribute and the transaction ID of the message, to an address.
pub type Decode = fn(&[u8], &[u8; 12]) -> Option<SocketAddr>;

const SPEC: Spec = rfc(8489, "14.2");
/// What it is, the value, the transaction ID, the address.
type Question<'v> = (&'static str, &'v [u8], [u8; 12], Option<&'static str>);

const COOKIE: [u8; 4] = MAGIC_COOKIE.to_be_bytes();

/// Puts addresses of both families to `decode`, then values that hold no address.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, decode: Decode) -> Result<(), Box<Failure>> {
    let other_id = *b"ping-pong-01";
    let other_v4 = encode("198.51.100.7:20000", &other_id);
    let other_v6 = encode("[2001:db8::2a]:443", &other_id);
    let mut reserved = other_v4.clone();
    reserved[0] = 0x7f;
    let cases: [Question<'_>; 9] = [
        (
            "the IPv4 response of RFC 5769 section 2.2",
            &samples::IPV4[40..48],
            samples::ID,
            Some("192.0.2.1:32853"),
        ),
        ("another IPv4 address", &other_v4, other_id, Some("198.51.100.7:20000")),
        (
            "the IPv6 response of RFC 5769 section 2.3",
            &samples::IPV6[40..60],
            samples::ID,
            Some("[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
        ),
        ("another IPv6 address, and another transaction ID", &other_v6, other_id, Some("[2001:db8::2a]:443")),
        ("a first byte that is not zero", &reserved, other_id, Some("198.51.100.7:20000")),
        ("a family that is neither 1 nor 2", &[0, 3, 0x6f, 0x32, 0xe7, 0x21, 0xc0, 0x45], other_id, None),
        (
            "family 2 (IPv6) with the 4 address bytes of IPv4",
            &[0, 2, 0x6f, 0x32, 0xe7, 0x21, 0xc0, 0x45],
            other_id,
            None,
        ),
        ("a value that ends after the port", &other_v4[..4], other_id, None),
        ("an empty value", &[], other_id, None),
    ];
    for (name, value, id, address) in cases {
        let right = address.map(socket);
        let case = exam.case(name, value, show(&right), SPEC);
        let case = if value.len() < 5 { case.at(value.len()..value.len(), "ends here") } else { case };
        case.expect(
            &right,
            || decode(value, &id),
            show,
            |returned| match (right, *returned) {
                (Some(right), Some(returned)) => explain_address(value, &id, right, returned),
                (Some(_), None) => explain_refusal(value),
                (None, _) => explain_invention(value),
            },
        )?;
    }
    Ok(())
}

/// The value of the attribute for an address.
fn encode(address: &str, id: &[u8; 12]) -> Vec<u8> {
    let address = socket(address);
    let mut value = vec![0, if address.is_ipv4() { 1 } else { 2 }];
    value.extend(xor(&address.port().to_be_bytes(), &COOKIE));
    value.extend(xor(&octets(address.ip()), &[&COOKIE[..], id].concat()));
    value
}

fn explain_address(value: &[u8], id: &[u8; 12], right: SocketAddr, returned: SocketAddr) -> Reason {
    if returned.port() != right.port() {
        return explain_port(u16::from_be_bytes([value[2], value[3]]), right.port(), returned.port());
    }
    let (wire, right, returned) = (&value[4..], octets(right.ip()), octets(returned.ip()));
    let mask = [&COOKIE[..], id].concat();
    let repeated = COOKIE.repeat(4);
    let tail_raw = [&right[..4], &wire[4..]].concat();
    let (range, label, why) = if returned == wire {
        (
            4..value.len(),
            "X-Address is still XORed",
            "the address is masked as the port is, so that a gateway that searches packets for its own address \
             does not find and rewrite it. The same XOR takes the mask off",
        )
    } else if returned.len() != right.len() {
        (1..2, "the family says which kind of address follows", "1 is IPv4 with 4 bytes, 2 is IPv6 with 16")
    } else if right.len() == 16 && returned == tail_raw {
        (
            8..20,
            "these 12 bytes are still XORed",
            "an IPv6 address is longer than the cookie: its mask is the 4 bytes of the cookie, then the 12 bytes of \
             the transaction ID",
        )
    } else if right.len() == 16 && returned == xor(wire, &repeated) {
        (
            8..20,
            "XORed with the cookie again",
            "the cookie is not repeated. After its 4 bytes the mask goes on with the 12 bytes of the transaction ID",
        )
    } else if right.len() == 16 && returned == xor(wire, &[&id[..], &COOKIE[..]].concat()) {
        (
            4..20,
            "XORed with the transaction ID first",
            "the mask is the bytes 4 to 19 of the header in their order: the cookie first, then the transaction ID",
        )
    } else if returned.iter().rev().eq(&right) {
        (
            4..value.len(),
            "read from the last byte to the first",
            "numbers on the wire are big-endian: the first byte is the first part of the address",
        )
    } else if right.len() == 4 && returned == xor(wire, &[mask[2], mask[3], mask[0], mask[1]]) {
        (4..8, "XORed with 0xa4422112", "the mask is the cookie as it stands on the wire: 21 12 a4 42")
    } else {
        (
            4..value.len(),
            "X-Address",
            "each byte of the address is XORed with the byte at its place in the mask: the cookie 21 12 a4 42, and \
             for IPv6 the transaction ID after it",
        )
    };
    Reason::new(SPEC, why).at(range, label)
}

fn explain_port(wire: u16, right: u16, returned: u16) -> Reason {
    let (label, why) = if returned == wire {
        (
            "X-Port is still XORed with 0x2112",
            "the top 16 bits of the magic cookie mask the port, so that a gateway that searches packets for its own \
             address does not find and rewrite it",
        )
    } else if returned == wire ^ 0xa442 {
        (
            "XORed with 0xa442, the lower half of the cookie",
            "the port is XORed with the upper 16 bits of the cookie: 0x2112a442 >> 16",
        )
    } else if returned == right.swap_bytes() || returned == wire.swap_bytes() ^ 0x2112 {
        (
            "read from the last byte to the first",
            "numbers on the wire are big-endian: u16::from_be_bytes reads them",
        )
    } else {
        ("X-Port", "the port is the two bytes here, big-endian, XORed with 0x2112")
    };
    Reason::new(SPEC, why).at(2..4, label)
}

/// None, though there is an address.
fn explain_refusal(value: &[u8]) -> Reason {
    if value.first() != Some(&0) {
        let why = "the first byte is reserved. Senders set it to zero, receivers must ignore it: a later version may \
                   use it";
        return Reason::new(rfc(8489, "14.1"), why).at(0..1, "not zero, and that is no reason to refuse");
    }
    let why = "this value is whole: family 1 has 4 bytes of address, family 2 has 16. None is for values that hold no \
               address";
    Reason::new(SPEC, why).at(1..2, if value[1] == 1 { "IPv4" } else { "IPv6" })
}

/// An address, though there is none.
fn explain_invention(value: &[u8]) -> Reason {
    match value {
        [_, 2, _, _, rest @ ..] if rest.len() < 16 => Reason::new(
            SPEC,
            "an IPv6 address has 16 bytes. What is not in the packet must not be made up: None says so",
        )
        .at(4..value.len(), format!("{} bytes of address, 16 are needed", rest.len())),
        [_, 3, ..] => Reason::new(
            rfc(8489, "14.1"),
            "only 1 (IPv4) and 2 (IPv6) are defined. Of another family nobody knows how long its address is",
        )
        .at(1..2, "no family of that number"),
        _ => Reason::new(SPEC, "the value ends before its address does: there is nothing to decode")
            .at(value.len()..value.len(), "ends here"),
    }
}

fn show(address: &Option<SocketAddr>) -> String {
    address.map_or("None".to_owned(), |address| format!("{address} (port {:#06x})", address.port()))
}

fn socket(text: &str) -> SocketAddr {
    text.parse().unwrap_or_else(|_| SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0))
}

fn octets(ip: IpAddr) -> Vec<u8> {
    match ip {
        IpAddr::V4(ip) => ip.octets().to_vec(),
        IpAddr::V6(ip) => Ipv6Addr::octets(&ip).to_vec(),
    }
}

fn xor(bytes: &[u8], mask: &[u8]) -> Vec<u8> {
    bytes.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect()
}
