//! Indexes into bytes that need not be there.

use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The address in the value of an XOR-MAPPED-ADDRESS attribute.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    let port = u16::from_be_bytes([value[2], value[3]]) ^ 0x2112;
    let mask: Vec<u8> = MAGIC_COOKIE.iter().chain(transaction_id).copied().collect();
    let unmask = |at: usize| value[4 + at] ^ mask[at];
    let ip = match value[1] {
        1 => IpAddr::from(std::array::from_fn::<u8, 4, _>(unmask)),
        2 => IpAddr::from(std::array::from_fn::<u8, 16, _>(unmask)),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

exercises::check!(stun::xor_address(xor_address));
