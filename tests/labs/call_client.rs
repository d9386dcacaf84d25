//! A caller: the same stack as the lab's, on real sockets, from the other side.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use peer::{Config, Datagram, Event, Kind, Peer};
use serde_json::{Value, json};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::Message;

/// Long enough for a busy machine; only a failure waits so long.
const PATIENCE: Duration = Duration::from_secs(60);

/// One end of a call with the lab.
pub(crate) struct Client {
    pub(crate) signaling: WebSocketStream<MaybeTlsStream<TcpStream>>,
    socket: UdpSocket,
    pub(crate) peer: Peer,
    /// What the peer told.
    pub(crate) events: Vec<Event>,
    /// What the lab said.
    pub(crate) said: Vec<Value>,
    pub(crate) ended: bool,
}

impl Client {
    /// Offers a data channel, and video where it is wanted.
    pub(crate) async fn dial(url: &str, video: bool) -> Self {
        let (signaling, _) = connect_async(url).await.unwrap();
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let now = Instant::now();
        let mut peer = Peer::new(Config { key_log: None, media: video }, now).unwrap();
        peer.open_channel("chat").unwrap();
        if video {
            peer.add_track(Kind::Video).unwrap();
        }
        peer.add_host(socket.local_addr().unwrap()).unwrap();
        let offer = peer.offer(now).unwrap();
        let mut client = Self { signaling, socket, peer, events: Vec::new(), said: Vec::new(), ended: false };
        client.signal(&json!({ "type": "offer", "sdp": offer })).await;
        client
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) async fn signal(&mut self, message: &Value) {
        self.signaling.send(Message::text(message.to_string())).await.unwrap();
    }

    /// Goes on until something holds.
    pub(crate) async fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        let going = async {
            while !holds(self) {
                self.turn().await;
            }
        };
        if timeout(PATIENCE, going).await.is_err() {
            panic!("never: {what}; said {:?}, states {:?}", self.said, self.peer.states());
        }
    }

    /// Says "ping" and waits for the answer.
    pub(crate) async fn ping(&mut self) {
        self.until("an open channel", |client| client.channel().is_some()).await;
        let before = self.texts().len();
        self.say("ping");
        self.until("pong", |client| client.texts().get(before).is_some_and(|text| *text == "pong")).await;
    }

    pub(crate) fn say(&mut self, text: &str) {
        let channel = self.channel().unwrap();
        self.peer.send_text(channel, text, Instant::now()).unwrap();
    }

    pub(crate) fn channel(&self) -> Option<peer::ChannelId> {
        self.events.iter().find_map(|event| match event {
            Event::Channel { id, state: "open", .. } => Some(*id),
            _ => None,
        })
    }

    pub(crate) fn texts(&self) -> Vec<&str> {
        fn text(event: &Event) -> Option<&str> {
            match event {
                Event::Text(_, text) => Some(text),
                _ => None,
            }
        }
        self.events.iter().filter_map(text).collect()
    }

    /// One step: what is to be sent, and then whatever comes first.
    pub(crate) async fn turn(&mut self) {
        while let Some(event) = self.peer.poll_event() {
            self.events.push(event);
        }
        while let Some(Datagram { to, bytes, .. }) = self.peer.poll_transmit() {
            let _ = self.socket.send_to(&bytes, to).await;
        }
        let now = Instant::now();
        let due = self.peer.poll_timeout().unwrap_or(now + PATIENCE).max(now + Duration::from_millis(1));
        let mut buffer = [0; 4096];
        tokio::select! {
            message = self.signaling.next(), if !self.ended => self.signaled(message),
            Ok((len, from)) = self.socket.recv_from(&mut buffer) => {
                let to = self.socket.local_addr().unwrap();
                let datagram = Datagram { from, to, bytes: buffer[..len].to_vec() };
                let _ = self.peer.handle(&datagram, Instant::now());
            }
            () = sleep_until(due.into()) => self.peer.handle_timeout(Instant::now()).unwrap(),
        }
    }

    fn signaled(&mut self, message: Option<Result<Message, tungstenite::Error>>) {
        let Some(Ok(message)) = message else {
            self.ended = true;
            return;
        };
        let Message::Text(text) = message else { return };
        let said: Value = serde_json::from_str(&text).unwrap();
        match said["type"].as_str().unwrap() {
            "answer" => self.peer.accept(said["sdp"].as_str().unwrap(), Instant::now()).unwrap(),
            "candidate" => {
                self.peer.add_remote(said["candidate"].as_str().unwrap()).unwrap();
            }
            _ => {}
        }
        self.said.push(said);
    }
}
