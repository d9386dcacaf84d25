//! The STUN lab: a real STUN server on loopback, and a window on what it sees.
//!
//! [`stun_server`] decides what to answer; this puts sockets under it and shows the datagrams, annotated, to
//! whoever watches. One thread a socket blocks in `recv_from`. On two cores a bare echo written so answers a
//! tenth more requests a second than a tokio task (`cargo bench --bench stun_server` measures both), and what the
//! web side of the lab does, such as annotating packets, never holds up an answer.
//!
//! What a client can make it hold is bounded: see [`budget`], [`feed`] and [`listen`].

mod budget;
mod feed;
mod http;
mod listen;
mod sockets;

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use serde::Serialize;
use stun_server::{Authentication, Credential, Endpoint, Server};

pub use budget::PerSource;
pub use listen::Counts;

use super::{Address, Lab, Running};
use listen::Listener;

/// The account of the chapter's story. It protects nothing: it shows what a right and a wrong password give.
pub const USERNAME: &str = "student";
/// The password of [`USERNAME`].
pub const PASSWORD: &str = "wirebook";

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "stun",
    title: "Ask a STUN server with your browser",
    about: "Here your browser asks the workbook's own STUN server, and the page shows every byte that the server saw.",
    start: |_| Box::pin(async { run() }),
};

fn run() -> Result<Running> {
    let lab = StunLab::start(&Config::default())?;
    for notice in lab.notices() {
        eprintln!("note: {notice}");
    }
    let info = lab.info();
    let mut addresses = vec![Address { name: "STUN".to_owned(), url: info.url }];
    if let Some(alternate) = info.alternate {
        addresses
            .push(Address { name: "STUN, the other address".to_owned(), url: format!("stun:{alternate}") });
    }
    Ok(Running { addresses, router: lab.router(), alive: Box::new(lab) })
}

/// What the lab may be told.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The port of the primary address. `None` takes 3478, or any where that is in use; 0 takes any.
    pub port: Option<u16>,
    /// How many requests of one source are answered.
    pub per_source: PerSource,
}

/// The lab, listening until it is dropped.
#[derive(Debug)]
pub struct StunLab {
    listener: Arc<Listener>,
    threads: Vec<JoinHandle<()>>,
    notices: Vec<String>,
}

/// What a page needs to know of the running lab; `/labs/stun/info` gives it as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// Where it listens.
    pub address: SocketAddr,
    /// The other address and port, which OTHER-ADDRESS tells; `None` where there is no second address.
    pub alternate: Option<SocketAddr>,
    /// All that it answers at: four where there is a second address, else one.
    pub servers: Vec<SocketAddr>,
    /// What an `iceServers` entry says.
    pub url: String,
    /// The credential that it checks where one is offered.
    pub username: &'static str,
    /// Its password.
    pub password: &'static str,
    /// What is not as it should be, a sentence each, and what it means.
    pub notices: Vec<String>,
    /// How many datagrams there were.
    pub counts: Counts,
}

impl StunLab {
    /// Binds the sockets and starts to answer.
    ///
    /// # Errors
    /// Where the port that was named is in use, or loopback has none left.
    pub fn start(config: &Config) -> Result<Self> {
        Self::start_on(sockets::LOOPBACK, config)
    }

    /// Does so on two addresses that are not those of loopback: both must be this machine's. Where the second
    /// cannot be bound, there is none.
    ///
    /// # Errors
    /// Where the port that was named is in use on the first address, or none is free there.
    pub fn start_on(ips: [IpAddr; 2], config: &Config) -> Result<Self> {
        let sockets::Bound { sockets, mut notices } = sockets::bind(ips, config.port)?;
        let mut server = Server::new(sockets.primary);
        match sockets.alternate {
            Some(alternate) => server = server.with_alternate(alternate)?,
            None => notices.push(sockets::NO_ALTERNATE.to_owned()),
        }
        let credential = Credential { username: USERNAME.into(), password: PASSWORD.into() };
        let server = server.with_authentication(Authentication::WhenOffered(credential));
        let endpoints: Vec<Endpoint> = server.addresses().map(|(endpoint, _)| endpoint).collect();
        let listener = Arc::new(Listener::new(server, sockets, config.per_source));
        let threads = endpoints
            .into_iter()
            .map(|endpoint| {
                let listener = Arc::clone(&listener);
                std::thread::Builder::new()
                    .name("stun-lab".into())
                    .spawn(move || listener.run(endpoint))
                    .context("cannot start a thread for the STUN lab")
            })
            .collect::<Result<_>>()?;
        Ok(Self { listener, threads, notices })
    }

    /// The primary address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.listener.sockets.primary
    }

    /// What is not as it should be: for the terminal.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }

    /// The lab at this moment.
    #[must_use]
    pub fn info(&self) -> Info {
        http::info(&self.listener, &self.notices)
    }

    /// The HTTP side, to be nested under `/labs/stun`: `info`, `live` and `capture.pcapng`.
    pub fn router(&self) -> axum::Router {
        http::router(Arc::clone(&self.listener), self.notices.clone())
    }
}

/// Stops to listen, ends the live streams, and waits for the threads, which takes no time that one notices.
impl Drop for StunLab {
    fn drop(&mut self) {
        self.listener.stop();
        for thread in self.threads.drain(..) {
            // A thread that panicked has said so on the terminal already.
            let _ = thread.join();
        }
    }
}
