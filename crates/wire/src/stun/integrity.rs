//! MESSAGE-INTEGRITY, MESSAGE-INTEGRITY-SHA256 and FINGERPRINT: RFC 8489 sections 14.5 to 14.7.
//!
//! All three are sums over the message up to the attribute, in which the length field already counts the
//! attribute itself, and nothing after it. So whoever checks one in the middle of a message must first put
//! the length back to what it was when the sum was made.

use hmac::digest::{KeyInit, Output};
use hmac::{Hmac, Mac};
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::context::LongTerm;
use crate::cursor::{Cursor, Step};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Severity, Span};

/// How a long-term password becomes a key (RFC 8489 section 18.5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Algorithm {
    /// MD5 of `username ":" realm ":" password`: 16 bytes.
    Md5,
    /// SHA-256 of the same: 32 bytes.
    Sha256,
}

/// The key of a long-term credential. That of a short-term one is the password itself (RFC 8489 section 9.1.1).
#[must_use]
pub fn long_term_key(algorithm: Algorithm, username: &[u8], realm: &[u8], password: &[u8]) -> Vec<u8> {
    let text = [username, realm, password].join(&b':');
    match algorithm {
        Algorithm::Md5 => Md5::digest(text).to_vec(),
        Algorithm::Sha256 => Sha256::digest(text).to_vec(),
    }
}

/// The HMAC-SHA1 of `message`, which is all that precedes the attribute (RFC 8489 section 14.5).
#[must_use]
pub fn message_integrity(message: &[u8], key: &[u8]) -> [u8; 20] {
    hmac::<Hmac<Sha1>>(message, key, 4 + 20).into()
}

/// As [`message_integrity`], in a message without the cookie: RFC 3489 section 11.2.8 fills the text up with
/// zeros to a multiple of 64 bytes.
fn classic_message_integrity(message: &[u8], key: &[u8]) -> [u8; 20] {
    let Ok(mut mac) = <Hmac<Sha1> as KeyInit>::new_from_slice(key) else { return [0; 20] };
    as_if_last(message, 4 + 20, |part| mac.update(part));
    mac.update(&[0; 63][..message.len().next_multiple_of(64) - message.len()]);
    mac.finalize().into_bytes().into()
}

/// The HMAC-SHA256 of `message`, for an attribute cut to `len` bytes (RFC 8489 section 14.6).
#[must_use]
pub fn message_integrity_sha256(message: &[u8], key: &[u8], len: usize) -> [u8; 32] {
    hmac::<Hmac<Sha256>>(message, key, 4 + len).into()
}

/// The CRC-32 of `message`, XORed with "STUN" in ASCII (RFC 8489 section 14.7).
#[must_use]
pub fn fingerprint(message: &[u8]) -> u32 {
    let mut crc = crc32fast::Hasher::new();
    as_if_last(message, 4 + 4, |part| crc.update(part));
    crc.finalize() ^ 0x5354_554e
}

/// Feeds `sum` the message with the length that it has when an attribute of `attribute` bytes closes it.
fn as_if_last(message: &[u8], attribute: usize, mut sum: impl FnMut(&[u8])) {
    let Some((header, attributes)) = message.split_at_checked(super::HEADER_LEN) else { return };
    let length = (attributes.len() + attribute) as u16;
    sum(&header[..2]);
    sum(&length.to_be_bytes());
    sum(&header[4..]);
    sum(attributes);
}

fn hmac<M: Mac + KeyInit>(message: &[u8], key: &[u8], attribute: usize) -> Output<M> {
    // HMAC takes a key of any length (RFC 2104 section 3), so this refuses none.
    let Ok(mut mac) = <M as KeyInit>::new_from_slice(key) else { return Output::<M>::default() };
    as_if_last(message, attribute, |part| mac.update(part));
    mac.finalize().into_bytes()
}

pub(super) fn sha1(c: &mut Cursor<'_>, start: usize) -> Step {
    static HMAC: Field =
        Field::new("HMAC-SHA1", rfc(8489, "14.5"), "20 bytes that only who knows the password can make.");
    let span = c.bytes(&HMAC, 20)?.value();
    let message = before(c, start);
    let classic = message.get(4..8).is_some_and(|bytes| bytes != super::MAGIC_COOKIE.to_be_bytes());
    let key = key(c);
    let computed = key.as_ref().map(|Key { bytes, .. }| match classic {
        true => classic_message_integrity(message, bytes),
        false => message_integrity(message, bytes),
    });
    let spec = if classic { rfc(3489, "11.2.8") } else { rfc(8489, "14.5") };
    verdict(c, span, computed.as_ref().map(|sum| &sum[..]), key.and_then(|key| key.said), spec);
    Ok(())
}

