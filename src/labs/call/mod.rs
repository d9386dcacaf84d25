//! The call lab: a WebRTC peer that the reader's browser calls, and a window on every datagram of the call.
//!
//! ```text
//! browser  <-- signaling, a WebSocket through the page's wiretap -->  this lab
//! browser  <-- STUN, DTLS, SRTP over UDP, directly --------------->  a socket of the call, on 127.0.0.1
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | [`signaling`] | the messages |
//! | [`door`] | who gets in, and the WebSocket |
//! | [`caller`] | one call: its socket, its peer, its time, all in one task |
//! | [`peer_side`] | what the peer does with what it hears: pong, echo, mirror |
//! | [`telling`] | what the page is told |
//!
//! A call is one task; all that it has ends with it. Its datagrams and keys are recorded only where the signaling came
//! through a wiretap, which is to say where a reader's page watches.

mod caller;
mod door;
mod peer_side;
pub mod signaling;
mod telling;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::wiretap::Wiretap;
use super::{Address, Lab, Running, Surroundings, http};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "call",
    title: "One call, from the first request to pong",
    about: "Here your own browser calls the workbook over WebRTC, and the page shows every packet of that call, decrypted.",
    start: |surroundings| Box::pin(run(surroundings)),
};

async fn run(surroundings: Surroundings) -> Result<Running> {
    let listener = http::bind(Some(0), 0).await.context("no TCP port is free for the call lab")?;
    let address = listener.local_addr()?;
    let wiretap = Wiretap::new(LAB.id, address, surroundings.workbook);
    let lab = CallLab::start(listener, wiretap, Limits::default());
    let addresses = vec![Address { name: "WebRTC signaling".to_owned(), url: format!("ws://{address}/") }];
    Ok(Running { addresses, router: lab.router(), alive: Box::new(lab) })
}

/// What callers may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many calls at once.
    pub calls: usize,
    /// So long until there is an offer, and then until ICE and DTLS are through.
    pub setup: Duration,
    /// Who neither says nor shows anything for so long is hung up on. Keepalives do not count.
    pub idle: Duration,
    /// No call takes longer.
    pub whole: Duration,
    /// So many signaling messages a call, and so many candidates among them.
    pub messages: u32,
    /// Candidates beyond this many are left.
    pub candidates: u32,
    /// So many datagrams a second are read of a call in the long run; what is more is lost, as datagrams may be.
    pub rate: u32,
    /// So long does a peer that was stopped stay silent before its socket goes too.
    pub silence: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            calls: 16,
            setup: Duration::from_secs(30),
            idle: Duration::from_secs(300),
            whole: Duration::from_secs(1800),
            messages: 256,
            candidates: 32,
            rate: 2000,
            silence: Duration::from_secs(90),
        }
    }
}

/// The lab, listening until it is dropped.
#[derive(Debug)]
pub struct CallLab {
    task: JoinHandle<()>,
    shared: Arc<Shared>,
}

/// The lab in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gauges {
    /// Calls under way, from the WebSocket's first byte to the end of its task.
    pub calls: u64,
    /// UDP sockets that are open.
    pub sockets: u64,
    /// Calls that there were, those under way included.
    pub total: u64,
    /// Tasks of the whole workbook.
    pub tasks: usize,
}

/// What all calls share.
#[derive(Debug)]
struct Shared {
    wiretap: Wiretap,
    limits: Limits,
    places: Arc<Semaphore>,
    calls: AtomicU64,
    sockets: AtomicU64,
    total: AtomicU64,
}

impl CallLab {
    /// Begins to take calls on `listener`. `wiretap` stands in front of it.
    pub fn start(listener: TcpListener, wiretap: Wiretap, limits: Limits) -> Self {
        let shared = Arc::new(Shared {
            wiretap,
            limits,
            places: Arc::new(Semaphore::new(limits.calls)),
            calls: AtomicU64::new(0),
            sockets: AtomicU64::new(0),
            total: AtomicU64::new(0),
        });
        // A place for each call, and some for those that are told that there is none.
        let http = http::Limits { connections: limits.calls + 16, idle: Duration::from_secs(10) };
        let router = door::router(Arc::clone(&shared));
        Self { task: tokio::spawn(http::serve_within(http, listener, router)), shared }
    }

    /// The workbook's side, to be nested under `/labs/call`: the wiretap's routes, and [`Gauges`] as JSON at `info`.
    pub fn router(&self) -> Router {
        let shared = Arc::clone(&self.shared);
        let info = get(move || async move { Json(shared.gauges()) });
        self.shared.wiretap.router().route("/info", info)
    }
}

impl Shared {
    fn gauges(&self) -> Gauges {
        let read = |gauge: &AtomicU64| gauge.load(Ordering::Relaxed);
        let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();
        Gauges { calls: read(&self.calls), sockets: read(&self.sockets), total: read(&self.total), tasks }
    }
}

impl Drop for CallLab {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One more of what a gauge counts, however that ends.
struct Counted<'g>(&'g AtomicU64);

impl<'g> Counted<'g> {
    fn in_gauge(gauge: &'g AtomicU64) -> Self {
        gauge.fetch_add(1, Ordering::Relaxed);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Where a call's socket is bound.
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);
