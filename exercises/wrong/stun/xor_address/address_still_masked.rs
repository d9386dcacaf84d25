//! Takes the mask off the port only.

use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The address in the value of an XOR-MAPPED-ADDRESS attribute.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    let port = u16::from_be_bytes([*value.get(2)?, *value.get(3)?]) ^ 0x2112;
    let ip = match value[1] {
        1 => IpAddr::from(<[u8; 4]>::try_from(value.get(4..8)?).ok()?),
        2 => IpAddr::from(<[u8; 16]>::try_from(value.get(4..20)?).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

exercises::check!(stun::xor_address(xor_address));
