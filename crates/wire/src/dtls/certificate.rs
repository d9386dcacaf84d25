//! Certificate: RFC 5246 section 7.4.2, and the fingerprint by which WebRTC knows it.

use sha2::{Digest, Sha256};

use super::vector::{LENGTH, vector};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};
use crate::x509;

static LIST: Field = Field::new(
    "certificate_list",
    rfc(5246, "7.4.2"),
    "The sender's own certificate first, then whoever signed it. In WebRTC it is alone.",
);

pub(super) fn certificate(c: &mut Cursor<'_>) -> Step {
    let mut first = true;
    vector(c, &LIST, 3, |c| {
        c.repeat(|c| {
            let length = c.uint(&LENGTH, 3)?.value() as usize;
            let print = fingerprint(c.peek(length));
            let spec = rfc(8122, "5");
            c.within(&x509::CERTIFICATE, length, |c| {
                if std::mem::take(&mut first) {
                    c.remark(Severity::Info, format!("fingerprint, as an SDP says it: {print}"), Some(spec));
                }
                x509::certificate(c)
            })
        })
    })?;
    if first {
        c.remark(
            Severity::Warning,
            "no certificate, so that none can match the SDP's fingerprint: a WebRTC peer gives up here",
            Some(rfc(8122, "6.2")),
        );
    }
    Ok(())
}

/// `sha-256 AB:CD:…`, over the whole certificate in DER (RFC 8122 section 5).
fn fingerprint(certificate: &[u8]) -> String {
    let hex: Vec<_> = Sha256::digest(certificate).iter().map(|byte| format!("{byte:02X}")).collect();
    format!("sha-256 {}", hex.join(":"))
}
