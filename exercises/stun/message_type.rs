//! # stun::message_type: two numbers in one
//!
//! The first two bytes of a STUN message say what is asked (the method) and which part of the exchange this is
//! (the class). The bits of the class stand between the bits of the method (RFC 8489 section 5):
//!
//! ```text
//!   bit    15 14  13 12 11 10  9   8   7  6  5   4   3  2  1  0
//!          +----+----------------+---+----------+---+------------+
//!          |0  0|  M  M  M  M  M | C |  M  M  M | C | M  M  M  M |
//!          +----+----------------+---+----------+---+------------+
//!   mask            0x3e00       0x0100  0x00e0  0x0010   0x000f
//!   is           method 11..7   class 1  6..4   class 0    3..0
//! ```
//!
//! Class 0 is a request, 1 an indication, 2 a success response, 3 an error response. By hand first:
//!
//! ```text
//!   0x0101 = 00 00000 1 000 0 0001   class 0b10, method 0x001   Binding success response
//!   0x0200 = 00 00001 0 000 0 0000   class 0b00, method 0x080   a request, not a Binding one
//! ```
//!
//! Check: `cargo run -- check stun::message_type`. The page: stun.html#message-type

use exercises::stun::message_type::Class;

/// Takes a message type apart: `decode(0x0101)` is `(Class::Success, 0x001)`.
pub fn decode(message_type: u16) -> (Class, u16) {
    todo!()
}

/// Puts a message type together: `encode(Class::Success, 0x001)` is `0x0101`. (`class as u16` is its number.)
pub fn encode(class: Class, method: u16) -> u16 {
    todo!()
}

exercises::check!(stun::message_type(decode, encode));
