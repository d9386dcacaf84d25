//! A connection after its handshake: every message goes back as it came.
//!
//! While nothing comes, a connection is its socket and a timer. Once something does, tungstenite is put on top, until
//! the client has said nothing for a second, or has said something long; then it is taken off again with its buffers.
//!
//! Nothing is read before what was read last is written, so a client that does not take its echoes is not
//! listened to. What is written is flushed when no more input is ready.

use std::future::poll_fn;
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::{FutureExt, Sink, Stream};
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{CloseCode, Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, FrameHeader};
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error};

use super::budget::{Budget, Held, LONGEST, SHORT};
use super::input::Input;
use super::pace::Pace;
use super::{Limits, SHORTLY};

/// Echoes are collected up to here before they are written, unless the client waits for them.
const COLLECTED: usize = 16 << 10;
/// tungstenite clears so much before each read.
const READ: usize = 4 << 10;
/// Who says nothing for so long rests, without buffers.
const LULL: Duration = Duration::from_secs(1);
/// How often who holds much is looked at.
const GLANCE: Duration = Duration::from_secs(1);

type WebSocket = WebSocketStream<Input>;

/// A connection, between two bursts of messages.
pub(super) struct Connection<'l> {
    pub(super) input: Input,
    pub(super) limits: &'l Limits,
    pub(super) budget: &'l Budget,
    pub(super) pace: Pace,
}

/// Why a connection ends.
enum End {
    /// The client is gone, or the close handshake is done.
    Gone,
    /// This end closes it, for this reason.
    Because(CloseCode, String),
}

impl From<Error> for End {
    /// The code that says what a client did wrong (RFC 6455 section 7.4.1).
    fn from(error: Error) -> Self {
        let code = match &error {
            Error::Protocol(_) => CloseCode::Protocol,
            Error::Utf8(_) => CloseCode::Invalid,
            Error::Capacity(_) => CloseCode::Size,
            _ => return Self::Gone,
        };
        Self::Because(code, error.to_string())
    }
}

impl Connection<'_> {
    /// Echoes until the connection ends, and closes it.
    pub(super) async fn run(mut self) {
        loop {
            match timeout(self.limits.idle, self.input.readable()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return,
                Err(_) => return Box::pin(self.say_goodbye()).await,
            }
            // Boxed, so that one that rests does not keep room for it.
            match Box::pin(Burst::begin(self)).await {
                Some(resting) => self = resting,
                None => return,
            }
        }
    }

    async fn say_goodbye(self) {
        let idle = self.limits.idle.as_secs();
        let burst = Burst::new(self).await;
        burst.end(End::Because(CloseCode::Away, format!("nothing was said for {idle} s"))).await;
    }
}

/// A connection that has something to say, with tungstenite on top.
struct Burst<'l> {
    socket: WebSocket,
    /// Something was written that is not flushed.
    unflushed: bool,
    held: Held,
    limits: &'l Limits,
    budget: &'l Budget,
    pace: Pace,
}

/// What the client did.
enum Next {
    Said(Message),
    /// Its next message needs room for so much.
    Wants(u64),
}

impl<'l> Burst<'l> {
    async fn new(connection: Connection<'l>) -> Self {
        let Connection { mut input, limits, budget, pace } = connection;
        input.begin();
        let config = WebSocketConfig::default()
            .read_buffer_size(READ)
            .write_buffer_size(COLLECTED)
            // Long messages do not go through it; pongs do, and there is at most one to each flush.
            .max_write_buffer_size(COLLECTED + 4 * SHORT as usize)
            .max_frame_size(Some(LONGEST as usize))
            .max_message_size(Some(LONGEST as usize));
        let socket = WebSocketStream::from_raw_socket(input, Role::Server, Some(config)).await;
        Self { socket, unflushed: false, held: Held::nothing(), limits, budget, pace }
    }

