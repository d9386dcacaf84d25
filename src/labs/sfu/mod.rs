//! The SFU lab: channels that several tabs or programs join, and one small server that sends everybody to everybody.
//!
//! ```text
//! tab  <-- signaling: a WebSocket, through the page's wiretap or at /labs/sfu/join -->  this lab
//! tab  <-- STUN, DTLS, SRTP over UDP: one connection up, one down ------------------->  its one socket
//! ```
//!
//! | file | what |
//! | --- | --- |
//! | [`desk`] | whose token lets in, and for what |
//! | [`door`] | who may open a WebSocket |
//! | [`member`] | one WebSocket, in a task of its own: what it may say, and how fast |
//! | [`hub`] | the SFU, its socket and the clock, in one task |
//! | [`link`](mod@link) | what the hub holds of a WebSocket: a queue, a recording, a seat |
//!
//! The hub waits for nobody. A WebSocket that does not take its messages is closed; of what can be said again (views)
//! or asked for again (a mesh's messages) it loses some before that. Datagrams and keys are recorded only where the
//! signaling came through a wiretap, which is to say where a reader's page watches.
//!
//! Messages are those of [`sfu::signaling`]; beside them, all members of a channel are sent who is sent what, once a
//! second and when that changes: `{"type":"view", …}`, a [`sfu::view::View`].
//!
//! The lab's own words in `bye`, beside the SFU's: `late` (nobody joined), `flood` (more messages than anybody needs).

mod desk;
mod door;
mod hub;
mod link;
mod member;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::wiretap::Wiretap;
use super::{Address, Lab, Running, Surroundings, http, token};
pub use desk::Desk;
use hub::{Ask, Hub};

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "sfu",
    title: "A channel for many, and who is sent what",
    about: "Here you join a channel on the workbook's own SFU from two or more tabs, and the page draws who is sent what while it happens.",
    start: |surroundings| Box::pin(run(surroundings)),
};

async fn run(surroundings: Surroundings) -> Result<Running> {
    let listener = http::bind(Some(0), 0).await.context("no TCP port is free for the SFU lab")?;
    // Media of a class goes to its machines; else nowhere but here.
    let ip = surroundings.class.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let socket = UdpSocket::bind((ip, 0)).await.context("no UDP port is free for the SFU lab")?;
    let address = listener.local_addr()?;
    let media = socket.local_addr()?;
    let wiretap = Wiretap::new(LAB.id, address, surroundings.workbook);
    let app = token::app();
    let desk = Desk::of(&app.id, app.certificate.clone());
    let lab = SfuLab::start(listener, socket, wiretap, desk, Limits::default())?;
    let addresses = vec![
        Address { name: "SFU signaling".to_owned(), url: format!("ws://{address}/") },
        Address { name: "SFU media".to_owned(), url: format!("udp://{media}") },
    ];
    Ok(Running { addresses, router: lab.router(), alive: Box::new(lab) })
}

/// What members, and those who are none yet, may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many WebSockets at once.
    pub sockets: usize,
    /// So long may somebody be here who is in no channel.
    pub setup: Duration,
    /// Who does not even answer a ping for so long is gone.
    pub silence: Duration,
    /// So many messages a second in the long run, and four times as many at once: to join a mesh of sixteen takes some
    /// 200.
    pub messages: u32,
    /// The same, in bytes.
    pub bytes: u32,
    /// No message for another member is longer.
    pub relay: usize,
    /// So many datagrams a second are read of a member in the long run; what is more is lost, as datagrams may be.
    pub datagrams: u32,
    /// What the SFU itself bounds.
    pub sfu: sfu::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sockets: 64,
            setup: Duration::from_secs(60),
            silence: Duration::from_secs(30),
            messages: 64,
            bytes: 512 << 10,
            relay: 32 << 10,
            datagrams: 5000,
            sfu: sfu::Limits::default(),
        }
    }
}

