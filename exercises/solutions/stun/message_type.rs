//! # stun::message_type: a solution
//!
//! Read the masks off the figure, and move each group by the number of class bits to its right: none, one, two.
//! Encoding moves the same groups by the same amounts, the other way.
//!
//! Why is it so odd? RFC 3489 numbered whole messages: 0x0001, 0x0101, 0x0111. When a later RFC wanted a class
//! and a method, it had to find them inside numbers that were in use.

use exercises::stun::message_type::Class;

/// Takes a message type apart.
pub fn decode(message_type: u16) -> (Class, u16) {
    let class = match (message_type & 0x0100 != 0, message_type & 0x0010 != 0) {
        (false, false) => Class::Request,
        (false, true) => Class::Indication,
        (true, false) => Class::Success,
        (true, true) => Class::Error,
    };
    let method = (message_type & 0x3e00) >> 2 | (message_type & 0x00e0) >> 1 | message_type & 0x000f;
    (class, method)
}

/// Puts a message type together.
pub fn encode(class: Class, method: u16) -> u16 {
    let class = class as u16;
    let class_bits = (class & 0b10) << 7 | (class & 0b01) << 4;
    let method_bits = (method & 0x0f80) << 2 | (method & 0x0070) << 1 | method & 0x000f;
    class_bits | method_bits
}

exercises::check!(stun::message_type(decode, encode));
