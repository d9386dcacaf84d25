//! Peers of the `webrtc` crate, recorded: their datagrams by a [`Runtime`], the keys of their DTLS by [`keys`].
//!
//! Both are the stack's own extension points. A peer is built with them and knows of nothing:
//!
//! ```
//! # use std::sync::Arc;
//! # use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
//! # use webrtc::peer_connection::PeerConnectionBuilder;
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tap = tap::Tap::new();
//! let keys = tap::webrtc::keys(&tap, |_line| {})?;
//! let settings = SettingEngineBuilder::new().with_crypto_provider(keys);
//! let builder = PeerConnectionBuilder::<String>::new()
//!     .with_runtime(Arc::new(tap::webrtc::Runtime::new(&tap)))
//!     .with_setting_engine(settings.build());
//! # Ok(())
//! # }
//! ```

use std::fmt;
use std::io::{self, IoSliceMut};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use rtc::crypto::{CryptoError, RTCCryptoProvider};
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, RecvMeta, TokioRuntime,
    Transmit,
};
use wire::trace::Event;

use crate::Tap;
use crate::recorder::now;

/// A crypto provider that gives the tap the key of each DTLS handshake, and `also` each line of the key log, once. Only
/// for who asked to see inside.
///
/// # Errors
/// Where the stack was built without a provider to do the work.
pub fn keys(
    tap: &Tap,
    also: impl Fn(&str) + Send + Sync + 'static,
) -> Result<Arc<dyn RTCCryptoProvider>, CryptoError> {
    let tap = tap.clone();
    let provider = keylog::KeyLog::new(Arc::new(move |line: &str| {
        if tap.secret(line) {
            also(line);
        }
    }))?;
    Ok(Arc::new(provider))
}

/// The Tokio runtime for a peer, with sockets whose datagrams become events of a trace.
#[derive(Clone, Debug)]
pub struct Runtime {
    inner: Arc<dyn webrtc::runtime::Runtime>,
    record: Record,
}

impl Runtime {
    /// Records and shows all.
    #[must_use]
    pub fn new(tap: &Tap) -> Self {
        let record = Record {
            tap: tap.clone(),
            reads: true,
            most_shown: usize::MAX,
            most_kept: usize::MAX,
            before_each: None,
        };
        Self { inner: Arc::new(TokioRuntime), record }
    }

    /// Records what peers send, and not what they receive. Where both ends are in one program and each records
    /// what it sends, every datagram is in the trace once, in the order in which it was sent.
    #[must_use]
    pub fn sent_only(mut self) -> Self {
        self.record.reads = false;
        self
    }

    /// Shows so many datagrams of a socket, and keeps so many for a capture: a call with a camera sends hundreds a
    /// second. What is neither shown nor kept passes by at full speed.
    #[must_use]
    pub fn at_most(mut self, shown: usize, kept: usize) -> Self {
        (self.record.most_shown, self.record.most_kept) = (shown, kept);
        self
    }

    /// Calls `hook` with each datagram before it is recorded; it may say something about it.
    #[must_use]
    pub fn before_each(mut self, hook: impl Fn(&[u8]) + Send + Sync + 'static) -> Self {
        self.record.before_each = Some(Hook(Arc::new(hook)));
        self
    }
}

/// What to do with datagrams.
#[derive(Clone, Debug)]
struct Record {
    tap: Tap,
    reads: bool,
    most_shown: usize,
    most_kept: usize,
    before_each: Option<Hook>,
}

type WithEach = dyn Fn(&[u8]) + Send + Sync;

#[derive(Clone)]
struct Hook(Arc<WithEach>);

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}

#[derive(Debug)]
struct Socket {
    inner: Arc<dyn AsyncUdpSocket>,
    local: SocketAddr,
    record: Record,
    count: AtomicUsize,
}

impl Socket {
    fn record(&self, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
        let Record { tap, most_shown, most_kept, before_each, .. } = &self.record;
        let before = self.count.fetch_add(1, Ordering::Relaxed);
        if let Some(Hook(hook)) = before_each {
            hook(datagram);
        }
        if before < *most_shown {
            tap.record(Event::udp(now(), from, to, datagram));
        } else if before < *most_kept {
            tap.keep(Event::udp(now(), from, to, datagram));
        }
        if before == *most_shown {
            tap.tell(&format!("{}: {most_shown} datagrams were shown; what follows is not.", self.local));
        }
    }
}

impl AsyncUdpSocket for Socket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.local)
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        let sent = self.inner.poll_send(cx, transmit);
        if let Poll::Ready(Ok(_)) = sent {
            let size = transmit.segment_size.unwrap_or(transmit.contents.len());
            for datagram in transmit.contents.chunks(size.max(1)) {
                self.record(self.local, transmit.destination, datagram);
            }
        }
        sent
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let received = self.inner.poll_recv(cx, buffers, meta);
        if let Poll::Ready(Ok(count)) = received
            && self.record.reads
        {
            for (buffer, meta) in buffers.iter().zip(meta.iter()).take(count) {
                // A read can bring several datagrams of one sender, all of one length but the last.
                let filled = buffer.get(..meta.len).unwrap_or_default();
                for datagram in filled.chunks(meta.stride.max(1)) {
                    self.record(meta.addr, self.local, datagram);
                }
            }
        }
        received
    }

    // `max_gso_segments` and `max_gro_segments` stay at 1: an event is a datagram as it was on the wire.
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl webrtc::runtime::Runtime for Runtime {
    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let inner = self.inner.wrap_udp_socket(socket)?;
        let local = inner.local_addr()?;
        Ok(Arc::new(Socket { inner, local, record: self.record.clone(), count: AtomicUsize::new(0) }))
    }

    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        self.inner.spawn(future)
    }

    fn spawn_reactor(&self, pool: usize, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        self.inner.spawn_reactor(pool, future)
    }

    fn wrap_tcp_listener(&self, listener: TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        self.inner.wrap_tcp_listener(listener)
    }

    fn connect_tcp<'a>(&'a self, to: SocketAddr) -> Boxed<'a, io::Result<Arc<dyn AsyncTcpStream>>> {
        self.inner.connect_tcp(to)
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        self.inner.resolve_host(host)
    }

    fn now(&self) -> Instant {
        self.inner.now()
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        self.inner.sleep(duration)
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        self.inner.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        self.inner.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        self.inner.yield_now()
    }

    fn name(&self) -> &'static str {
        "tap"
    }
}
