//! # stun::message_integrity: the length-field trick
//!
//! Does the sender know our password, and did anyone change the message? MESSAGE-INTEGRITY answers that with an
//! HMAC of everything before it (RFC 8489 section 14.5). The header is before it, and in the header stands the
//! Message Length. Which value has it while you compute?
//!
//! ```text
//!   byte 0      2      4                      start               start + 24
//!        +------+------+------ ... -----------+------+------+------------+-------------+
//!        | type |length| cookie, attributes   |00 08 |00 14 | HMAC (20)  | FINGERPRINT |
//!        +------+------+------ ... -----------+------+------+------------+-------------+
//!        |<------------- covered ------------>|
//!                 ^
//!                 as if the message ended here: -------------------------^
//! ```
//!
//! The sender computed it when FINGERPRINT was not there yet. So you must, too: set the length as if the message
//! ended right after MESSAGE-INTEGRITY. (Remember what Message Length leaves out.)
//!
//! In RFC 5769 section 2.2 the length on the wire is 60, start is 48, and the HMAC was computed with 52.
//!
//! Check: `cargo run -- check stun::message_integrity`. The page: stun.html#message-integrity

use exercises::stun::message_integrity::hmac_sha1;

/// The HMAC that the MESSAGE-INTEGRITY attribute at byte `start` of `packet` should hold.
///
/// Useful: `packet[..start].to_vec()`, `copy_from_slice`, `u16::to_be_bytes`, `hmac_sha1(key, message)`.
pub fn message_integrity(packet: &[u8], start: usize, key: &[u8]) -> [u8; 20] {
    todo!()
}

exercises::check!(stun::message_integrity(message_integrity));