/// The lab, at work until it is dropped.
#[derive(Debug)]
pub struct SfuLab {
    tasks: [JoinHandle<()>; 2],
    shared: Arc<Shared>,
}

/// The lab in numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gauges {
    /// WebSockets that are open.
    pub sockets: u64,
    /// Who is in a channel.
    pub members: u64,
    /// Channels with somebody in them.
    pub channels: u64,
    /// How often somebody was let in.
    pub joins: u64,
    /// How often somebody was refused, or a message was.
    pub refusals: u64,
    /// Datagrams that came, and of them those that were nobody's.
    pub received: u64,
    /// See `received`.
    pub strange: u64,
    /// Datagrams that were sent.
    pub sent: u64,
    /// Tasks of the whole workbook.
    pub tasks: usize,
}

/// What door, members and hub share.
#[derive(Debug)]
struct Shared {
    wiretap: Wiretap,
    limits: Limits,
    places: Arc<Semaphore>,
    asks: mpsc::Sender<Ask>,
    numbers: AtomicU64,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Counts {
    sockets: AtomicU64,
    members: AtomicU64,
    channels: AtomicU64,
    joins: AtomicU64,
    refusals: AtomicU64,
    received: AtomicU64,
    strange: AtomicU64,
    sent: AtomicU64,
}

/// So much may wait for the hub; then the WebSockets do.
const ASKS: usize = 256;

impl SfuLab {
    /// Takes WebSockets on `listener`, with `wiretap` in front of it, and datagrams on `socket`, which is where members
    /// are told to send. `desk` knows whom to let in.
    ///
    /// # Errors
    /// If the socket has no address.
    pub fn start(
        listener: TcpListener,
        socket: UdpSocket,
        wiretap: Wiretap,
        desk: Desk,
        limits: Limits,
    ) -> Result<Self> {
        let (asks, asked) = mpsc::channel(ASKS);
        let shared = Arc::new(Shared {
            wiretap,
            limits,
            places: Arc::new(Semaphore::new(limits.sockets)),
            asks,
            numbers: AtomicU64::new(0),
            counts: Counts::default(),
        });
        let hub = Hub::new(socket, desk, asked, Arc::clone(&shared))?;
        // A place for each WebSocket, and some for those that are told that there is none.
        let http = http::Limits { connections: limits.sockets + 16, idle: Duration::from_secs(10) };
        let router = door::own(Arc::clone(&shared));
        let tasks = [tokio::spawn(hub.run()), tokio::spawn(http::serve_within(http, listener, router))];
        Ok(Self { tasks, shared })
    }

    /// The workbook's side, to be nested under `/labs/sfu`: the wiretap's routes, the WebSocket at `join`, and [`Gauges`]
    /// as JSON at `info`. Who uses `join` was let in by the workbook.
    pub fn router(&self) -> Router {
        let shared = Arc::clone(&self.shared);
        let info = get(move || async move { Json(shared.gauges()) });
        let join = door::workbook(Arc::clone(&self.shared));
        self.shared.wiretap.router().route("/info", info).merge(join)
    }
}

impl Shared {
    fn gauges(&self) -> Gauges {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { sockets, members, channels, joins, refusals, received, strange, sent } = &self.counts;
        Gauges {
            sockets: read(sockets),
            members: read(members),
            channels: read(channels),
            joins: read(joins),
            refusals: read(refusals),
            received: read(received),
            strange: read(strange),
            sent: read(sent),
            tasks: tokio::runtime::Handle::current().metrics().num_alive_tasks(),
        }
    }
}

impl Drop for SfuLab {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// One more.
fn count(gauge: &AtomicU64) {
    gauge.fetch_add(1, Ordering::Relaxed);
}

/// One more of what a gauge counts, however that ends.
struct Counted<'g>(&'g AtomicU64);

impl<'g> Counted<'g> {
    fn in_gauge(gauge: &'g AtomicU64) -> Self {
        count(gauge);
        Self(gauge)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
