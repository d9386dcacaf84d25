//! MESSAGE-INTEGRITY and the length that it is computed with: RFC 8489 section 14.5.

use hmac::{Hmac, Mac};
use sha1::Sha1;
use wire::stun::{Algorithm, long_term_key};
use wire::{Spec, rfc};

use super::samples;
use crate::{Exam, Failure, Reason, hex};

/// What the student writes: a message, where in it MESSAGE-INTEGRITY begins, and the key, to the HMAC that the
/// attribute should hold.
pub type Integrity = fn(&[u8], usize, &[u8]) -> [u8; 20];

const SPEC: Spec = rfc(8489, "14.5");

/// HMAC-SHA1 (RFC 2104): 20 bytes that only who knows the key can compute for this message.
#[must_use]
pub fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    // HMAC takes a key of any length, so this refuses none.
    let Ok(mut mac) = <Hmac<Sha1> as Mac>::new_from_slice(key) else { return [0; 20] };
    mac.update(message);
    mac.finalize().into_bytes().into()
}

/// Puts messages to `integrity`: with nothing, with FINGERPRINT and with more after the attribute, and a forged one.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, integrity: Integrity) -> Result<(), Box<Failure>> {
    let long_term = long_term_key(Algorithm::Md5, "マトリックス".as_bytes(), b"example.org", b"TheMatrIX");
    let mut forged = samples::IPV4.to_vec();
    forged[52..72].fill(0xee);
    let more = [&samples::IPV4[..72], &[0x00, 0x1c, 0x00, 0x10], &[0x5a; 16], &samples::IPV4[72..]].concat();
    let more = with_length(&more, more.len() - 20);
    let cases: [(&str, &[u8], usize, &[u8]); 6] = [
        ("RFC 5769 section 2.4: nothing follows the attribute", samples::LONG_TERM, 92, &long_term),
        ("RFC 5769 section 2.2: FINGERPRINT follows", samples::IPV4, 48, samples::PASSWORD),
        ("RFC 5769 section 2.1: a request", samples::REQUEST, 76, samples::PASSWORD),
        ("RFC 5769 section 2.3: an IPv6 response", samples::IPV6, 60, samples::PASSWORD),
        ("two attributes follow", &more, 48, samples::PASSWORD),
        ("a forged message: what it holds is not what it should hold", &forged, 48, samples::PASSWORD),
    ];
    for (name, packet, start, key) in cases {
        let right = ending_at(packet, start, start + 24, key);
        exam.case(name, packet, hex(&right), SPEC).expect(
            &right,
            || integrity(packet, start, key),
            |returned| hex(returned),
            |returned| explain(packet, start, key, returned),
        )?;
    }
    Ok(())
}

/// The HMAC of what stands before `start`, with the length of a message that ends at `end`.
fn ending_at(packet: &[u8], start: usize, end: usize, key: &[u8]) -> [u8; 20] {
    hmac_sha1(key, &with_length(&packet[..start], end - 20))
}

fn with_length(message: &[u8], length: usize) -> Vec<u8> {
    let mut message = message.to_vec();
    message[2..4].copy_from_slice(&(length as u16).to_be_bytes());
    message
}

fn explain(packet: &[u8], start: usize, key: &[u8], returned: &[u8; 20]) -> Reason {
    let end = start + 24;
    let computed = |message: &[u8]| hmac_sha1(key, message) == *returned;
    // The same mistake with the length as it came, or as it should be.
    let over = |end_of_message: usize| {
        computed(&packet[..end_of_message]) || computed(&with_length(&packet[..end_of_message], end - 20))
    };
    let (range, label, why) = if packet[start + 4..end] == *returned {
        (
            start + 4..end,
            "copied from here",
            "that is what the message claims. Whoever forged it wrote it there; compute what it should be",
        )
    } else if computed(&packet[..start]) {
        (
            2..4,
            "Message Length still counts what follows the attribute",
            "the sender computed the HMAC before it added what follows. So the length must say that the message ends \
             right after MESSAGE-INTEGRITY: start + 24 - 20",
        )
    } else if *returned == ending_at(packet, start, start, key) {
        (
            2..4,
            "set to end before the attribute",
            "the length counts MESSAGE-INTEGRITY itself: 4 bytes of type and length and 20 of HMAC, though the HMAC \
             does not cover them",
        )
    } else if *returned == ending_at(packet, start, end + 20, key) {
        (2..4, "set to count the header, too", "Message Length leaves the 20 bytes of the header out")
    } else if computed(&with_length(&packet[..start], usize::from(((end - 20) as u16).swap_bytes()))) {
        (
            2..4,
            "written from the last byte to the first",
            "numbers on the wire are big-endian: u16::to_be_bytes writes them",
        )
    } else if over(end) || over(start + 4) {
        (
            start..end,
            "covered, and should not be",
            "the HMAC cannot cover itself, nor the type and length before it: the text ends where the attribute begins",
        )
    } else if over(packet.len()) {
        (
            start..packet.len(),
            "covered, and should not be",
            "the HMAC covers what stands before MESSAGE-INTEGRITY. When it was computed, the rest did not exist",
        )
    } else if hmac_sha1(&with_length(&packet[..start], end - 20), key) == *returned {
        (0..0, "", "hmac_sha1 takes the key first and the message second")
    } else if computed(&packet[20..start]) {
        (0..20, "not covered, and should be", "the HMAC covers the header as well")
    } else {
        (
            0..start,
            "to be covered",
            "the HMAC covers the bytes from the first to the one before MESSAGE-INTEGRITY, with bytes 2 and 3 set to \
             start + 24 - 20, under the key that was given",
        )
    };
    let reason = Reason::new(SPEC, why);
    if range.is_empty() { reason } else { reason.at(range, label) }
}