    /// Echoes until the client rests between messages; nothing, if the connection ended.
    async fn begin(connection: Connection<'l>) -> Option<Connection<'l>> {
        let mut burst = Self::new(connection).await;
        loop {
            match burst.step().await {
                Ok(ControlFlow::Continue(())) => {}
                Ok(ControlFlow::Break(())) => return Some(burst.rest()),
                Err(end) => {
                    burst.end(end).await;
                    return None;
                }
            }
        }
    }

    fn rest(self) -> Connection<'l> {
        let Self { socket, limits, budget, pace, .. } = self;
        Connection { input: socket.into_inner(), limits, budget, pace }
    }

    async fn step(&mut self) -> Result<ControlFlow<()>, End> {
        let next = match poll_fn(|cx| Poll::Ready(poll_next(&mut self.socket, cx))).await {
            Poll::Ready(next) => next?,
            Poll::Pending if self.unflushed => return self.flush().await.map(ControlFlow::Continue),
            Poll::Pending if self.socket.get_ref().is_full() => return Ok(ControlFlow::Break(())),
            Poll::Pending if self.socket.get_ref().is_between_messages() => {
                let socket = &mut self.socket;
                match timeout(LULL, poll_fn(|cx| poll_next(socket, cx))).await {
                    Ok(next) => next?,
                    Err(_) => return Ok(ControlFlow::Break(())),
                }
            }
            Poll::Pending => self.patiently(poll_next).await??,
        };
        match next {
            Next::Said(message) => self.said(message).await?,
            Next::Wants(size) => self.make_room(size).await?,
        }
        Ok(ControlFlow::Continue(()))
    }

    async fn said(&mut self, message: Message) -> Result<(), End> {
        let length = message.len();
        match message {
            Message::Text(text) if text.len() as u64 > SHORT => {
                self.write_long(Data::Text, text.into()).await?;
            }
            Message::Binary(bytes) if bytes.len() as u64 > SHORT => {
                self.write_long(Data::Binary, bytes).await?;
            }
            Message::Text(_) | Message::Binary(_) => {
                self.patiently(|socket, cx| Pin::new(socket).poll_ready(cx)).await??;
                Pin::new(&mut self.socket).start_send(message)?;
                self.unflushed = true;
            }
            // tungstenite has its answer ready. One who sends pings and takes no pongs is not listened to; after a
            // Close the next thing to be read is the end.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) => self.flush().await?,
            Message::Frame(_) => {}
        }
        if let Some(pause) = self.pace.after(length, Instant::now) {
            self.flush().await?;
            sleep(pause).await;
        }
        Ok(())
    }

