//! Refuses a value whose reserved byte is not zero.

use std::net::{IpAddr, SocketAddr};

const MAGIC_COOKIE: [u8; 4] = [0x21, 0x12, 0xa4, 0x42];

/// The address in the value of an XOR-MAPPED-ADDRESS attribute.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    let (&[0, family, high, low], rest) = value.split_first_chunk::<4>()? else { return None };
    let port = u16::from_be_bytes([high ^ 0x21, low ^ 0x12]);
    let mask: Vec<u8> = MAGIC_COOKIE.iter().chain(transaction_id).copied().collect();
    let plain: Vec<u8> = rest.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    let ip = match family {
        1 => IpAddr::from(<[u8; 4]>::try_from(plain).ok()?),
        2 => IpAddr::from(<[u8; 16]>::try_from(plain).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

exercises::check!(stun::xor_address(xor_address));
