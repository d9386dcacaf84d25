//! The same by the crate that the field uses: tokio-tungstenite.

use anyhow::{Context, Result, bail};
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::tungstenite::Bytes;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{
    CloseCode, Data, OpCode,
};
use tokio_tungstenite::{WebSocketStream, client_async};

pub(crate) use tokio_tungstenite::tungstenite::Message;

pub(crate) struct Client<S> {
    socket: WebSocketStream<S>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    // ANCHOR: tungstenite
    /// Request, 101 and all checks of it: one line.
    pub(crate) async fn connect(url: &str, stream: S) -> Result<Self> {
        let (socket, _response) = client_async(url, stream).await?;
        Ok(Self { socket })
    }

    /// Sends a message and waits for the one that comes back.
    pub(crate) async fn ask(&mut self, message: Message) -> Result<Message> {
        self.socket.send(message).await?;
        self.message().await
    }

    /// The next text or binary message. Whoever waits for one also answers pings:
    /// the library does it while it reads.
    pub(crate) async fn message(&mut self) -> Result<Message> {
        loop {
            match self.socket.next().await.context("the connection ended")?? {
                message @ (Message::Text(_) | Message::Binary(_)) => {
                    return Ok(message);
                }
                Message::Close(reason) => {
                    bail!("the server closes: {}", said(reason))
                }
                _ => {}
            }
        }
    }
    // ANCHOR_END: tungstenite

    /// Are you there? The pong must bring the same bytes back.
    pub(crate) async fn ping(&mut self, bytes: &'static [u8]) -> Result<()> {
        self.socket.send(Message::Ping(Bytes::from_static(bytes))).await?;
        self.pong(bytes).await
    }

    async fn pong(&mut self, bytes: &[u8]) -> Result<()> {
        loop {
            match self.socket.next().await.context("the connection ended")?? {
                Message::Pong(back) if back == bytes => return Ok(()),
                Message::Close(reason) => {
                    bail!("the server closes: {}", said(reason))
                }
                _ => {}
            }
        }
    }

    // ANCHOR: fragments
    /// One message in two frames, and a ping between them: only control frames may
    /// stand there.
    pub(crate) async fn ask_in_fragments(
        &mut self,
        first: &'static str,
        last: &'static str,
    ) -> Result<Message> {
        let first = Frame::message(first, OpCode::Data(Data::Text), false);
        let last = Frame::message(last, OpCode::Data(Data::Continue), true);
        self.socket.send(Message::Frame(first)).await?;
        self.ping(b"still there?").await?; // answered before the message is whole
        self.socket.send(Message::Frame(last)).await?;
        self.message().await
    }
    // ANCHOR_END: fragments

    // ANCHOR: close
    /// Says goodbye, and waits until the server has said it too: code and reason.
    pub(crate) async fn close(mut self, reason: &'static str) -> Result<String> {
        let goodbye = CloseFrame { code: CloseCode::Normal, reason: reason.into() };
        self.socket.close(Some(goodbye)).await?;
        let mut answer = None;
        while let Some(Ok(message)) = self.socket.next().await {
            if let Message::Close(reason) = message {
                answer = Some(said(reason));
            }
        }
        answer.context("the connection ended, and no Close frame came back")
    }
    // ANCHOR_END: close
}

impl<S> From<WebSocketStream<S>> for Client<S> {
    fn from(socket: WebSocketStream<S>) -> Self {
        Self { socket }
    }
}

/// `1000 "done"`
pub(crate) fn said(reason: Option<CloseFrame>) -> String {
    match reason {
        Some(CloseFrame { code, reason }) => {
            format!("{} {:?}", u16::from(code), &*reason)
        }
        None => "no code".to_owned(),
    }
}

/// `"ping"`, `200 bytes`
pub(crate) fn shown(message: &Message) -> String {
    match message {
        Message::Text(text) => format!("{:?}", text.as_str()),
        other => format!("{} bytes", other.len()),
    }
}

/// An error and what is behind it, but for what it says itself already.
pub(crate) fn told(error: &anyhow::Error) -> String {
    let mut told = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !told.contains(&cause) {
            told = format!("{told}: {cause}");
        }
    }
    told
}
