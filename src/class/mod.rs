//! A class: the book, and those of its labs that fit, for other machines of the same network.
//!
//! ```text
//! teacher   http://127.0.0.1:3000     everything, as ever
//! students  https://192.168.1.5:3443  the book, and what `open` lists; after the join code
//! ```
//!
//! It has a listener of its own, so that nothing changes on loopback. HTTPS, because a browser gives camera and microphone
//! to nobody else ([Secure Contexts](https://www.w3.org/TR/secure-contexts/)); the certificate is made at the start and
//! signed by itself, so browsers warn, and its fingerprint is printed for who wants to compare.
//!
//! | file | what |
//! | --- | --- |
//! | [`certificate`] | the certificate |
//! | [`gate`] | who gets in: the join code, and the cookie for who knew it |
//! | [`open`] | what they get to |

mod certificate;
mod gate;
mod open;

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::middleware;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use crate::labs::Names;
use crate::labs::http::{self, Started};
use certificate::Certificate;
pub use gate::Code;
use gate::Gate;

/// The port that is tried first.
const USUAL_PORT: u16 = 3443;

/// A class that is about to begin.
pub struct Class {
    listener: TcpListener,
    address: SocketAddr,
    certificate: Certificate,
    gate: Arc<Gate>,
}

impl Class {
    /// Listens on `ip`, which is this machine's in the class's network.
    ///
    /// # Errors
    /// If that is none of this machine's addresses, or no certificate can be made.
    pub async fn open(ip: IpAddr) -> Result<Self> {
        if ip.is_unspecified() {
            bail!(
                "expected one address of this machine, found {ip}: students and their media have to reach it by one name"
            );
        }
        let listener = match TcpListener::bind((ip, USUAL_PORT)).await {
            Ok(listener) => listener,
            Err(_) => TcpListener::bind((ip, 0))
                .await
                .with_context(|| format!("cannot listen on {ip}: is it an address of this machine?"))?,
        };
        let address = listener.local_addr()?;
        Ok(Self {
            listener,
            address,
            certificate: Certificate::of(ip)?,
            gate: Arc::new(Gate::new(Code::random()?)?),
        })
    }

    /// What it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where students go.
    #[must_use]
    pub fn url(&self) -> String {
        format!("https://{}", self.address)
    }

    /// What they type in.
    #[must_use]
    pub fn code(&self) -> &Code {
        self.gate.code()
    }

    /// SHA-256 of the certificate, as browsers show it.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        self.certificate.fingerprint()
    }

    /// Serves until the task is dropped.
    pub fn serve(self, labs: &[Started], news: http::Newest) -> impl Future<Output = ()> + use<> {
        let router = http::rooms(open::to_the_class(labs), &open::listing(labs), news)
            .layer(middleware::from_fn_with_state(Arc::clone(&self.gate), gate::pass));
        let router = http::guarded(router, Names::of_class(self.address));
        let tls = TlsAcceptor::from(self.certificate.into_config());
        http::serve_tls(self.listener, tls, router)
    }
}

/// This machine's address towards the world, which is where its class is, too. Nothing is sent.
///
/// # Errors
/// Where there is no route: then the address has to be named.
pub fn own_address() -> Result<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0))?;
    // TEST-NET-1 (RFC 5737 section 3): nobody is there, and connect() of UDP only looks the route up.
    socket
        .connect((Ipv4Addr::new(192, 0, 2, 1), 9))
        .context("this machine has no route to other machines: name its address, as --class 192.168.1.5")?;
    Ok(socket.local_addr()?.ip())
}