pub(super) fn sha256(c: &mut Cursor<'_>, start: usize) -> Step {
    static HMAC: Field = Field::new(
        "HMAC-SHA256",
        rfc(8489, "14.6"),
        "16 to 32 bytes that only who knows the password can make.",
    );
    let allowed = |span: Span| (16..=32).contains(&span.len()) && span.len().is_multiple_of(4);
    let span = c
        .rest(&HMAC)?
        .expect(allowed, "must be 16 to 32 bytes, and a multiple of 4", rfc(8489, "14.6"))
        .value();
    if allowed(span) {
        let key = key(c);
        let sum = |key: &Key| message_integrity_sha256(before(c, start), &key.bytes, span.len());
        let computed = key.as_ref().map(sum);
        let computed = computed.as_ref().map(|sum| &sum[..span.len()]);
        verdict(c, span, computed, key.and_then(|key| key.said), rfc(8489, "14.6"));
    }
    Ok(())
}

/// Says on the attribute whether it holds, where a password was given.
fn verdict(c: &mut Cursor<'_>, span: Span, computed: Option<&[u8]>, said: Option<u64>, spec: Spec) {
    match computed {
        None => {}
        Some(sum) if c.slice(span) == sum => match said {
            None => c.remark(Severity::Good, "is the HMAC under the given password", Some(spec)),
            Some(packet) => {
                let text = format!(
                    "is the HMAC under the password of the one asked, from the SDP of packet {packet}"
                );
                c.remark(Severity::Good, text, Some(rfc(8445, "7.2.2")));
            }
        },
        Some(sum) => {
            let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
            let text = match said {
                None => format!("computed {hex}: another password, or the message was changed"),
                Some(packet) => format!(
                    "computed {hex} with the password of the SDP of packet {packet}: the sender has another, or the \
                     message was changed"
                ),
            };
            c.remark(Severity::Error, text, Some(spec));
        }
    }
}

pub(super) fn fingerprint_value(c: &mut Cursor<'_>, start: usize) -> Step {
    static CRC: Field = Field::new(
        "CRC-32",
        rfc(8489, "14.7"),
        "XORed with 0x5354554e, so that a protocol inside that has a CRC-32 of its own is not mistaken for STUN.",
    )
    .hex();
    let computed = fingerprint(before(c, start));
    let read = c.u32(&CRC)?;
    if read.value() == u64::from(computed) {
        read.note(Severity::Good, "is the CRC-32 of what precedes it", Some(rfc(8489, "14.7")));
    } else {
        let text = format!("computed {computed:#010x}: the message was changed, or is not STUN");
        read.note(Severity::Error, text, Some(rfc(8489, "14.7")));
    }
    Ok(())
}

/// The message up to the attribute that begins at `start`.
fn before<'c>(c: &'c Cursor<'_>, start: usize) -> &'c [u8] {
    c.before().get(..start).unwrap_or_default()
}

/// What the sum is keyed with.
struct Key {
    bytes: Vec<u8>,
    /// The packet whose SDP gave the password; `None` where whoever asks gave it.
    said: Option<u64>,
}

/// The key, where a password is known: the password itself, or, where the message (or the request that it
/// answers) names a realm, the hash of username, realm and password.
fn key(c: &Cursor<'_>) -> Option<Key> {
    let context = c.context();
    let text = |name| {
        c.earlier(name).and_then(|attribute| {
            let length = usize::from(u16::from_be_bytes([*attribute.get(2)?, *attribute.get(3)?]));
            attribute.get(4..4 + length)
        })
    };
    if text("REALM").is_none()
        && let Some(agent) = context.asked.or_else(|| context.agents?.asked(text("USERNAME")?))
    {
        return Some(Key { bytes: agent.password.as_bytes().to_vec(), said: Some(agent.packet) });
    }
    let password = context.password?.as_bytes();
    let own = text("REALM").map(|realm| LongTerm {
        username: text("USERNAME").or(context.long_term.map(|l| l.username)).unwrap_or_default(),
        realm,
        algorithm: text("PASSWORD-ALGORITHM").map_or(1, |a| a.get(1).copied().unwrap_or_default().into()),
    });
    let Some(LongTerm { username, realm, algorithm }) = own.or(context.long_term) else {
        return Some(Key { bytes: password.to_vec(), said: None });
    };
    let algorithm = if algorithm == 2 { Algorithm::Sha256 } else { Algorithm::Md5 };
    Some(Key { bytes: long_term_key(algorithm, username, realm, password), said: None })
}
