//! A member of the SFU lab's channels: the same stack as the lab's, on real sockets, from the other side. It publishes
//! on one connection, `up`, and is sent the others on another, `down`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::select_all;
use futures_util::{SinkExt, StreamExt};
use peer::{Config, Datagram, Event, Kind, Peer, RtpPacket};
use serde_json::{Value, json};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

/// Long enough for a busy machine; only a failure waits so long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often a picture and a piece of sound are sent.
const FRAME: Duration = Duration::from_millis(50);

/// Somebody who talks to the lab.
pub(crate) struct Member {
    pub(crate) uid: String,
    pub(crate) signaling: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// What the lab said, without its views.
    pub(crate) said: Vec<Value>,
    /// The newest of those.
    pub(crate) view: Value,
    pub(crate) views: u32,
    pub(crate) ended: bool,
    pub(crate) up: Option<Half>,
    pub(crate) down: Option<Half>,
    sends: Vec<Kind>,
    sequence: u16,
    due: Instant,
}

/// A connection, and what it told.
pub(crate) struct Half {
    socket: UdpSocket,
    pub(crate) peer: Peer,
    pub(crate) events: Vec<Event>,
    pub(crate) audio: u64,
    pub(crate) video: u64,
    pub(crate) texts: Vec<String>,
}

impl Member {
    /// Connects, and says nothing yet.
    pub(crate) async fn connect(url: impl IntoClientRequest + Unpin, uid: &str) -> Self {
        let (signaling, _) = connect_async(url).await.unwrap();
        Self {
            uid: uid.to_owned(),
            signaling,
            said: Vec::new(),
            view: Value::Null,
            views: 0,
            ended: false,
            up: None,
            down: None,
            sends: Vec::new(),
            sequence: 0,
            due: Instant::now(),
        }
    }

    /// Says something. Where the lab has hung up meanwhile, what it said before that is still there to be heard.
    pub(crate) async fn say(&mut self, message: &Value) {
        let _ = self.signaling.send(Message::text(message.to_string())).await;
    }

    /// Asks to be let in, and waits for what is said to that.
    pub(crate) async fn join(&mut self, token: &str, channel: &str) -> Value {
        let message = json!({ "type": "join", "token": token, "channel": channel, "uid": self.uid });
        self.ask(&message).await
    }

    /// The verdict on a message. What else is said meanwhile, as offers are, is none.
    pub(crate) async fn ask(&mut self, message: &Value) -> Value {
        let before = self.said.len();
        self.say(message).await;
        self.verdict(before, &format!("a verdict on {message:.300}")).await
    }

    /// The first verdict since so much was said.
    pub(crate) async fn verdict(&mut self, before: usize, what: &str) -> Value {
        let verdicts = ["joined", "renewed", "refused", "bye"];
        let find = |member: &Self| {
            let said = member.said.get(before..).unwrap_or_default();
            said.iter().find(|said| verdicts.contains(&said["type"].as_str().unwrap())).cloned()
        };
        self.until(what, |member| find(member).is_some()).await;
        find(self).unwrap()
    }

    /// Offers tracks of those kinds and a data channel.
    pub(crate) async fn publish(&mut self, kinds: &[Kind]) {
        let mut half = Half::new().await;
        for kind in kinds {
            half.peer.add_track(*kind).unwrap();
        }
        half.peer.open_channel("data").unwrap();
        let offer = half.peer.offer(Instant::now()).unwrap();
        self.up = Some(half);
        self.sends = kinds.to_vec();
        self.say(&json!({ "type": "offer", "sdp": offer })).await;
    }

    /// Says something to all others, once the channel for that is open.
    pub(crate) async fn tell_all(&mut self, text: &str) {
        self.until("an open channel up", |member| {
            member.up.as_ref().is_some_and(|up| up.channel().is_some())
        })
        .await;
        let up = self.up.as_mut().unwrap();
        let channel = up.channel().unwrap();
        up.peer.send_text(channel, text, Instant::now()).unwrap();
    }

    /// The addresses from which its datagrams come.
    pub(crate) fn addresses(&self) -> Vec<SocketAddr> {
        self.up.iter().chain(&self.down).map(|half| half.socket.local_addr().unwrap()).collect()
    }

    /// The last message of a type.
    pub(crate) fn last(&self, kind: &str) -> Option<&Value> {
        self.said.iter().rev().find(|said| said["type"] == kind)
    }

    /// How much came down so far: packets of audio, of video, and texts.
    pub(crate) fn got(&self) -> (u64, u64, usize) {
        self.down.as_ref().map_or((0, 0, 0), |down| (down.audio, down.video, down.texts.len()))
    }

    /// Goes on until something holds.
    pub(crate) async fn until(&mut self, what: &str, mut holds: impl FnMut(&mut Self) -> bool) {
        until_all(what, &mut [self], |members| holds(members[0])).await;
    }

