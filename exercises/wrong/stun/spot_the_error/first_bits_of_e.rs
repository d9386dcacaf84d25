//! Takes the bits of an error response for a broken start.

use exercises::stun::spot_the_error::{Packet, Rule};

/// The rule that a packet breaks.
pub fn spot(packet: Packet) -> Rule {
    match packet {
        Packet::A => Rule::MessageLength,
        Packet::B => Rule::XorMask,
        Packet::C => Rule::Padding,
        Packet::D => Rule::FingerprintLast,
        Packet::E => Rule::FirstTwoBits,
    }
}

exercises::check!(stun::spot_the_error(spot));
