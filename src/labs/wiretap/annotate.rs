//! From what happened on the port to what the page is told.
//!
//! Every packet is dissected, since the next one of its stream cannot be read without it. Whether it is shown
//! depends on how fast they come and on how fast the page takes them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::Instant;
use wire::Session;
use wire::render::html::{self, PacketView};
use wire::trace::{Event, Secrets, Transport};

use super::record::{Item, No, Packet, Recording, State};

/// So many packets are shown within a [`WINDOW`]; more are of no use to anybody.
const SHOWN: u32 = 64;
const WINDOW: Duration = Duration::from_millis(250);
/// So many bytes of messages may wait for the page.
const UNSENT: usize = 2 << 20;

/// What the page is told, as JSON.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Say {
    /// The port is open.
    Open { address: SocketAddr },
    /// One piece of a connection.
    Packet {
        /// Counted from 1, over all connections of the port; one that was lost has a number too.
        no: u32,
        connection: No,
        /// Whether the reader's browser sent it.
        sent: bool,
        /// `tcp`, or what the first byte of a datagram says that it is (RFC 7983): `stun`, `dtls`, `data`, `rtp`, `rtcp`.
        kind: &'static str,
        /// Seconds since the Unix epoch.
        at: f64,
        from: SocketAddr,
        to: SocketAddr,
        bytes: usize,
        /// What it says, in a line.
        summary: String,
        /// Taken apart: `<figure class="packet">`, whose ids begin with `LAB-live-NO`.
        html: String,
    },
    /// So many packets were not shown, as they came too fast.
    Lost { count: u64 },
    /// What the lab's server says of a connection, in its own words.
    State { connection: No, state: Value },
    /// A connection came or went.
    Connection { no: No, state: &'static str },
}

/// A message, and the room that it takes until it is sent.
pub(super) struct Outgoing {
    pub(super) json: String,
    _room: OwnedSemaphorePermit,
}

pub(super) struct Annotator<'a> {
    lab: &'static str,
    recording: &'a Recording,
    out: mpsc::Sender<Outgoing>,
    room: Arc<Semaphore>,
    session: Session,
    /// The two ends of each connection that is open.
    ends: BTreeMap<No, (SocketAddr, SocketAddr)>,
    lost: u64,
    /// When the packets that were shown are forgotten, and those that were not are told of.
    until: Instant,
    shown: u32,
}

impl Say {
    pub(super) fn json(&self) -> String {
        // Strings and finite numbers always have a JSON form.
        serde_json::to_string(self).unwrap_or_default()
    }
}

impl<'a> Annotator<'a> {
    pub(super) fn new(lab: &'static str, recording: &'a Recording, out: mpsc::Sender<Outgoing>) -> Self {
        Self {
            lab,
            recording,
            out,
            room: Arc::new(Semaphore::new(UNSENT)),
            session: Session::new(None),
            ends: BTreeMap::new(),
            lost: 0,
            until: Instant::now(),
            shown: 0,
        }
    }

    /// Annotates until nobody takes the messages any more.
    pub(super) async fn run(mut self) {
        while !self.out.is_closed() {
            let item = tokio::select! {
                item = self.recording.next() => Some(item),
                () = tokio::time::sleep_until(self.until), if self.lost > 0 => None,
            };
            self.lost += self.recording.take_lost();
            if self.until <= Instant::now() {
                self.begin_window().await;
            }
            match item {
                Some(Item::Packet(packet)) => self.packet(&packet),
                Some(Item::Secret(line)) => self.session.learn(&Secrets::tls_key_log(line)),
                Some(Item::State(State { connection, state, .. })) => {
                    self.say(Say::State { connection, state }).await;
                }
                Some(Item::Opened(no)) => {
                    self.say(Say::Connection { no, state: "open" }).await;
                }
                Some(Item::Closed(no, place)) => {
                    if let Some((from, to)) = self.ends.remove(&no) {
                        self.session.closed(from, to);
                    }
                    drop(place);
                    self.say(Say::Connection { no, state: "closed" }).await;
                }
                None => {}
            }
            // To dissect takes time, and nothing above waits while there is more to do.
            tokio::task::yield_now().await;
        }
    }

    async fn begin_window(&mut self) {
        if self.lost > 0 {
            let count = std::mem::take(&mut self.lost);
            self.say(Say::Lost { count }).await;
        }
        self.until = Instant::now() + WINDOW;
        self.shown = 0;
    }

    /// What must arrive: waits until the page has taken enough of what was sent before.
    async fn say(&mut self, say: Say) {
        let json = say.json();
        let Some(size) = u32::try_from(json.len()).ok().filter(|_| json.len() <= UNSENT) else {
            self.lost += 1;
            return;
        };
        // Once the page is gone, nobody needs it.
        let Ok(room) = Arc::clone(&self.room).acquire_many_owned(size).await else { return };
        let _ = self.out.send(Outgoing { json, _room: room }).await;
    }

    fn packet(&mut self, packet: &Packet) {
        let Packet { connection, sent, ref event } = *packet;
        if event.transport == Transport::Tcp {
            self.ends.entry(connection).or_insert((event.from, event.to));
        }
        let d = self.session.dissect(event);
        if self.shown >= SHOWN {
            self.lost += 1;
            return;
        }
        let no = event.packet.unwrap_or_default();
        let (id, summary) = (format!("{}-live-{no}", self.lab), d.summary());
        let detail = format!("packet {no}, {} to {}", event.from, event.to);
        let view = PacketView { detail: Some(&detail), ..PacketView::new(&id) };
        let mut html = String::new();
        // Writing to a String cannot fail.
        let _ = html::packet(&d, &view, &mut html);
        let Event { at, from, to, .. } = **event;
        let (at, bytes, kind) = (at.as_secs_f64(), event.bytes.len(), kind(event));
        let json = Say::Packet { no, connection, sent, kind, at, from, to, bytes, summary, html }.json();
        match self.try_send(json) {
            Some(()) => self.shown += 1,
            None => self.lost += 1,
        }
    }

    /// Sends, unless the page is behind.
    fn try_send(&self, json: String) -> Option<()> {
        if json.len() > UNSENT {
            return None;
        }
        let size = u32::try_from(json.len()).ok()?;
        let room = Arc::clone(&self.room).try_acquire_many_owned(size).ok()?;
        self.out.try_send(Outgoing { json, _room: room }).ok()
    }
}

/// For a page to tell packets apart at a glance; what they say is the session's affair. RTP and RTCP by RFC 5761
/// section 4, what is inside DTLS by its content type (RFC 6347 section 4.1).
fn kind(event: &Event) -> &'static str {
    match (event.transport, event.bytes.first(), event.bytes.get(1)) {
        (Transport::Tcp, ..) => "tcp",
        (_, Some(0..=3), _) => "stun",
        (_, Some(23), _) => "data",
        (_, Some(20..=63), _) => "dtls",
        (_, Some(128..=191), Some(192..=223)) => "rtcp",
        (_, Some(128..=191), _) => "rtp",
        _ => "udp",
    }
}
