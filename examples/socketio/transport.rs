//! Two ways to carry the same packets, in two halves: one says, one hears.

use std::collections::VecDeque;

use clap::ValueEnum;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use tokio_tungstenite::tungstenite::Message;

use crate::engine::{
    Handshake, Packet, Polling, WebSocket, open, open_websocket, upgrade,
};
use crate::failure::Failure;
use crate::http::{Endpoint, Http};

/// Which of them a client may use. Left to itself it begins with the one that
/// everybody lets pass, and moves to the better one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ways {
    /// HTTP requests and nothing else
    Polling,
    /// A WebSocket from the start
    Websocket,
}

/// The half that hears.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// What came with others and was not asked for yet.
    waiting: VecDeque<Packet>,
    from: From,
}

#[derive(Debug)]
enum From {
    Polls(Polling),
    Frames(SplitStream<WebSocket>),
}

/// The half that says.
#[derive(Debug)]
pub(crate) enum Outgoing {
    Posts(Polling),
    Frames(SplitSink<WebSocket, Message>),
}

/// Opens a session, by whichever ways are allowed.
pub(crate) async fn establish(
    endpoint: &Endpoint,
    ways: Option<Ways>,
) -> Result<(Incoming, Outgoing, Handshake), Failure> {
    if ways == Some(Ways::Websocket) {
        let (socket, handshake) = open_websocket(endpoint).await?;
        let (incoming, outgoing) = on_websocket(socket, Vec::new());
        return Ok((incoming, outgoing, handshake));
    }
    let (polling, handshake) = open(endpoint).await?;
    let upgrades = handshake.upgrades.iter().any(|way| way == "websocket");
    let (incoming, outgoing) = if ways.is_none() && upgrades {
        let (socket, last) = upgrade(endpoint, &handshake.sid, polling).await?;
        on_websocket(socket, last)
    } else {
        on_polling(endpoint, polling).await?
    };
    Ok((incoming, outgoing, handshake))
}

pub(crate) fn on_websocket(
    socket: WebSocket,
    waiting: Vec<Packet>,
) -> (Incoming, Outgoing) {
    let (sink, stream) = socket.split();
    let incoming = Incoming { waiting: waiting.into(), from: From::Frames(stream) };
    (incoming, Outgoing::Frames(sink))
}

/// A poll may be on its way for long: what is to be said meanwhile needs a
/// connection of its own.
pub(crate) async fn on_polling(
    endpoint: &Endpoint,
    polling: Polling,
) -> Result<(Incoming, Outgoing), Failure> {
    let target = polling.target.clone();
    let posts = Polling { http: Http::connect(endpoint).await?, target };
    let incoming =
        Incoming { waiting: VecDeque::new(), from: From::Polls(polling) };
    Ok((incoming, Outgoing::Posts(posts)))
}

impl Incoming {
    /// Waits for the next packet.
    pub(crate) async fn next(&mut self) -> Result<Packet, Failure> {
        loop {
            if let Some(packet) = self.waiting.pop_front() {
                return Ok(packet);
            }
            match &mut self.from {
                From::Polls(polling) => self.waiting.extend(polling.poll().await?),
                From::Frames(frames) => {
                    self.waiting.extend(frame(frames).await?);
                }
            }
        }
    }
}

async fn frame(
    frames: &mut SplitStream<WebSocket>,
) -> Result<Option<Packet>, Failure> {
    let message = frames.next().await.transpose().map_err(Failure::ended)?;
    Ok(match message {
        Some(Message::Text(text)) => Some(Packet::decode(&text)?),
        Some(Message::Binary(bytes)) => Some(Packet::Binary(bytes.into())),
        Some(Message::Close(_)) => Some(Packet::Close),
        // WebSocket's own ping is not Engine.IO's: tungstenite answers it.
        Some(_) => None,
        None => return Err(Failure::ended("the server is gone")),
    })
}

impl Outgoing {
    /// Sends packets, all at once where the transport can.
    pub(crate) async fn send(
        &mut self,
        packets: Vec<Packet>,
    ) -> Result<(), Failure> {
        match self {
            Self::Posts(polling) => polling.post(&packets).await,
            Self::Frames(frames) => {
                for packet in packets {
                    let message = match packet {
                        Packet::Binary(bytes) => Message::binary(bytes),
                        other => Message::text(other.encode()),
                    };
                    frames.send(message).await.map_err(Failure::ended)?;
                }
                Ok(())
            }
        }
    }

    /// Ends the session, so that the server need not wait for a heartbeat to learn
    /// of it.
    pub(crate) async fn close(&mut self) -> Result<(), Failure> {
        match self {
            Self::Posts(polling) => polling.post(&[Packet::Close]).await,
            Self::Frames(frames) => frames.close().await.map_err(Failure::ended),
        }
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Posts(_) => "polling",
            Self::Frames(_) => "websocket",
        }
    }
}
