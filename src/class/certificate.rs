//! A certificate for one address, made at the start and signed by itself.

use std::fmt::Write;
use std::net::IpAddr;
use std::sync::Arc;

use anyhow::{Context, Result};
use rcgen::{CertificateParams, DnType, KeyPair, SanType};
use sha2::{Digest, Sha256};
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

pub(super) struct Certificate {
    config: Arc<ServerConfig>,
    fingerprint: String,
}

impl Certificate {
    pub(super) fn of(ip: IpAddr) -> Result<Self> {
        let key = KeyPair::generate().context("cannot make a key")?;
        let mut wanted = CertificateParams::default();
        wanted.distinguished_name.push(DnType::CommonName, "Wirebook, for a class");
        wanted.subject_alt_names.push(SanType::IpAddress(ip));
        let made = wanted.self_signed(&key).context("cannot make a certificate")?;
        let fingerprint = fingerprint(made.der());
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![made.der().clone()], key.into())?;
        // What the house speaks.
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), fingerprint })
    }

    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    pub(super) fn into_config(self) -> Arc<ServerConfig> {
        self.config
    }
}

/// `3A:F0:…`.
fn fingerprint(der: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(der) {
        let _ = write!(text, "{}{byte:02X}", if text.is_empty() { "" } else { ":" });
    }
    text
}
