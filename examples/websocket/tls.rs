//! TLS for wss://, by the crate rustls. It trusts what the system trusts.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// # Errors
/// Where the system has no certificates to trust.
pub(crate) fn config() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs();
    let (trusted, _) = roots.add_parsable_certificates(found.certs);
    ensure!(
        trusted > 0,
        "this system has no certificates to trust: install ca-certificates, or name a file of them in SSL_CERT_FILE"
    );
    let config =
        ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?;
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()]; // what an upgrade begins with
    Ok(config)
}

/// Shakes hands with the server of that name, and checks its certificate.
pub(crate) async fn connect(
    config: ClientConfig,
    name: &str,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>> {
    let server = ServerName::try_from(name.to_owned()).with_context(|| {
        format!("{name} is no name that a certificate could have")
    })?;
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(server, stream).await.context(
        "no TLS. A server without it is at ws://; one whose certificate is its own needs SSL_CERT_FILE=FILE",
    )
}
