//! How connections are recorded.

use std::io;

use tap::Tap;
use tokio::net::TcpStream;

/// A tap, and whether it hears both ends.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) tap: Tap,
    /// Both ends are in this program: each records what it sends, so that every
    /// piece is there once, as it was written.
    pub(crate) both_ends: bool,
}

impl Record {
    /// A stream that records, and sends each piece at once: a chat's packets are
    /// small, and none should wait for the next.
    pub(crate) fn stream(&self, stream: TcpStream) -> io::Result<tap::TcpStream> {
        self.stream_in(stream, |stream| stream)
    }

    /// The same, of a stream inside of something else.
    pub(crate) fn stream_in<S>(
        &self,
        stream: TcpStream,
        wrap: impl FnOnce(TcpStream) -> S,
    ) -> io::Result<tap::TcpStream<S>> {
        stream.set_nodelay(true)?;
        let (local, peer) = (stream.local_addr()?, stream.peer_addr()?);
        let stream = tap::TcpStream::over(wrap(stream), local, peer, &self.tap);
        Ok(if self.both_ends { stream.sent_only() } else { stream })
    }
}
