//! Sets the length as if the message ended where the attribute begins.

use exercises::stun::message_integrity::hmac_sha1;

/// The HMAC that the MESSAGE-INTEGRITY attribute at byte `start` of `packet` should hold.
pub fn message_integrity(packet: &[u8], start: usize, key: &[u8]) -> [u8; 20] {
    let mut covered = packet[..start].to_vec();
    let length = (start - 20) as u16;
    covered[2..4].copy_from_slice(&length.to_be_bytes());
    hmac_sha1(key, &covered)
}

exercises::check!(stun::message_integrity(message_integrity));
