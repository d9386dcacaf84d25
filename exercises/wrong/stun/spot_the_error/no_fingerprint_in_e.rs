//! Names a rule about an attribute that is not there.

use exercises::stun::spot_the_error::{Packet, Rule};

/// The rule that a packet breaks.
pub fn spot(packet: Packet) -> Rule {
    match packet {
        Packet::A => Rule::MessageLength,
        Packet::B => Rule::XorMask,
        Packet::C => Rule::Padding,
        Packet::D => Rule::FingerprintLast,
        Packet::E => Rule::FingerprintLast,
    }
}

exercises::check!(stun::spot_the_error(spot));
