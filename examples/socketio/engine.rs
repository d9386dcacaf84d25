//! Engine.IO, revision 4: a session that begins with HTTP and may move to a
//! WebSocket. Everything here is text; the first character says what it is.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use crate::failure::{Failure, excerpt};
use crate::http::{Endpoint, Http};

pub(crate) type WebSocket = WebSocketStream<tap::TcpStream>;

/// What the open packet says, as JSON.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Handshake {
    /// Names the session in each later request.
    pub(crate) sid: String,
    /// What else this server speaks: `["websocket"]`.
    pub(crate) upgrades: Vec<String>,
    /// The server sends a ping that often, in milliseconds, ...
    ping_interval: u64,
    /// ... and waits so long for the pong.
    ping_timeout: u64,
}

impl Handshake {
    /// After so long a silence the connection counts as lost.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_millis(self.ping_interval.saturating_add(self.ping_timeout))
    }
}

/// A packet of a session that is open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Packet {
    Close,
    Ping,
    Pong,
    Message(String),
    /// On a WebSocket a binary message as it is; in a poll, base64 behind a `b`.
    Binary(Vec<u8>),
    Noop,
}

impl Packet {
    /// As text, which is all that a poll can carry.
    pub(crate) fn encode(&self) -> String {
        match self {
            Self::Close => "1".to_owned(),
            Self::Ping => "2".to_owned(),
            Self::Pong => "3".to_owned(),
            Self::Message(text) => format!("4{text}"),
            Self::Noop => "6".to_owned(),
            Self::Binary(bytes) => format!("b{}", BASE64.encode(bytes)),
        }
    }

    pub(crate) fn decode(text: &str) -> Result<Self, Failure> {
        let mut data = text.chars();
        Ok(match data.next() {
            Some('1') => Self::Close,
            Some('2') => Self::Ping,
            Some('3') => Self::Pong,
            Some('4') => Self::Message(data.as_str().to_owned()),
            Some('6') => Self::Noop,
            Some('b') => {
                let bytes = BASE64.decode(data.as_str());
                Self::Binary(
                    bytes.map_err(|_| {
                        Failure::unexpected("base64 behind a b", text)
                    })?,
                )
            }
            _ => {
                return Err(Failure::unexpected(
                    "an Engine.IO packet, of type 1 to 6",
                    text,
                ));
            }
        })
    }
}

/// A session over HTTP: what the client has to say it posts, what the server has to
/// say it answers polls with.
#[derive(Debug)]
pub(crate) struct Polling {
    pub(crate) http: Http,
    /// Names the session: `/socket.io/?EIO=4&transport=polling&sid=...`
    pub(crate) target: String,
}

// ANCHOR: open
/// Opens a session: one GET. The answer is one packet, `0` and then JSON.
pub(crate) async fn open(
    endpoint: &Endpoint,
) -> Result<(Polling, Handshake), Failure> {
    let mut http = Http::connect(endpoint).await?;
    let answer = http.get(&endpoint.target("polling", None)).await?;
    let handshake = opened(&answer)?;
    // From now on each request names the session.
    let target = endpoint.target("polling", Some(&handshake.sid));
    Ok((Polling { http, target }, handshake))
}

/// Reads `0{"sid":"...","upgrades":["websocket"],"pingInterval":25000,...}`.
fn opened(packet: &str) -> Result<Handshake, Failure> {
    let json = packet.strip_prefix('0').ok_or_else(|| not_open(packet))?;
    serde_json::from_str(json).map_err(|_| not_open(packet))
}
// ANCHOR_END: open

/// Revision 3 put a length in front of each packet: `97:0{...}`.
fn not_open(packet: &str) -> Failure {
    let found = excerpt(packet);
    let old = packet.split_once(":0{").is_some_and(|(length, _)| {
        !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit())
    });
    if old { Failure::OldEngine { found } } else { Failure::NotSocketIo { found } }
}

