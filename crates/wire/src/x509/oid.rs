//! Object identifiers: numbers for everything, and the names of those that certificates use.

use super::der::{self, next_is, primitive, tag};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Meaning, Severity};

static OID: Field = Field::new(
    "OBJECT IDENTIFIER",
    rfc(5280, "4.1.1.2"),
    "A number of many parts that names a thing: an algorithm, a curve, a part of a name.",
);
static PARAMETERS: Field = Field::new(
    "parameters",
    rfc(5280, "4.1.1.2"),
    "What the algorithm needs to be told; of an EC key, the curve.",
);
static VALUE: Field = Field::new("Value", rfc(5280, "4.1.1.2"), "Parameters that are not read here.");

/// Reads an identifier; returns its name, where it has one here.
pub(super) fn oid(c: &mut Cursor<'_>) -> Step<Option<&'static str>> {
    let mut known = None;
    primitive(c, tag::OBJECT_IDENTIFIER, |c| {
        let bytes = c.peek(c.left());
        known = NAMES.iter().find(|(oid, _)| *oid == bytes).map(|(_, name)| *name);
        let dotted = dotted(bytes);
        let read = c.rest(&OID)?;
        match known {
            Some(name) => read.means(Meaning::Name(name)),
            None => read.note(Severity::Info, dotted, None),
        };
        Ok(())
    })?;
    Ok(known)
}

/// Reads an algorithm's parameters, where there are any; returns the name, where they are one.
pub(super) fn parameters(c: &mut Cursor<'_>) -> Step<Option<&'static str>> {
    if next_is(c, tag::OBJECT_IDENTIFIER) {
        return oid(c);
    }
    if c.left() > 0 {
        der::any(c, &PARAMETERS, |c| if c.left() > 0 { c.rest(&VALUE).map(drop) } else { Ok(()) })?;
    }
    Ok(None)
}

/// `1.2.840.10045.4.3.2`
fn dotted(oid: &[u8]) -> String {
    /// So many bytes are spelled out.
    const MOST: usize = 32;
    let mut out = String::new();
    let mut part = 0_u64;
    for byte in oid.iter().take(MOST) {
        part = part << 7 | u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            match out.is_empty() {
                // The first two parts share a number.
                true => out = format!("{}.{}", (part / 40).min(2), part - (part / 40).min(2) * 40),
                false => out.push_str(&format!(".{part}")),
            }
            part = 0;
        }
    }
    if oid.len() > MOST { out + "\u{2026}" } else { out }
}

const NAMES: &[(&[u8], &str)] = &[
    (b"\x55\x04\x03", "commonName"),
    (b"\x55\x04\x05", "serialNumber"),
    (b"\x55\x04\x06", "countryName"),
    (b"\x55\x04\x07", "localityName"),
    (b"\x55\x04\x08", "stateOrProvinceName"),
    (b"\x55\x04\x0a", "organizationName"),
    (b"\x55\x04\x0b", "organizationalUnitName"),
    (b"\x2a\x86\x48\xce\x3d\x02\x01", "id-ecPublicKey"),
    (b"\x2a\x86\x48\xce\x3d\x03\x01\x07", "secp256r1"),
    (b"\x2b\x81\x04\x00\x22", "secp384r1"),
    (b"\x2b\x81\x04\x00\x23", "secp521r1"),
    (b"\x2b\x65\x6e", "X25519"),
    (b"\x2b\x65\x70", "Ed25519"),
    (b"\x2b\x65\x71", "Ed448"),
    (b"\x2a\x86\x48\xce\x3d\x04\x01", "ecdsa-with-SHA1"),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x02", "ecdsa-with-SHA256"),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x03", "ecdsa-with-SHA384"),
    (b"\x2a\x86\x48\xce\x3d\x04\x03\x04", "ecdsa-with-SHA512"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01", "rsaEncryption"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05", "sha1WithRSAEncryption"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a", "id-RSASSA-PSS"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", "sha256WithRSAEncryption"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", "sha384WithRSAEncryption"),
    (b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", "sha512WithRSAEncryption"),
    (b"\x55\x1d\x0e", "subjectKeyIdentifier"),
    (b"\x55\x1d\x0f", "keyUsage"),
    (b"\x55\x1d\x11", "subjectAltName"),
    (b"\x55\x1d\x13", "basicConstraints"),
    (b"\x55\x1d\x23", "authorityKeyIdentifier"),
    (b"\x55\x1d\x25", "extKeyUsage"),
];

#[cfg(test)]
mod tests {
    use super::dotted;

    #[test]
    fn identifiers_are_spelled_out() {
        for (oid, text) in [
            (&b"\x2a\x86\x48\xce\x3d\x04\x03\x02"[..], "1.2.840.10045.4.3.2"),
            (b"\x55\x04\x03", "2.5.4.3"),
            (b"\x88\x37", "2.999"),
            (b"", ""),
        ] {
            assert_eq!(dotted(oid), text);
        }
        assert!(dotted(&[0xff; 200]).len() < 300);
    }
}
