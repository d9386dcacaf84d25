//! Certificates: X.509 (RFC 5280) in DER (ITU-T X.690), as far as WebRTC needs them: whose, until when, which key.
//!
//! ```text
//! Certificate      tbsCertificate, signatureAlgorithm, signatureValue
//! tbsCertificate   version, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo, extensions
//! ```

mod der;
mod oid;
mod public_key;

use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};
use der::{element, next_is, primitive, tag};
use oid::oid;

/// A certificate, as a list of them holds it.
pub(crate) static CERTIFICATE: Field = Field::new(
    "ASN.1Cert",
    rfc(5280, "4.1"),
    "A public key, and who says whose it is. In WebRTC its owner says so; the SDP's fingerprint is what counts.",
);
static SEQUENCE: Field =
    Field::new("Certificate", rfc(5280, "4.1.1"), "What is signed, how it is signed, and the signature.");
static TBS: Field = Field::new("tbsCertificate", rfc(5280, "4.1.1.1"), "What the signature is over.");
static VERSION_TAG: Field =
    Field::new("version", rfc(5280, "4.1.2.1"), "Which form: version 3 is written as 2.");
static VERSION: Field = Field::new("Version", rfc(5280, "4.1.2.1"), "One less than its name.").names(&[
    (0, "v1"),
    (1, "v2"),
    (2, "v3"),
]);
static SERIAL: Field =
    Field::new("serialNumber", rfc(5280, "4.1.2.2"), "Told apart by it are certificates of one issuer.");
static NUMBER: Field = Field::new("INTEGER", rfc(5280, "4.1.2.2"), "Most significant byte first.");
static INNER_ALGORITHM: Field = Field::new(
    "signature",
    rfc(5280, "4.1.2.3"),
    "How it is signed; said twice, here inside what is signed.",
);
static OUTER_ALGORITHM: Field =
    Field::new("signatureAlgorithm", rfc(5280, "4.1.1.2"), "How it is signed; said again outside.");
static ISSUER: Field = Field::new("issuer", rfc(5280, "4.1.2.4"), "Who signed it.");
static SUBJECT: Field = Field::new("subject", rfc(5280, "4.1.2.6"), "Whose key it is.");
static RDN: Field = Field::new(
    "RelativeDistinguishedName",
    rfc(5280, "4.1.2.4"),
    "One part of a name, or several of one rank.",
);
static ATTRIBUTE: Field =
    Field::new("AttributeTypeAndValue", rfc(5280, "4.1.2.4"), "What the part is, and what it says.");
static VALUE: Field = Field::new("AttributeValue", rfc(5280, "4.1.2.4"), "What this part of the name says.");
static TEXT: Field = Field::new("Text", rfc(5280, "4.1.2.4"), "As it would be shown.");
static VALIDITY: Field = Field::new(
    "validity",
    rfc(5280, "4.1.2.5"),
    "From when until when. WebRTC's certificates last some weeks, or one call.",
);
static NOT_BEFORE: Field = Field::new("notBefore", rfc(5280, "4.1.2.5"), "Not good before this moment.");
static NOT_AFTER: Field = Field::new("notAfter", rfc(5280, "4.1.2.5"), "Not good after this moment.");
static TIME: Field =
    Field::new("Time", rfc(5280, "4.1.2.5.1"), "Year, month, day, hour, minute, second, in UTC.");
static UNIQUE_ID: Field = Field::new("Unique identifier", rfc(5280, "4.1.2.8"), "Not to be used.");
static EXTENSIONS: Field = Field::new(
    "extensions",
    rfc(5280, "4.1.2.9"),
    "What the key may be used for, other names, and the like.",
);
static EXTENSION_LIST: Field = Field::new("Extensions", rfc(5280, "4.1.2.9"), "One or several.");
static EXTENSION: Field = Field::new(
    "Extension",
    rfc(5280, "4.2"),
    "Its name, whether one that does not know it must refuse the certificate, and its value.",
);
static CRITICAL: Field = Field::new(
    "critical",
    rfc(5280, "4.2"),
    "Whether the certificate must be refused by who does not know this.",
);
static BOOLEAN: Field =
    Field::new("BOOLEAN", rfc(5280, "4.2"), "255 is true.").names(&[(0, "FALSE"), (255, "TRUE")]);
static EXTENSION_VALUE: Field = Field::new("extnValue", rfc(5280, "4.2"), "DER inside DER; not read here.");
static OCTETS: Field = Field::new("OCTET STRING", rfc(5280, "4.2"), "The value's bytes.");
static SIGNATURE: Field = Field::new(
    "signatureValue",
    rfc(5280, "4.1.1.3"),
    "By the issuer's key; in WebRTC by the key that the certificate itself holds.",
);
static UNUSED_BITS: Field = Field::new(
    "Unused bits",
    rfc(5280, "4.1.1.3"),
    "How many bits at the end of a BIT STRING do not count: 0.",
);
static BITS: Field = Field::new("BIT STRING", rfc(5280, "4.1.1.3"), "The signature's bytes.");

/// Reads a certificate that fills what is left.
pub(crate) fn certificate(c: &mut Cursor<'_>) -> Step {
    element(c, &SEQUENCE, tag::SEQUENCE, |c| {
        element(c, &TBS, tag::SEQUENCE, to_be_signed)?;
        algorithm(c, &OUTER_ALGORITHM)?;
        bit_string(c, &SIGNATURE, |c| c.rest(&BITS).map(drop))
    })
}

