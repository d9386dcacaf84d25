//! # stun::spot_the_error: a solution
//!
//! - A: Message Length is 0x0028, 40. The whole message has 40 bytes; 20 of them are the header, so 20 is right.
//! - B: 80 55 is 32853 and c0 00 02 01 is 192.0.2.1, in the open. A client that takes the mask off gets 225.18.166.67:41287.
//!   In MAPPED-ADDRESS (0x0001) the same bytes would be right.
//! - C: "pinger" has 6 bytes and ends at byte 30. Two bytes of padding are missing; a parser that pads finds the
//!   next attribute at byte 32 and reads 00 06 70 3a: USERNAME with 28,730 bytes.
//! - D: FINGERPRINT stands before MESSAGE-INTEGRITY. Its sum is right, but a receiver looks for it at the end.
//! - E: 00 00 01 91 is 401 as one number. The code is two fields: class 4 and number 1, 00 00 04 01.

use exercises::stun::spot_the_error::{Packet, Rule};

/// The rule that a packet breaks.
pub fn spot(packet: Packet) -> Rule {
    match packet {
        Packet::A => Rule::MessageLength,
        Packet::B => Rule::XorMask,
        Packet::C => Rule::Padding,
        Packet::D => Rule::FingerprintLast,
        Packet::E => Rule::ErrorCode,
    }
}

exercises::check!(stun::spot_the_error(spot));
