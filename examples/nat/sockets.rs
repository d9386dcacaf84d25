//! The real network: UDP sockets of this machine.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result};
use tokio::net::{UdpSocket, lookup_host};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinSet;
use tokio::time::timeout;
use wire::trace::{Event, Trace};

use crate::network::{Datagram, Network};

const DEFAULT_PORT: u16 = 3478;
/// So many datagrams wait to be read; what comes then is lost, as it is with UDP.
const QUEUE: usize = 64;
/// A test sends a few hundred; whoever floods an open port must not fill the memory.
const MOST_EVENTS: usize = 10_000;

pub(crate) struct Sockets {
    local: IpAddr,
    open: Vec<(SocketAddr, Arc<UdpSocket>)>,
    readers: JoinSet<()>,
    arrived: (Sender<Datagram>, Receiver<Datagram>),
    trace: Trace,
    test: String,
    /// When this began: since the Unix epoch, and by the clock that nobody sets.
    began: (Duration, Instant),
}

impl Sockets {
    /// Sockets at the address of this machine that leads to `server`.
    pub(crate) async fn toward(server: SocketAddr) -> Result<Self> {
        let any = if server.is_ipv4() { "0.0.0.0" } else { "::" };
        // A socket that is connected, though it sends nothing, knows its address.
        let probe = UdpSocket::bind((any, 0)).await?;
        probe
            .connect(server)
            .await
            .with_context(|| format!("no way leads to {server}"))?;
        Ok(Self {
            local: probe.local_addr()?.ip(),
            open: Vec::new(),
            readers: JoinSet::new(),
            arrived: channel(QUEUE),
            trace: Trace::default(),
            test: String::new(),
            began: (
                SystemTime::now()
                    .duration_since(SystemTime::UNIX_EPOCH)
                    .unwrap_or_default(),
                Instant::now(),
            ),
        })
    }

    /// All that these sockets sent and received.
    pub(crate) fn trace(self) -> Trace {
        self.trace
    }

    fn record(&mut self, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        if self.trace.events.len() < MOST_EVENTS {
            let event = Event::udp(self.now(), from, to, bytes);
            self.trace.push(event.with_comment(self.test.clone()));
        }
    }
}

impl Network for Sockets {
    async fn open(&mut self) -> Result<SocketAddr> {
        let socket = UdpSocket::bind((self.local, 0)).await;
        let socket =
            Arc::new(socket.with_context(|| {
                format!("cannot open a socket at {}", self.local)
            })?);
        let local = socket.local_addr()?;
        self.open.push((local, Arc::clone(&socket)));
        self.readers.spawn(read(socket, local, self.arrived.0.clone()));
        Ok(local)
    }

    async fn send(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
    ) -> Result<()> {
        self.record(from, to, bytes);
        let open = self.open.iter().find(|(local, _)| *local == from);
        let (_, socket) = open.context("nothing is sent from a closed port")?;
        // What the system will not send is lost, as what it cannot deliver: a
        // firewall of this very machine says so here.
        let _ = socket.send_to(bytes, to).await;
        Ok(())
    }

    async fn next(&mut self, until: Duration) -> Result<Option<Datagram>> {
        let wait = until.saturating_sub(self.now());
        let Ok(arrived) = timeout(wait, self.arrived.1.recv()).await else {
            return Ok(None);
        };
        if let Some(Datagram { from, to, bytes }) = &arrived {
            self.record(*from, *to, bytes);
        }
        Ok(arrived)
    }

    fn now(&self) -> Duration {
        self.began.0 + self.began.1.elapsed()
    }

    fn mark(&mut self, test: &str) {
        test.clone_into(&mut self.test);
    }

    /// Everything: but nobody tells.
    fn unseen(&mut self) -> Vec<String> {
        Vec::new()
    }
}

async fn read(socket: Arc<UdpSocket>, to: SocketAddr, arrived: Sender<Datagram>) {
    let mut buffer = [0; 1500];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            // Some systems report here that an earlier datagram found nobody.
            tokio::time::sleep(Duration::from_millis(1)).await;
            continue;
        };
        let bytes = buffer.get(..length).unwrap_or_default().to_vec();
        if arrived.send(Datagram { from, to, bytes }).await.is_err() {
            return;
        }
    }
}

/// `host`, `host:port`, an address, or a `stun:` URI (RFC 7064).
pub(crate) async fn resolve(name: &str) -> Result<SocketAddr> {
    let host = name.strip_prefix("stun:").unwrap_or(name);
    if let Ok(address) = host.parse() {
        return Ok(address);
    }
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(ip) = bare.parse::<IpAddr>() {
        return Ok((ip, DEFAULT_PORT).into());
    }
    let host = match host.contains(':') {
        true => host.to_owned(),
        false => format!("{host}:{DEFAULT_PORT}"),
    };
    let mut found = lookup_host(&host).await.with_context(|| {
        format!("cannot find {host}: expected HOST or HOST:PORT, such as 192.0.2.10 or stun.example.org:3478")
    })?;
    found.next().with_context(|| format!("{host} has no address"))
}
