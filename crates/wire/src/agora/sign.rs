//! The signature: HMAC-SHA256 (RFC 2104, FIPS 180-4), under a key that is made of the App Certificate.

use std::fmt;
use std::str::FromStr;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use thiserror::Error;

/// An App Certificate: the secret that a project's tokens are signed with, 32 hex digits.
///
/// Nothing prints it. The digits are used as text, so that their case counts.
#[derive(Clone)]
pub struct Certificate([u8; 32]);

/// Something else than 32 hex digits. What it was is not said: it may be nearly a secret.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "an App Certificate has 32 hex digits, this has {0} characters{more}: copy it from the project's settings, without quotes",
    more = if *.0 == 32 { ", and not all of them are hex digits" } else { "" }
)]
pub struct NotACertificate(usize);

impl FromStr for Certificate {
    type Err = NotACertificate;

    fn from_str(text: &str) -> Result<Self, NotACertificate> {
        let digits = text.as_bytes();
        match <[u8; 32]>::try_from(digits) {
            Ok(digits) if digits.iter().all(u8::is_ascii_hexdigit) => Ok(Self(digits)),
            _ => Err(NotACertificate(text.chars().count())),
        }
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Certificate(..)")
    }
}

/// A token's signature, with the bytes that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// HMAC-SHA256.
    pub bytes: [u8; 32],
    /// The signing info as it stands in the token: another encoding of the same values would have another signature.
    pub signed: Vec<u8>,
    pub(super) issued: u32,
    pub(super) salt: u32,
}

impl Signature {
    /// Whether it was made with that certificate. Takes as long for a wrong signature as for a right one.
    #[must_use]
    pub fn verify(&self, certificate: &Certificate) -> bool {
        holds(certificate, self.issued, self.salt, &self.signed, &self.bytes)
    }
}

/// The signature of `signing_info`.
pub(super) fn sign(certificate: &Certificate, issued: u32, salt: u32, signing_info: &[u8]) -> [u8; 32] {
    mac(&key(certificate, issued, salt), signing_info).finalize().into_bytes().into()
}

/// Whether `signature` is that of `signing_info`, compared in constant time.
pub(super) fn holds(
    certificate: &Certificate,
    issued: u32,
    salt: u32,
    signing_info: &[u8],
    signature: &[u8],
) -> bool {
    mac(&key(certificate, issued, salt), signing_info).verify_slice(signature).is_ok()
}

/// The certificate is the message here, not the key: HMAC(salt, HMAC(issue timestamp, certificate)).
fn key(certificate: &Certificate, issued: u32, salt: u32) -> [u8; 32] {
    let inner: [u8; 32] = mac(&issued.to_le_bytes(), &certificate.0).finalize().into_bytes().into();
    mac(&salt.to_le_bytes(), &inner).finalize().into_bytes().into()
}

fn mac(key: &[u8], message: &[u8]) -> Hmac<Sha256> {
    // RFC 2104 section 3 takes a key of any length, so none is refused.
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key).unwrap_or_else(|_| Hmac::<Sha256>::new(&Default::default()));
    mac.update(message);
    mac
}
