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
#[derive(Debug)]
pub struct TcpStream {
    stream: tokio::net::TcpStream,
    local: SocketAddr,
    peer: SocketAddr,
    tap: Tap,
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
        Ok(Self { local: stream.local_addr()?, peer: stream.peer_addr()?, stream, tap: tap.clone() })
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

impl AsyncRead for TcpStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        if let Some(read @ [_, ..]) = buffer.filled().get(before..) {
            this.tap.record(Event::tcp(now(), this.peer, this.local, read));
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for TcpStream {
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
