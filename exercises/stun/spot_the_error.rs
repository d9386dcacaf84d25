//! # stun::spot_the_error: five broken packets
//!
//! Each of these messages breaks one rule of the chapter, and keeps all others. Which one?
//!
//! ```text
//! A   the server saw 192.0.2.1:32853 and says so
//!     01 01 00 28 21 12 a4 42 70 69 6e 67 2d 70 6f 6e
//!     67 2d 30 35 80 22 00 04 70 6f 6e 67 00 20 00 08
//!     00 01 a1 47 e1 12 a6 43
//!
//! B   another server saw the same
//!     01 01 00 14 21 12 a4 42 70 69 6e 67 2d 70 6f 6e
//!     67 2d 30 35 80 22 00 04 70 6f 6e 67 00 20 00 08
//!     00 01 80 55 c0 00 02 01
//!
//! C   a request with SOFTWARE "pinger" and USERNAME "p:pong"
//!     00 01 00 14 21 12 a4 42 70 69 6e 67 2d 70 6f 6e
//!     67 2d 30 35 80 22 00 06 70 69 6e 67 65 72 00 06
//!     00 06 70 3a 70 6f 6e 67
//!
//! D   a request with USERNAME, FINGERPRINT and MESSAGE-INTEGRITY
//!     00 01 00 28 21 12 a4 42 70 69 6e 67 2d 70 6f 6e
//!     67 2d 30 35 00 06 00 04 70 6f 6e 67 80 28 00 04
//!     97 6c 32 57 00 08 00 14 e8 02 12 27 42 b4 86 e9
//!     11 d2 0d 87 c5 0e 20 09 a4 10 a9 79
//!
//! E   401 Unauthorized
//!     01 11 00 1c 21 12 a4 42 70 69 6e 67 2d 70 6f 6e
//!     67 2d 30 35 00 09 00 10 00 00 01 91 55 6e 61 75
//!     74 68 6f 72 69 7a 65 64 80 22 00 04 70 6f 6e 67
//! ```
//!
//! The rules to choose from:
//!
//! ```text
//! FirstTwoBits      the first two bits are zero
//! MessageLength     counts all that follows the header, and not the header
//! MagicCookie       bytes 4 to 7 are 21 12 a4 42
//! AttributeLength   counts the value alone
//! Padding           lets each attribute begin at a multiple of 4
//! XorMask           in XOR-MAPPED-ADDRESS, port and address are XORed with the cookie
//! ErrorCode         holds the hundreds in one field and the rest, 0 to 99, in the next
//! FingerprintLast   FINGERPRINT is the last attribute
//! ```
//!
//! Write them down one by one; each save tells. A wrong rule is answered with the bytes that keep it.
//!
//! Check: `cargo run -- check stun::spot_the_error`. The page: stun.html#exercises

use exercises::stun::spot_the_error::{Packet, Rule};

/// The rule that a packet breaks, for example `Rule::MagicCookie`.
pub fn spot(packet: Packet) -> Rule {
    match packet {
        Packet::A => todo!(),
        Packet::B => todo!(),
        Packet::C => todo!(),
        Packet::D => todo!(),
        Packet::E => todo!(),
    }
}

exercises::check!(stun::spot_the_error(spot));
