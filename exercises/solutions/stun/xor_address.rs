//! # stun::xor_address: a solution
//!
//! The mask is what stands in the header from byte 4 on: 4 bytes of cookie, then 12 of transaction ID. The port
//! is XORed with its first 2 bytes, an IPv4 address with its first 4, an IPv6 address with all 16. So one mask
//! and one loop serve both families: `zip` stops where the shorter side ends.
//!
//! `first_chunk` and `split_at_checked` give None where the bytes do not reach. No index, so no panic,
//! whatever arrives.

use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The address in the value of an XOR-MAPPED-ADDRESS attribute.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    // The first byte is reserved: senders set it to zero, receivers ignore it.
    let (&[_, family, port_high, port_low], address) = value.split_first_chunk::<4>()?;

    let port = u16::from_be_bytes([port_high ^ MAGIC_COOKIE[0], port_low ^ MAGIC_COOKIE[1]]);

    let mask = MAGIC_COOKIE.iter().chain(transaction_id);
    let mut plain = [0; 16];
    for ((plain, masked), mask) in plain.iter_mut().zip(address).zip(mask) {
        *plain = masked ^ mask;
    }

    let ip = match (family, address.len()) {
        (1, 4) => IpAddr::from(*plain.first_chunk::<4>()?),
        (2, 16) => IpAddr::from(plain),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

exercises::check!(stun::xor_address(xor_address));
