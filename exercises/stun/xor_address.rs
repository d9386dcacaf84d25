//! # stun::xor_address: unmask the answer
//!
//! A STUN server saw your packet come from an address, and tells you which. So that no helpful NAT on the way
//! finds that address in the packet and rewrites it, the server masks it with XOR. Take the mask off.
//!
//! The value of the attribute XOR-MAPPED-ADDRESS (RFC 8489 section 14.2):
//!
//! ```text
//!   byte 0        1        2        3        4 ...
//!        +--------+--------+-----------------+--------------------------+
//!        |   0    | family |     X-Port      |  X-Address               |
//!        +--------+--------+-----------------+--------------------------+
//!          ignore   1 IPv4   port XOR 0x2112   4 or 16 bytes: address
//!          it       2 IPv6                     XOR mask
//!
//!   mask, IPv4   21 12 a4 42                   the magic cookie
//!   mask, IPv6   21 12 a4 42, then 12 bytes    the cookie, then the transaction ID
//! ```
//!
//! One to do by hand first, from RFC 5769 section 2.2:
//!
//! ```text
//!   on the wire   00 01   a1 47   e1 12 a6 43
//!   mask                  21 12   21 12 a4 42
//!   XOR                   80 55   c0 00 02 01
//!                         32853   192.0.2.1
//! ```
//!
//! Check: `cargo run -- check stun::xor_address`. The page: stun.html#xor-mapped-address

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address in `value`, the value of an XOR-MAPPED-ADDRESS attribute; None where there is none, because the
/// value is too short or its family is neither 1 nor 2.
///
/// Useful: `u16::from_be_bytes([a, b])`, `value.get(4..8)?`, `IpAddr::from([192, 0, 2, 1])`.
pub fn xor_address(value: &[u8], transaction_id: &[u8; 12]) -> Option<SocketAddr> {
    todo!()
}

exercises::check!(stun::xor_address(xor_address));
