//! Gives key and message in the wrong order.

use exercises::stun::message_integrity::hmac_sha1;

/// The HMAC that the MESSAGE-INTEGRITY attribute at byte `start` of `packet` should hold.
pub fn message_integrity(packet: &[u8], start: usize, key: &[u8]) -> [u8; 20] {
    let mut covered = packet[..start].to_vec();
    covered[2..4].copy_from_slice(&((start + 4) as u16).to_be_bytes());
    hmac_sha1(&covered, key)
}

exercises::check!(stun::message_integrity(message_integrity));