    /// One step: what is to be sent, and then whatever comes first.
    async fn turn(&mut self) {
        let now = Instant::now();
        if now >= self.due {
            self.due = now + FRAME;
            self.sequence = self.sequence.wrapping_add(1);
            if let Some(up) = &mut self.up {
                for kind in &self.sends {
                    // Not before DTLS is through.
                    let _ = up.peer.send_rtp(*kind, packet(*kind, self.sequence), now);
                }
            }
        }
        let mut wake = self.due;
        for half in self.up.iter_mut().chain(&mut self.down) {
            half.pump();
            let due = half.peer.poll_timeout().unwrap_or(wake);
            wake = wake.min(due.max(now + Duration::from_millis(1)));
        }
        tokio::select! {
            message = self.signaling.next(), if !self.ended => self.signaled(message).await,
            () = receive(&mut self.up) => {}
            () = receive(&mut self.down) => {}
            () = sleep_until(wake.into()) => {
                for half in self.up.iter_mut().chain(&mut self.down) {
                    half.peer.handle_timeout(Instant::now()).unwrap();
                }
            }
        }
    }

    async fn signaled(&mut self, message: Option<Result<Message, tungstenite::Error>>) {
        let Some(Ok(message)) = message else {
            self.ended = true;
            return;
        };
        let Message::Text(text) = message else { return };
        let said: Value = serde_json::from_str(&text).unwrap();
        match said["type"].as_str().unwrap() {
            "view" => {
                self.view = said;
                self.views += 1;
                return;
            }
            "answer" => {
                // One without a connection has offered for somebody else.
                if let Some(up) = &mut self.up {
                    up.peer.accept(said["sdp"].as_str().unwrap(), Instant::now()).unwrap();
                }
            }
            "offer" => {
                if self.down.is_none() {
                    self.down = Some(Half::new().await);
                }
                let (peer, now) = (&mut self.down.as_mut().unwrap().peer, Instant::now());
                peer.take_offer(said["sdp"].as_str().unwrap(), now).unwrap();
                let answer = peer.answer(now).unwrap();
                self.say(&json!({ "type": "answer", "sdp": answer })).await;
            }
            _ => {}
        }
        self.said.push(said);
    }
}

/// Has all of them go on until something holds.
pub(crate) async fn until_all(
    what: &str,
    members: &mut [&mut Member],
    mut holds: impl FnMut(&mut [&mut Member]) -> bool,
) {
    let going = async {
        while !holds(members) {
            select_all(members.iter_mut().map(|member| Box::pin(member.turn()))).await;
        }
    };
    if timeout(PATIENCE, going).await.is_err() {
        let mut told = String::new();
        for member in members {
            let states = |half: &Option<Half>| half.as_ref().map(|half| format!("{:?}", half.peer.states()));
            told += &format!(
                "\n{} got {:?}, ended {}, up {:?}, down {:?}, said {:.2000?}, sees {}",
                member.uid,
                member.got(),
                member.ended,
                states(&member.up),
                states(&member.down),
                member.said,
                member.view
            );
        }
        panic!("never: {what}{told}");
    }
}

impl Half {
    async fn new() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let mut peer = Peer::new(Config { key_log: None, media: true }, Instant::now()).unwrap();
        peer.add_host(socket.local_addr().unwrap()).unwrap();
        Self { socket, peer, events: Vec::new(), audio: 0, video: 0, texts: Vec::new() }
    }

    fn channel(&self) -> Option<peer::ChannelId> {
        self.events.iter().find_map(|event| match event {
            Event::Channel { id, state: "open", .. } => Some(*id),
            _ => None,
        })
    }

    fn pump(&mut self) {
        while let Some(event) = self.peer.poll_event() {
            match event {
                Event::Rtp { track, .. } => match self.peer.kind_of(&track) {
                    Some(Kind::Audio) => self.audio += 1,
                    Some(Kind::Video) => self.video += 1,
                    None => {}
                },
                Event::Text(_, text) => self.texts.push(text),
                other => self.events.push(other),
            }
        }
        while let Some(Datagram { to, bytes, .. }) = self.peer.poll_transmit() {
            let _ = self.socket.try_send_to(&bytes, to);
        }
    }
}

/// Takes a datagram; never, where there is no connection.
async fn receive(half: &mut Option<Half>) {
    let Some(half) = half else { return std::future::pending().await };
    let mut buffer = [0; 4096];
    if let Ok((len, from)) = half.socket.recv_from(&mut buffer).await {
        let to = half.socket.local_addr().unwrap();
        let datagram = Datagram { from, to, bytes: buffer[..len].to_vec() };
        let _ = half.peer.handle(&datagram, Instant::now());
    }
}

/// A whole picture of 320 by 180, each time, or 20 ms of sound.
fn packet(kind: Kind, sequence: u16) -> RtpPacket {
    let mut packet = RtpPacket::default();
    packet.header.version = 2;
    packet.header.sequence_number = sequence;
    packet.header.marker = true;
    (packet.header.timestamp, packet.payload) = match kind {
        // RFC 7741 section 4.2: S is set; RFC 6386 section 9.1: a key frame that is shown, start code, width, height.
        Kind::Video => (
            u32::from(sequence) * 4500,
            vec![0x10, 0x10, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00, 1, 2, 3, 4].into(),
        ),
        Kind::Audio => (u32::from(sequence) * 960, vec![0xf8, 0xff, 0xfe].into()),
    };
    packet
}