    /// Past tungstenite's buffer, which would keep a copy, and then its room.
    async fn write_long(&mut self, kind: Data, payload: Bytes) -> Result<(), End> {
        self.flush().await?;
        let header = FrameHeader { opcode: OpCode::Data(kind), ..FrameHeader::default() };
        let mut head = Vec::new();
        header.format(payload.len() as u64, &mut head)?;
        for part in [&head[..], &payload[..]] {
            let mut written = 0;
            while let Some(rest) = part.get(written..).filter(|rest| !rest.is_empty()) {
                let write = |socket: &mut WebSocket, cx: &mut Context<'_>| {
                    Pin::new(socket.get_mut()).poll_write(cx, rest)
                };
                written += self.patiently(write).await?.map_err(|_| End::Gone)?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), End> {
        self.patiently(|socket, cx| Pin::new(socket).poll_flush(cx)).await??;
        self.unflushed = false;
        Ok(())
    }

    /// Waits for a place; meanwhile the client is not read.
    async fn make_room(&mut self, size: u64) -> Result<(), End> {
        if size > LONGEST {
            let why = format!("expected a message of at most {LONGEST} bytes, found one of {size} or more");
            return Err(End::Because(CloseCode::Size, why));
        }
        if self.unflushed {
            self.flush().await?;
        }
        let upto = self.budget.take(size, &mut self.held).await;
        self.socket.get_mut().grant(upto);
        Ok(())
    }

    /// Waits for something that may never come: as long as anything moves, or for the idle time; and who holds what
    /// others wait for, not for long.
    async fn patiently<T>(
        &mut self,
        mut poll: impl FnMut(&mut WebSocket, &mut Context<'_>) -> Poll<T>,
    ) -> Result<T, End> {
        self.held.fairly()?;
        let socket = &mut self.socket;
        if let Some(done) = poll_fn(|cx| poll(socket, cx)).now_or_never() {
            return Ok(done);
        }
        let (mut moved, mut quiet) = (socket.get_ref().moved(), Duration::ZERO);
        let glance = if self.held.is_nothing() { self.limits.idle } else { GLANCE.min(self.limits.idle) };
        loop {
            if let Ok(done) = timeout(glance, poll_fn(|cx| poll(socket, cx))).await {
                return Ok(done);
            }
            let now = socket.get_ref().moved();
            quiet = if now == moved { quiet + glance } else { Duration::ZERO };
            moved = now;
            self.held.fairly()?;
            if quiet >= self.limits.idle {
                let why = format!("nothing was said for {} s", self.limits.idle.as_secs());
                return Err(End::Because(CloseCode::Away, why));
            }
        }
    }

    /// Closes in good order: a Close frame first, if one is due, then TCP, which the server closes (RFC 6455
    /// section 7.1.1).
    async fn end(mut self, end: End) {
        if let End::Because(code, reason) = end {
            // One that did nothing wrong may have its say; of one that did, nothing more is read.
            let polite = code == CloseCode::Away;
            let frame = CloseFrame { code, reason: short(reason).into() };
            let goodbye = async {
                self.socket.close(Some(frame)).await?;
                while polite && let Ok(Next::Said(_)) = poll_fn(|cx| poll_next(&mut self.socket, cx)).await {}
                Ok::<_, Error>(())
            };
            // What does not get through in that time never will.
            let _ = timeout(SHORTLY, goodbye).await;
        }
        let Self { socket, held, .. } = self;
        let stream = socket.into_inner().into_stream();
        drop(held);
        linger(stream).await;
    }
}

impl Held {
    /// Ends who keeps others waiting.
    fn fairly(&self) -> Result<(), End> {
        match !self.is_nothing() && self.is_overdue(Instant::now()) {
            true => {
                let why = "a message this long must not take so long while others wait".to_owned();
                Err(End::Because(CloseCode::Policy, why))
            }
            false => Ok(()),
        }
    }
}

/// The next thing that the client does; pending while it does nothing.
fn poll_next(socket: &mut WebSocket, cx: &mut Context<'_>) -> Poll<Result<Next, End>> {
    match Pin::new(&mut *socket).poll_next(cx) {
        Poll::Ready(Some(Ok(message))) => Poll::Ready(Ok(Next::Said(message))),
        Poll::Ready(Some(Err(error))) => Poll::Ready(Err(error.into())),
        Poll::Ready(None) => Poll::Ready(Err(End::Gone)),
        Poll::Pending => match socket.get_ref().wants() {
            Some(size) => Poll::Ready(Ok(Next::Wants(size))),
            None => Poll::Pending,
        },
    }
}

/// Ends TCP such that the last thing written arrives: to close with bytes unread would reset the connection, and with
/// it what is under way.
pub(super) async fn linger(mut stream: TcpStream) {
    const MOST: usize = 4 << 20;
    let _ = timeout(SHORTLY, async {
        stream.shutdown().await?;
        let (mut buffer, mut read) = (vec![0; 4 << 10], 0);
        while read < MOST {
            match stream.read(&mut buffer).await? {
                0 => break,
                count => read += count,
            }
        }
        Ok::<_, std::io::Error>(())
    })
    .await;
}

/// A close reason has at most 123 bytes (RFC 6455 section 5.5).
fn short(mut reason: String) -> String {
    while reason.len() > 123 {
        reason.pop();
    }
    reason
}
