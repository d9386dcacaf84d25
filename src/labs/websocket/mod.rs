//! The WebSocket lab: an echo server on a port of its own, and a window on what the reader's browser says to it.
//!
//! | file | what |
//! | --- | --- |
//! | [`handshake`] | from the head of a request to the 101 or a refusal, without a socket |
//! | [`listen`] | the port, its places, the handshake on the socket |
//! | [`echo`] | a connection after its handshake, by tungstenite |
//! | [`input`] | a connection's bytes on their way to tungstenite, and where its messages end |
//! | [`budget`], [`pace`] | how much all may hold, how fast one may speak |
//!
//! Subprotocols and extensions are not offered. The page talks to the lab through a [`Wiretap`].

mod budget;
mod echo;
pub mod handshake;
mod input;
mod listen;
mod pace;

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::JoinHandle;

pub use budget::LONGEST;

use super::wiretap::Wiretap;
use super::{Address, Lab, Running, Surroundings};
use handshake::Known;
use listen::Shared;

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "websocket",
    title: "See the frames that your own browser sends",
    about: "Here your browser talks to the workbook's own echo server, and the page shows every frame, masked bytes and all.",
    start: |surroundings| Box::pin(async move { run(&surroundings) }),
};

/// The port that is tried first.
const USUAL_PORT: u16 = 9001;
/// How long a client may take for what takes no time: to take a few bytes, to end TCP.
const SHORTLY: Duration = Duration::from_secs(5);
/// Connections that the system may hold back until they are taken.
const BACKLOG: u32 = 4096;
/// File handles that are not the lab's.
const OTHERS: u64 = 512;

fn run(surroundings: &Surroundings) -> Result<Running> {
    let listener = bind(Some(USUAL_PORT))
        .or_else(|_| bind(None))
        .context("no TCP port is free for the WebSocket lab")?;
    let address = listener.local_addr()?;
    let wiretap = Wiretap::new(LAB.id, address, surroundings.workbook);
    let echo = Echo::start(listener, wiretap.clone(), Limits::default());
    let addresses = vec![Address { name: "WebSocket echo".to_owned(), url: format!("ws://{address}") }];
    Ok(Running { addresses, router: wiretap.router(), alive: Box::new(echo) })
}

/// What clients may hold.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many connections at once.
    pub connections: usize,
    /// So long for the head of the opening handshake.
    pub handshake: Duration,
    /// Who says nothing for so long is closed with 1001; a Ping counts as something.
    pub idle: Duration,
    /// So many bytes a second are read of a connection in the long run.
    pub rate: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 12_000,
            handshake: Duration::from_secs(10),
            idle: Duration::from_secs(300),
            rate: 256 << 20,
        }
    }
}

impl Limits {
    /// As many connections as the system gives handles for, if that is less. Asks for more of them first.
    fn that_the_system_allows(mut self) -> Self {
        let wanted = self.connections as u64 + OTHERS;
        // Where there are no such limits, there is nothing to raise.
        let Ok(handles) = rlimit::increase_nofile_limit(wanted) else { return self };
        let left = usize::try_from(handles.saturating_sub(OTHERS)).unwrap_or(usize::MAX);
        self.connections = self.connections.min(left.max(64));
        self
    }
}

/// An echo server, listening until it is dropped.
#[derive(Debug)]
pub struct Echo {
    task: JoinHandle<()>,
}

impl Echo {
    /// Begins to answer on `listener` those who call it by a name that is `known`, from pages that are.
    pub fn start(listener: TcpListener, known: impl Known + Send + Sync + 'static, limits: Limits) -> Self {
        let shared = Arc::new(Shared::new(known, limits.that_the_system_allows()));
        Self { task: tokio::spawn(shared.listen(listener)) }
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Listens on a port of loopback, or on any.
///
/// # Errors
/// If the port is taken.
pub fn bind(port: Option<u16>) -> Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // A port whose last connections are still being forgotten is free. On Windows the option means another thing.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port.unwrap_or(0))))?;
    Ok(socket.listen(BACKLOG)?)
}
