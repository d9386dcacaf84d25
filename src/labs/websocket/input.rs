//! A connection's bytes on their way to tungstenite, and where its messages end.
//!
//! Two things tungstenite does not tell: how long a message will be, before it makes room for it, and when it holds
//! nothing of the connection any more, so that its buffers can be given back while the connection is idle. Both are
//! known to who follows the frame headers that pass, and tungstenite's own [`FrameHeader::parse`] reads those.

use std::future::Future;
use std::io::{self, Cursor};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::budget::SHORT;

/// So much is read at once, ahead of tungstenite. Long payloads go past it.
const AHEAD: usize = 8 << 10;

/// The socket, and how far its messages were passed on.
#[derive(Debug)]
pub(super) struct Input {
    stream: TcpStream,
    /// Read, and not passed on yet: from `at` on.
    ahead: Vec<u8>,
    at: usize,
    /// So much of the current frame is still to be passed on.
    left: u64,
    /// What the frames of the current message announced so far.
    message: u64,
    fragmented: bool,
    /// Up to here a message may grow.
    granted: u64,
    /// A message wants to grow to this.
    wants: Option<u64>,
    /// A long message has been passed on: nothing more passes before tungstenite gave back its room.
    full: bool,
    /// How many bytes moved, in both directions.
    moved: u64,
}

/// No frame begins so.
struct NoHeader;

impl Input {
    /// With what was read beyond the opening handshake.
    pub(super) fn new(stream: TcpStream, ahead: Vec<u8>) -> Self {
        Self {
            stream,
            ahead,
            at: 0,
            left: 0,
            message: 0,
            fragmented: false,
            granted: SHORT,
            wants: None,
            full: false,
            moved: 0,
        }
    }

    /// The size that the next frame would bring its message to, if that needs to be granted.
    pub(super) fn wants(&self) -> Option<u64> {
        self.wants
    }

    pub(super) fn grant(&mut self, upto: u64) {
        self.granted = upto;
        self.wants = None;
    }

    /// Whether all that was passed on is whole messages. If tungstenite then waits for more, it holds none of them.
    pub(super) fn is_between_messages(&self) -> bool {
        self.left == 0 && !self.fragmented && self.wants.is_none()
    }

    /// Whether a long message was passed on whole: nothing more passes before tungstenite is taken off with its room.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// Between messages, and tungstenite is new: a next message begins with nothing granted.
    pub(super) fn begin(&mut self) {
        (self.granted, self.full) = (SHORT, false);
    }

    pub(super) fn moved(&self) -> u64 {
        self.moved
    }

    /// Waits until there is something to pass on. Meanwhile nothing is held but the socket.
    pub(super) async fn readable(&mut self) -> io::Result<()> {
        if self.header().is_some() {
            return Ok(());
        }
        self.ahead = self.ahead.get(self.at..).unwrap_or_default().to_vec();
        self.at = 0;
        self.stream.readable().await
    }

    pub(super) fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// The next frame's header, its own length and that of the payload, if it is all there.
    fn header(&self) -> Option<Result<(FrameHeader, u64, u64), NoHeader>> {
        let mut cursor = Cursor::new(self.ahead.get(self.at..).unwrap_or_default());
        match FrameHeader::parse(&mut cursor) {
            Ok(Some((header, payload))) => Some(Ok((header, cursor.position(), payload))),
            Ok(None) => None,
            Err(_) => Some(Err(NoHeader)),
        }
    }

    /// Begins the next frame, if its header is there and its message may grow so long.
    fn begin_frame(&mut self) -> bool {
        let (header, length, payload) = match self.header() {
            None => return false,
            // tungstenite will find the same, and say what it is.
            Some(Err(NoHeader)) => {
                self.left = u64::MAX;
                return true;
            }
            Some(Ok(read)) => read,
        };
        let size = match header.opcode {
            OpCode::Data(_) => self.message.saturating_add(payload),
            // Between the frames of a message, and no part of it.
            OpCode::Control(_) => payload,
        };
        if size > self.granted {
            self.wants = Some(size);
            return false;
        }
        if let OpCode::Data(data) = header.opcode {
            self.message = size;
            self.fragmented = !header.is_final && (self.fragmented || !matches!(data, Data::Continue));
        }
        self.left = payload.saturating_add(length);
        true
    }

    fn pass_on(&mut self, bytes: u64) {
        self.left -= bytes;
        if self.left == 0 && !self.fragmented {
            self.message = 0;
            self.full = self.granted > SHORT;
        }
    }

    /// Passes on what was read ahead, as far as it may go.
    fn deliver(&mut self, buf: &mut ReadBuf<'_>) {
        while buf.remaining() > 0 && !self.full {
            let ahead = self.ahead.len() - self.at;
            if ahead == 0 || self.left == 0 && !self.begin_frame() {
                return;
            }
            let room = buf.remaining().min(ahead);
            let count = usize::try_from(self.left).unwrap_or(usize::MAX).min(room);
            buf.put_slice(self.ahead.get(self.at..self.at + count).unwrap_or_default());
            self.at += count;
            self.pass_on(count as u64);
        }
    }

    /// Reads more ahead; `false` at the end of the stream.
    fn poll_ahead(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        self.ahead.drain(..self.at);
        self.at = 0;
        self.ahead.reserve(AHEAD - self.ahead.len().min(AHEAD));
        let read = pin!(self.stream.read_buf(&mut self.ahead)).poll(cx);
        if read.is_pending() && self.ahead.is_empty() {
            self.ahead = Vec::new();
        }
        let count = ready!(read)?;
        self.moved += count as u64;
        Poll::Ready(Ok(count > 0))
    }

    /// Reads a long payload to where it belongs.
    fn poll_payload(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        ready!(Pin::new(&mut self.stream).poll_read(cx, &mut part))?;
        let count = part.filled().len();
        buf.advance(count);
        self.moved += count as u64;
        self.pass_on(count as u64);
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for Input {
    /// Pending without a wake-up where a grant is wanted or tungstenite is full: who polls looks at that itself.
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let input = self.get_mut();
        let before = buf.filled().len();
        loop {
            input.deliver(buf);
            if buf.filled().len() > before {
                return Poll::Ready(Ok(()));
            }
            if input.full || input.wants.is_some() {
                return Poll::Pending;
            }
            if input.left >= AHEAD as u64 {
                return input.poll_payload(cx, buf);
            }
            if !ready!(input.poll_ahead(cx))? {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl AsyncWrite for Input {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let input = self.get_mut();
        let count = ready!(Pin::new(&mut input.stream).poll_write(cx, bytes))?;
        input.moved += count as u64;
        Poll::Ready(Ok(count))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
