//! Closes the two gaps as if they were one.

use exercises::stun::message_type::Class;

/// Takes a message type apart.
pub fn decode(message_type: u16) -> (Class, u16) {
    let class = match (message_type & 0x0100 != 0, message_type & 0x0010 != 0) {
        (false, false) => Class::Request,
        (false, true) => Class::Indication,
        (true, false) => Class::Success,
        (true, true) => Class::Error,
    };
    let method = (message_type & 0x3ee0) >> 1 | message_type & 0x000f;
    (class, method)
}

/// Puts a message type together.
pub fn encode(class: Class, method: u16) -> u16 {
    let class = class as u16;
    (class & 2) << 7 | (class & 1) << 4 | (method & 0xf80) << 2 | (method & 0x70) << 1 | method & 0xf
}

exercises::check!(stun::message_type(decode, encode));
