//! Certificates in DTLS, and the fingerprints by which SDP named them (RFC 8122 section 5).

use sha1::Sha1;
use sha2::{Digest, Sha224, Sha256, Sha384, Sha512};

use super::{Calls, say};
use crate::spec::rfc;
use crate::tree::{Dissection, Severity};
use crate::x509::CERTIFICATE;

type Sum = fn(&[u8]) -> Vec<u8>;

/// The hashes of RFC 8122 that anybody could still use, those first that are used.
const HASHES: [(&str, Sum); 5] = [
    ("sha-256", |der| Sha256::digest(der).to_vec()),
    ("sha-384", |der| Sha384::digest(der).to_vec()),
    ("sha-512", |der| Sha512::digest(der).to_vec()),
    ("sha-224", |der| Sha224::digest(der).to_vec()),
    ("sha-1", |der| Sha1::digest(der).to_vec()),
];

impl Calls {
    /// Says of a certificate which SDP named it; or that none did, where there were SDPs.
    pub(in crate::session) fn certificate(&self, d: &mut Dissection<'_>) {
        let is_certificate = |(_, node): &(usize, &crate::tree::Node)| std::ptr::eq(node.field, &CERTIFICATE);
        let Some((at, node)) = d.nodes().iter().enumerate().find(is_certificate) else { return };
        let der = d.bytes(node.span);
        let seen =
            HASHES.iter().find_map(|(hash, sum)| Some((*hash, self.fingerprint_seen(hash, &sum(der))?)));
        let spec = rfc(8842, "5.1");
        if let Some((hash, packet)) = seen {
            let text = format!(
                "its {hash} fingerprint is the one in packet {packet}'s SDP: whoever signaling spoke of is who speaks here"
            );
            say(d, at, Severity::Good, text, spec);
        } else if !self.fingerprints.is_empty() {
            let text = "no a=fingerprint of the SDPs before names this certificate: a WebRTC peer ends the association";
            say(d, at, Severity::Error, text.to_owned(), spec);
        }
    }
}