fn to_be_signed(c: &mut Cursor<'_>) -> Step {
    if next_is(c, tag::CONTEXT_0) {
        element(c, &VERSION_TAG, tag::CONTEXT_0, |c| {
            primitive(c, tag::INTEGER, |c| c.uint(&VERSION, c.left().min(8)).map(drop))
        })?;
    }
    element(c, &SERIAL, tag::INTEGER, |c| c.rest(&NUMBER).map(drop))?;
    algorithm(c, &INNER_ALGORITHM)?;
    let issuer = name(c, &ISSUER)?;
    element(c, &VALIDITY, tag::SEQUENCE, |c| {
        time(c, &NOT_BEFORE)?;
        time(c, &NOT_AFTER)
    })?;
    let before = c.nodes();
    let subject = name(c, &SUBJECT)?;
    if issuer == subject {
        let text =
            "issuer and subject are one: it signs itself, and only the fingerprint in the SDP vouches for it";
        c.remark_at(before, Severity::Info, text, rfc(8122, "5"));
    }
    public_key::info(c)?;
    for (unique, number) in [(&UNIQUE_ID, tag::CONTEXT_1), (&UNIQUE_ID, tag::CONTEXT_2)] {
        if next_is(c, number) {
            element(c, unique, number, |c| c.rest(&OCTETS).map(drop))?;
        }
    }
    if !next_is(c, tag::CONTEXT_3) {
        return Ok(());
    }
    element(c, &EXTENSIONS, tag::CONTEXT_3, |c| {
        element(c, &EXTENSION_LIST, tag::SEQUENCE, |c| c.repeat(extension))
    })
}

/// An algorithm and its parameters.
fn algorithm(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    element(c, field, tag::SEQUENCE, |c| {
        oid(c)?;
        oid::parameters(c).map(drop)
    })
}

/// A name; returns its bytes.
fn name(c: &mut Cursor<'_>, field: &'static Field) -> Step<Vec<u8>> {
    let start = c.offset();
    element(c, field, tag::SEQUENCE, |c| {
        c.repeat(|c| {
            element(c, &RDN, tag::SET, |c| c.repeat(|c| element(c, &ATTRIBUTE, tag::SEQUENCE, attribute)))
        })
    })?;
    Ok(c.before().get(start..).unwrap_or_default().to_vec())
}

fn attribute(c: &mut Cursor<'_>) -> Step {
    oid(c)?;
    let utf16 = matches!(c.peek(1), [tag::BMP_STRING | tag::UNIVERSAL_STRING]);
    der::any(c, &VALUE, |c| match utf16 {
        true => c.rest(&OCTETS).map(drop),
        false => c.text(&TEXT).map(drop),
    })
}

fn time(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let utc = next_is(c, tag::UTC_TIME);
    der::any(c, field, |c| {
        let span = c.text(&TIME)?.value();
        let read = readable(c.slice(span), utc);
        let (severity, text, spec) = match read {
            Some(text) => (Severity::Info, text, None),
            None => (Severity::Error, "no time as YYMMDDHHMMSSZ".to_owned(), Some(rfc(5280, "4.1.2.5"))),
        };
        c.remark(severity, text, spec);
        Ok(())
    })
}

/// `261122212300Z` as `2026-11-22 21:23:00 UTC`. Two digits mean 1950 to 2049 (RFC 5280 section 4.1.2.5.1).
fn readable(time: &[u8], utc: bool) -> Option<String> {
    let time = std::str::from_utf8(time).ok()?.strip_suffix('Z')?;
    let digits = time.bytes().all(|byte| byte.is_ascii_digit()) && time.len() == if utc { 12 } else { 14 };
    let (year, rest) = digits.then(|| time.split_at_checked(time.len() - 10))??;
    let century = match (utc, year.parse::<u32>().ok()?) {
        (false, _) => "",
        (true, 50..) => "19",
        (true, _) => "20",
    };
    let two = |at: usize| rest.get(at..at + 2).unwrap_or_default();
    Some(format!("{century}{year}-{}-{} {}:{}:{} UTC", two(0), two(2), two(4), two(6), two(8)))
}

fn extension(c: &mut Cursor<'_>) -> Step {
    element(c, &EXTENSION, tag::SEQUENCE, |c| {
        oid(c)?;
        if next_is(c, tag::BOOLEAN) {
            element(c, &CRITICAL, tag::BOOLEAN, |c| c.u8(&BOOLEAN).map(drop))?;
        }
        element(c, &EXTENSION_VALUE, tag::OCTET_STRING, |c| c.rest(&OCTETS).map(drop))
    })
}

/// A BIT STRING whose bits fill bytes, read by `body`.
fn bit_string(c: &mut Cursor<'_>, field: &'static Field, body: impl FnOnce(&mut Cursor<'_>) -> Step) -> Step {
    element(c, field, tag::BIT_STRING, |c| {
        c.u8(&UNUSED_BITS)?;
        body(c)
    })
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn times_are_read_in_both_forms() {
        for (time, utc, expected) in [
            ("261122212300Z", true, Some("2026-11-22 21:23:00 UTC")),
            ("500101000000Z", true, Some("1950-01-01 00:00:00 UTC")),
            ("20500101000000Z", false, Some("2050-01-01 00:00:00 UTC")),
            ("20500101000000Z", true, None),
            ("2611222123Z", true, None),
            ("261122212300", true, None),
            ("26112221230\u{e9}", true, None),
            ("", false, None),
        ] {
            assert_eq!(readable(time.as_bytes(), utc).as_deref(), expected, "{time}");
        }
    }
}
