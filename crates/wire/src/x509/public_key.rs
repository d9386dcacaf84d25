//! SubjectPublicKeyInfo: RFC 5280 section 4.1.2.7; keys of RSA (RFC 3279) and of curves (RFC 5480, RFC 8410).

use super::der::{element, tag};
use super::{bit_string, oid};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

static INFO: Field = Field::new(
    "subjectPublicKeyInfo",
    rfc(5280, "4.1.2.7"),
    "The key that all this is about, and what kind it is.",
);
static ALGORITHM: Field = Field::new("algorithm", rfc(5280, "4.1.2.7"), "The kind of key.");
static KEY: Field = Field::new("subjectPublicKey", rfc(5280, "4.1.2.7"), "The public key.");
static POINT: Field =
    Field::new("ECPoint", rfc(5480, "2.2"), "A point on the curve; 04 begins one with both coordinates.");
static OPAQUE: Field = Field::new("BIT STRING", rfc(5280, "4.1.2.7"), "The key's bytes.");
static RSA: Field = Field::new("RSAPublicKey", rfc(3279, "2.3.1"), "Two numbers.");
static MODULUS: Field = Field::new("modulus", rfc(3279, "2.3.1"), "Its length is what is called the key's.");
static EXPONENT: Field = Field::new("publicExponent", rfc(3279, "2.3.1"), "Nearly always 65537.");
static NUMBER: Field = Field::new(
    "INTEGER",
    rfc(3279, "2.3.1"),
    "Most significant byte first; 00 before one that would look negative.",
);

pub(super) fn info(c: &mut Cursor<'_>) -> Step {
    let at = c.nodes();
    let mut kind = (None, None);
    let mut bits = 0;
    element(c, &INFO, tag::SEQUENCE, |c| {
        element(c, &ALGORITHM, tag::SEQUENCE, |c| {
            kind = (oid::oid(c)?, oid::parameters(c)?);
            Ok(())
        })?;
        bit_string(c, &KEY, |c| match kind.0 {
            Some("rsaEncryption") => {
                bits = rsa(c)?;
                Ok(())
            }
            Some("id-ecPublicKey") => c.rest(&POINT).map(drop),
            _ => c.rest(&OPAQUE).map(drop),
        })
    })?;
    let said = match kind {
        (Some("rsaEncryption"), _) => format!("an RSA key of {bits} bits"),
        (Some("id-ecPublicKey"), Some(curve)) => format!("an EC key on {curve}, for ECDSA"),
        (Some(other), _) => format!("a key for {other}"),
        _ => return Ok(()),
    };
    c.remark_at(at, Severity::Info, said, rfc(5280, "4.1.2.7"));
    Ok(())
}

/// Returns how many bits the modulus has.
fn rsa(c: &mut Cursor<'_>) -> Step<usize> {
    let mut bits = 0;
    element(c, &RSA, tag::SEQUENCE, |c| {
        element(c, &MODULUS, tag::INTEGER, |c| {
            let span = c.rest(&NUMBER)?.value();
            let zeros = c.slice(span).iter().take_while(|byte| **byte == 0).count();
            let first = c.slice(span).get(zeros).map_or(8, |byte| byte.leading_zeros() as usize);
            bits = (span.len().saturating_sub(zeros) * 8).saturating_sub(first);
            Ok(())
        })?;
        element(c, &EXPONENT, tag::INTEGER, |c| c.rest(&NUMBER).map(drop))
    })?;
    Ok(bits)
}
