//! Reads the port as the machine stores it, not as the network sends it.

use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The address in the value of an XOR-MAPPED-ADDRESS attribute.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    let port = u16::from_le_bytes([*value.get(2)?, *value.get(3)?]) ^ 0x2112;
    let plain: Vec<u8> = value.get(4..8)?.iter().zip(MAGIC_COOKIE).map(|(byte, mask)| byte ^ mask).collect();
    Some(SocketAddr::new(IpAddr::from(<[u8; 4]>::try_from(plain).ok()?), port))
}

exercises::check!(stun::xor_address(xor_address));
