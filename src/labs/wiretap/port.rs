//! One reader's port: takes connections and relays each to the lab, byte for byte in both directions.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use wire::trace::Event;

use super::Limits;
use super::record::{No, Recording};
use super::recorder::Relays;

/// What is read at once, and so shown as one packet: what one TCP segment holds on most systems' loopback.
const PIECE: usize = 64 << 10;

/// What the page does to all connections of its port.
#[derive(Debug)]
pub(super) struct Switches {
    /// Each new number resets what is open.
    pub(super) kill: watch::Sender<u64>,
    /// Nothing is relayed while this holds.
    pub(super) frozen: watch::Sender<bool>,
}

impl Default for Switches {
    fn default() -> Self {
        Self { kill: watch::Sender::new(0), frozen: watch::Sender::new(false) }
    }
}

/// Takes connections until it is dropped, which closes them.
pub(super) async fn accept(
    listener: TcpListener,
    upstream: SocketAddr,
    limits: Limits,
    recording: &Arc<Recording>,
    relays: &Arc<Relays>,
    switches: &Switches,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let mut connections = JoinSet::new();
    let mut no = 0;
    loop {
        let client = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next() => continue,
        };
        let Ok((client, _)) = client else {
            // Out of file handles, most likely: closing connections will free some.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else {
            reset(client);
            continue;
        };
        no += 1;
        let connection = Connection {
            no,
            idle: limits.idle,
            moved: AtomicBool::new(true),
            recording: Arc::clone(recording),
            relays: Arc::clone(relays),
            frozen: switches.frozen.subscribe(),
        };
        let kill = switches.kill.subscribe();
        connections.spawn(async move {
            connection.recording.opened(no);
            connection.relay(client, upstream, kill).await;
            connection.recording.closed(no, place);
        });
    }
}

struct Connection {
    no: No,
    idle: Duration,
    /// Whether anything was relayed since somebody looked.
    moved: AtomicBool,
    recording: Arc<Recording>,
    relays: Arc<Relays>,
    frozen: watch::Receiver<bool>,
}

impl Connection {
    /// Relays until both sides have ended. If anything else ends it, both sides are reset, as one that ended in good
    /// order would pass for complete.
    async fn relay(&self, mut client: TcpStream, upstream: SocketAddr, mut kill: watch::Receiver<u64>) {
        let (Ok(own), Ok(peer)) = (client.local_addr(), client.peer_addr()) else { return };
        let Ok(mut server) = TcpStream::connect(upstream).await else { return reset(client) };
        let Ok(seen_from) = server.local_addr() else { return reset(client) };
        // Before the first byte, so that the server finds it as soon as it has read one.
        let _registered = self.relays.register(seen_from, &self.recording, self.no);
        for stream in [&client, &server] {
            // What one side sent at once goes on at once.
            let _ = stream.set_nodelay(true);
        }
        let ended = {
            let ((from_client, to_client), (from_server, to_server)) = (client.split(), server.split());
            tokio::select! {
                ended = async { tokio::try_join!(
                    self.pump(from_client, to_server, (peer, own), true),
                    self.pump(from_server, to_client, (own, peer), false),
                ) } => ended.is_ok(),
                () = self.rests() => false,
                _ = kill.changed() => false,
            }
        };
        if !ended {
            reset(client);
            reset(server);
        }
    }

    /// One direction. Recorded before it goes on, so that an answer never stands before its question; to record
    /// is to copy.
    async fn pump(
        &self,
        mut from: ReadHalf<'_>,
        mut to: WriteHalf<'_>,
        way: (SocketAddr, SocketAddr),
        sent: bool,
    ) -> io::Result<()> {
        let mut frozen = self.frozen.clone();
        let mut buffer = vec![0; PIECE];
        loop {
            let len = from.read(&mut buffer).await?;
            // Without anybody who could thaw it, the port is about to close.
            let _ = frozen.wait_for(|frozen| !frozen).await;
            self.moved.store(true, Ordering::Relaxed);
            let Some(bytes) = buffer.get(..len).filter(|bytes| !bytes.is_empty()) else {
                return to.shutdown().await;
            };
            self.recording.saw(self.no, sent, Event::tcp(now(), way.0, way.1, bytes));
            to.write_all(bytes).await?;
        }
    }

    /// Done once nothing has moved for the idle time.
    async fn rests(&self) {
        while self.moved.swap(false, Ordering::Relaxed) {
            tokio::time::sleep(self.idle).await;
        }
    }
}

/// Closes with an RST (RFC 9293 section 3.6): what was not delivered is thrown away.
fn reset(stream: TcpStream) {
    // Where the system cannot, it is closed in good order.
    let _ = stream.set_zero_linger();
    drop(stream);
}

/// Since the Unix epoch. A clock before it reads as the epoch.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}
