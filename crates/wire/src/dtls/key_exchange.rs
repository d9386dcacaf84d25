//! The messages that agree on keys and prove who agreed: RFC 8422 section 5, RFC 5246 sections 7.4.4 to 7.4.9.

use super::registry;
use super::vector::{number, numbers, opaque, vector};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::Field;

static CURVE_TYPE: Field =
    Field::new("curve_type", rfc(8422, "5.4"), "Always a named curve; others were given up.").names(&[
        (1, "explicit_prime"),
        (2, "explicit_char2"),
        (3, "named_curve"),
    ]);
static NAMED_CURVE: Field =
    Field::new("namedcurve", rfc(8422, "5.4"), "The group that the server chose of those offered.")
        .hex()
        .names(registry::GROUPS);
static POINT: Field = Field::new(
    "public",
    rfc(8422, "5.4"),
    "The public half of a key made for this association: a point on the curve. 04 begins one with both coordinates; \
     x25519 has 32 bytes and no such mark.",
);
static PARAMS: Field =
    Field::new("params", rfc(5246, "7.4.3"), "Parameters of a key agreement that WebRTC does not use.");
static ALGORITHM: Field =
    Field::new("algorithm", rfc(5246, "4.7"), "How it was signed: the hash, and the kind of key.")
        .hex()
        .names(registry::SIGNATURE_SCHEMES);
static SIGNATURE: Field = Field::new(
    "signature",
    rfc(5246, "4.7"),
    "Made with the private key of the certificate. Of ECDSA it is two numbers in DER, so that its length varies.",
);
static TYPES: Field =
    Field::new("certificate_types", rfc(5246, "7.4.4"), "Which kinds of key the certificate may hold.");
static TYPE: Field = Field::new("ClientCertificateType", rfc(5246, "7.4.4"), "A kind of key.").names(&[
    (1, "rsa_sign"),
    (2, "dss_sign"),
    (3, "rsa_fixed_dh"),
    (4, "dss_fixed_dh"),
    (64, "ecdsa_sign"),
]);
static ALGORITHMS: Field = Field::new(
    "supported_signature_algorithms",
    rfc(5246, "7.4.4"),
    "How the client may sign, most wanted first.",
);
static AUTHORITIES: Field = Field::new(
    "certificate_authorities",
    rfc(5246, "7.4.4"),
    "Whose certificates are welcome. Empty in WebRTC: nobody signs them but themselves.",
);
static AUTHORITY: Field = Field::new("DistinguishedName", rfc(5246, "7.4.4"), "An authority's name.");
static EXCHANGE: Field = Field::new(
    "exchange_keys",
    rfc(5246, "7.4.7"),
    "The client's half of a key agreement that WebRTC does not use.",
);
static VERIFY_DATA: Field = Field::new(
    "verify_data",
    rfc(5246, "7.4.9"),
    "Twelve bytes made of the master secret and all messages before: they are right only if both ends saw the same.",
);

/// What of ECDHE is named; anything else is kept as it is.
pub(super) fn server(c: &mut Cursor<'_>) -> Step {
    if c.peek(1) != [3] {
        return c.rest(&PARAMS).map(drop);
    }
    c.u8(&CURVE_TYPE)?;
    number(c, &NAMED_CURVE)?;
    opaque(c, &POINT, 1)?;
    signed(c)
}

pub(super) fn client(c: &mut Cursor<'_>) -> Step {
    match c.peek(1) {
        [length] if usize::from(*length) + 1 == c.left() => opaque(c, &POINT, 1),
        _ => c.rest(&EXCHANGE).map(drop),
    }
}

pub(super) fn certificate_request(c: &mut Cursor<'_>) -> Step {
    vector(c, &TYPES, 1, |c| c.repeat(|c| c.u8(&TYPE).map(drop)))?;
    numbers(c, &ALGORITHMS, &ALGORITHM)?;
    vector(c, &AUTHORITIES, 2, |c| c.repeat(|c| opaque(c, &AUTHORITY, 2)))
}

pub(super) fn certificate_verify(c: &mut Cursor<'_>) -> Step {
    signed(c)
}

pub(super) fn finished(c: &mut Cursor<'_>) -> Step {
    c.rest(&VERIFY_DATA)?.expect(|span| span.len() >= 12, "shorter than 12 bytes", rfc(5246, "7.4.9"));
    Ok(())
}

/// An algorithm and a signature. DTLS 1.0 had no algorithm: there the length fills what is left.
fn signed(c: &mut Cursor<'_>) -> Step {
    let alone =
        matches!(c.peek(2), [high, low] if (usize::from(*high) << 8 | usize::from(*low)) + 2 == c.left());
    if !alone {
        c.u16(&ALGORITHM)?;
    }
    opaque(c, &SIGNATURE, 2)
}