// ANCHOR: polling
impl Polling {
    /// Asks what is new. The server answers when there is something: all that
    /// waited, with 0x1e between the packets.
    pub(crate) async fn poll(&mut self) -> Result<Vec<Packet>, Failure> {
        let body = self.http.get(&self.target).await?;
        body.split('\x1e').map(Packet::decode).collect()
    }

    /// Says something: likewise.
    pub(crate) async fn post(&mut self, packets: &[Packet]) -> Result<(), Failure> {
        let packets: Vec<_> = packets.iter().map(Packet::encode).collect();
        let answer = self.http.post(&self.target, packets.join("\x1e")).await?;
        if answer == "ok" {
            return Ok(());
        }
        Err(Failure::unexpected("ok as the answer to a POST", &answer))
    }
}
// ANCHOR_END: polling

// ANCHOR: upgrade
/// Moves the session to a WebSocket, and returns what the last poll brought.
pub(crate) async fn upgrade(
    endpoint: &Endpoint,
    sid: &str,
    mut polling: Polling,
) -> Result<(WebSocket, Vec<Packet>), Failure> {
    // A poll stays on its way: the old transport serves until the new one does.
    let pending = tokio::spawn(async move { polling.poll().await });
    let mut socket = websocket(endpoint, Some(sid)).await?;
    // Does the new way carry? A proxy may let the handshake pass, and no frame.
    socket.send(Message::text("2probe")).await.map_err(Failure::ended)?;
    expect(&mut socket, "3probe").await?;
    // The server let the poll go, with a noop: nothing is on the old way now.
    let last = pending.await.map_err(Failure::ended)??;
    socket.send(Message::text("5")).await.map_err(Failure::ended)?;
    Ok((socket, last))
}
// ANCHOR_END: upgrade

/// Opens a session on a WebSocket from the start: no HTTP before, no upgrade.
pub(crate) async fn open_websocket(
    endpoint: &Endpoint,
) -> Result<(WebSocket, Handshake), Failure> {
    let mut socket = websocket(endpoint, None).await?;
    match socket.next().await.transpose().map_err(Failure::ended)? {
        Some(Message::Text(packet)) => Ok((socket, opened(&packet)?)),
        other => {
            Err(Failure::NotSocketIo { found: excerpt(&format!("{other:?}")) })
        }
    }
}

/// A WebSocket of this session, or of a new one.
async fn websocket(
    endpoint: &Endpoint,
    sid: Option<&str>,
) -> Result<WebSocket, Failure> {
    let url =
        format!("ws://{}{}", endpoint.host, endpoint.target("websocket", sid));
    let mut request = url.as_str().into_client_request().map_err(|_| {
        Failure::unexpected("a host and a session id that fit a URL", &url)
    })?;
    let key = BASE64.encode(endpoint.random::<16>());
    if let Ok(key) = key.parse() {
        request.headers_mut().insert("Sec-WebSocket-Key", key);
    }
    let config = WebSocketConfig::default().max_message_size(Some(4 << 20));
    let stream = endpoint.dial().await?;
    match client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(tungstenite::Error::Http(response)) => {
            let status = response.status().as_u16();
            let why = response.body().as_deref().unwrap_or_default();
            let why = excerpt(&String::from_utf8_lossy(why));
            match status {
                404 => {
                    Err(Failure::WrongPath { path: endpoint.path.clone(), status })
                }
                _ => Err(Failure::Refused { status, why }),
            }
        }
        Err(why) => Err(Failure::ended(why)),
    }
}

async fn expect(
    socket: &mut WebSocket,
    packet: &'static str,
) -> Result<(), Failure> {
    match socket.next().await.transpose().map_err(Failure::ended)? {
        Some(Message::Text(text)) if text.as_str() == packet => Ok(()),
        other => Err(Failure::unexpected(packet, &format!("{other:?}"))),
    }
}
