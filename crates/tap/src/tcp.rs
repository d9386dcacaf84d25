//! A TCP stream that records.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use wire::trace::Event;

use crate::Tap;
use crate::recorder::now;

/// A [`tokio::net::TcpStream`] whose bytes, in both directions, become events of a trace: one event for
/// each read or write that moved some.
///
/// What lies over a TCP connection can stand in its place, such as TLS: then what is inside is recorded.
#[derive(Debug)]
pub struct TcpStream<S = tokio::net::TcpStream> {
    stream: S,
    local: SocketAddr,
    peer: SocketAddr,
    tap: Tap,
    reads: bool,
}

impl TcpStream {
    /// Connects to `address`.
    ///
    /// # Errors
    /// Those of the operating system.
    pub async fn connect(address: SocketAddr, tap: &Tap) -> io::Result<Self> {
        Self::new(tokio::net::TcpStream::connect(address).await?, tap)
    }

    /// Records what passes through `stream` from now on; for those that a listener accepted.
    ///
    /// # Errors
    /// Where the connection is gone already, and with it its addresses.
    pub fn new(stream: tokio::net::TcpStream, tap: &Tap) -> io::Result<Self> {
        let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
        Ok(Self::over(stream, local, peer, tap))
    }

    /// Sends each piece at once, rather than keep it until the one before it is acknowledged (Nagle's algorithm,
    /// RFC 9293 section 3.7.4).
    ///
    /// # Errors
    /// Those of the operating system.
    pub fn set_nodelay(&self, nodelay: bool) -> io::Result<()> {
        self.stream.set_nodelay(nodelay)
    }
}

impl<S> TcpStream<S> {
    /// Records what passes through `stream`, which lies over a connection between these addresses.
    #[must_use]
    pub fn over(stream: S, local: SocketAddr, peer: SocketAddr, tap: &Tap) -> Self {
        Self { stream, local, peer, tap: tap.clone(), reads: true }
    }

    /// Records from now on what this end sends, and not what it reads. Where both ends are in one program and
    /// each records what it sends, every event is whole as it was sent; where reads are recorded, chance decides
    /// how a long message is cut.
    #[must_use]
    pub fn sent_only(self) -> Self {
        Self { reads: false, ..self }
    }

    /// This end's address.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.local
    }

    /// The other end's address.
    #[must_use]
    pub fn peer_addr(&self) -> SocketAddr {
        self.peer
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TcpStream<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if let Some(read @ [_, ..]) = buffer.filled().get(before..).filter(|_| this.reads) {
            this.tap.record(Event::tcp(now(), this.peer, this.local, read));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TcpStream<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = ready!(Pin::new(&mut this.stream).poll_write(context, bytes))?;
        if let Some(written @ [_, ..]) = bytes.get(..written) {
            this.tap.record(Event::tcp(now(), this.local, this.peer, written));
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
