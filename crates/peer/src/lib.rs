//! A real WebRTC peer, hosted: the sans-IO stack of the `rtc` crate, without a socket or a clock of its own.
//!
//! ```text
//!    offer, answer, candidates          datagrams from the network, the time
//!                |                                     |
//!                v                                     v
//!           +---------------------------------------------------+
//!           |  Peer: ICE, DTLS, SCTP, data channels, RTP        |
//!           +---------------------------------------------------+
//!                |                |                    |
//!                v                v                    v
//!             events       datagrams to send    when to be woken
//! ```
//!
//! Whoever hosts it owns sockets and clock: a task on a real socket, or a simulator in virtual time. The host calls
//! [`Peer::handle`] for each datagram and [`Peer::handle_timeout`] when [`Peer::poll_timeout`] has come, and after each
//! call takes what there is from [`Peer::poll_transmit`] and [`Peer::poll_event`] until both are empty.
//!
//! What this peer holds to, whatever its host does: no mDNS, as it would need sockets; no certificate but ECDSA P-256
//! (Ed25519 fails in `rtc` 0.21.1); candidates that it cannot use are told apart from those that are wrong.

mod candidate;
mod error;
mod media;
mod negotiate;
mod picture;
mod state;

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

use bytes::BytesMut;
use rtc::data_channel::RTCDataChannelId;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent, RTCTrackEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::sansio::Protocol;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

pub use candidate::Taken;
pub use error::Error;
pub use media::Mirror;
pub use rtc::rtp::Packet as RtpPacket;
pub use state::{Part, States};

/// What a peer is made with.
#[derive(Clone, Default)]
pub struct Config {
    /// Told the lines of a TLS key log as the keys are made. Without it no key leaves the peer.
    pub key_log: Option<keylog::Sink>,
    /// Whether it takes audio (Opus) and video (VP8). A call without them negotiates its data channel only.
    pub media: bool,
}

impl std::fmt::Debug for Config {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { key_log, media } = self;
        f.debug_struct("Config").field("key_log", &key_log.is_some()).field("media", media).finish()
    }
}

/// A datagram on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Datagram {
    /// Where it was sent from; of one to send, the socket that sends it.
    pub from: SocketAddr,
    /// Where it goes.
    pub to: SocketAddr,
    /// The UDP payload.
    pub bytes: Vec<u8>,
}

/// Names a data channel of one peer.
pub type ChannelId = RTCDataChannelId;

/// Something that happened in a peer.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A part is in a new state, by the name that the W3C gives it.
    State(Part, String),
    /// A data channel is `open`, `closing` or `closed`.
    Channel {
        /// Which one.
        id: ChannelId,
        /// What the side that opened it called it.
        label: String,
        /// Its `readyState`.
        state: &'static str,
    },
    /// A text message. What is not UTF-8, although it was sent as text, has its bad bytes replaced.
    Text(ChannelId, String),
    /// A binary message.
    Binary(ChannelId, Vec<u8>),
    /// ICE uses another pair now: the candidates of this side and of the other, as SDP writes them.
    Pair {
        /// Ours.
        local: String,
        /// Theirs; `typ prflx` where it was learned from a check.
        remote: String,
    },
    /// Media begins to come in.
    Track {
        /// Names it in [`Event::Rtp`].
        id: String,
        /// Audio or video.
        kind: Kind,
    },
    /// A packet of media, decrypted.
    Rtp {
        /// The track.
        track: String,
        /// The packet.
        packet: Box<RtpPacket>,
    },
    /// The other side cannot decode without a whole picture ([RFC 4585 section 6.3.1]).
    ///
    /// [RFC 4585 section 6.3.1]: https://www.rfc-editor.org/rfc/rfc4585#section-6.3.1
    PictureWanted,
}

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Opus.
    Audio,
    /// VP8.
    Video,
}

impl Kind {
    /// As SDP writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// So many events may wait for the host. More messages stay in SCTP, which then tells the other side to wait; more
/// media is lost, as media may be.
const MOST_EVENTS: usize = 64;

/// One end of a call.
pub struct Peer {
    connection: RTCPeerConnection,
    states: States,
    pair: Option<(String, String)>,
    events: VecDeque<Event>,
    tracks: media::Tracks,
    /// Those that are open.
    channels: BTreeSet<ChannelId>,
    /// Whether the other side's offer makes it the client of DTLS, and this side the server.
    passive: bool,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer").field("states", &self.states).field("pair", &self.pair).finish_non_exhaustive()
    }
}

impl Peer {
    /// A peer that has not been told of anybody yet.
    ///
    /// # Errors
    /// If a key cannot be made.
    pub fn new(config: Config, now: Instant) -> Result<Self, Error> {
        let connection = negotiate::connection(config, now)?;
        let mut peer = Self {
            connection,
            states: States::default(),
            pair: None,
            events: VecDeque::new(),
            tracks: media::Tracks::default(),
            channels: BTreeSet::new(),
            passive: false,
        };
        peer.notice();
        Ok(peer)
    }

    /// Takes a datagram that arrived. What nobody can read, and what comes too early, is dropped.
    ///
    /// # Errors
    /// What the stack made of it; the peer goes on.
    pub fn handle(&mut self, datagram: &Datagram, now: Instant) -> Result<(), Error> {
        let transport = TransportContext {
            local_addr: datagram.to,
            peer_addr: datagram.from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = BytesMut::from(datagram.bytes.as_slice());
        let handled = self.connection.handle_read(TaggedBytesMut { now, transport, message });
        self.notice();
        Ok(handled?)
    }

    /// Does what is due at `now`.
    ///
    /// # Errors
    /// What the stack could not do. It may be due again at once: give up the peer.
    pub fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        let handled = self.connection.handle_timeout(now);
        self.notice();
        Ok(handled?)
    }

    /// When [`Peer::handle_timeout`] wants to be called; `None` while nothing is waited for.
    #[must_use]
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.connection.poll_timeout()
    }

    /// The next datagram to send.
    #[must_use]
    pub fn poll_transmit(&mut self) -> Option<Datagram> {
        let TaggedBytesMut { transport, message, .. } = self.connection.poll_write()?;
        Some(Datagram { from: transport.local_addr, to: transport.peer_addr, bytes: message.to_vec() })
    }

    /// What happened next.
    #[must_use]
    pub fn poll_event(&mut self) -> Option<Event> {
        self.notice();
        self.events.pop_front()
    }

    /// What state each part is in.
    #[must_use]
    pub fn states(&self) -> &States {
        &self.states
    }

    /// Opens a data channel: ordered and reliable, announced in band by DCEP ([RFC 8832]).
    ///
    /// # Errors
    /// If the peer is closed.
    ///
    /// [RFC 8832]: https://www.rfc-editor.org/rfc/rfc8832
    pub fn open_channel(&mut self, label: &str) -> Result<ChannelId, Error> {
        Ok(self.connection.create_data_channel(label, None)?.id())
    }

    /// Sends text.
    ///
    /// # Errors
    /// Where the channel is not open, or the message longer than the other side takes.
    pub fn send_text(&mut self, channel: ChannelId, text: &str, now: Instant) -> Result<(), Error> {
        let mut channel = self.connection.data_channel(channel).ok_or(Error::NoChannel)?;
        Ok(channel.send_text(now, text)?)
    }

    /// Sends bytes.
    ///
    /// # Errors
    /// As [`Peer::send_text`].
    pub fn send_binary(&mut self, channel: ChannelId, bytes: &[u8], now: Instant) -> Result<(), Error> {
        let mut channel = self.connection.data_channel(channel).ok_or(Error::NoChannel)?;
        Ok(channel.send(now, BytesMut::from(bytes))?)
    }

    /// How many bytes of messages the other side has not acknowledged yet, over all channels that are open.
    #[must_use]
    pub fn unacknowledged(&mut self) -> usize {
        let connection = &mut self.connection;
        let outstanding =
            |id: &ChannelId| connection.data_channel(*id).map_or(0, |one| one.outstanding_bytes());
        self.channels.iter().map(outstanding).sum()
    }

    /// How many data channels are open, by whichever side.
    #[must_use]
    pub fn channel_count(&self) -> usize {
        self.channels.len()
    }

    /// Says goodbye: an SCTP ABORT and a DTLS `close_notify` stand ready in [`Peer::poll_transmit`]. A host that only
    /// drops the peer leaves the other side to find out by itself.
    ///
    /// # Errors
    /// What the stack could not end; it is closed all the same.
    pub fn close(&mut self) -> Result<(), Error> {
        let closed = self.connection.close();
        self.notice();
        Ok(closed?)
    }

    /// Moves what the stack has to tell into our own queue, and looks at what it does not tell of.
    fn notice(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            self.translate(event);
        }
        while let Some(TaggedRTCMessage { message, .. }) = self.next_message() {
            self.deliver(message);
        }
        // To have read may have made events.
        while let Some(event) = self.connection.poll_event() {
            self.translate(event);
        }
        self.look();
    }

    fn translate(&mut self, event: RTCPeerConnectionEvent) {
        match event {
            RTCPeerConnectionEvent::OnDataChannel(event) => {
                let (id, state) = match event {
                    RTCDataChannelEvent::OnOpen(id) => (id, "open"),
                    RTCDataChannelEvent::OnClosing(id) => (id, "closing"),
                    RTCDataChannelEvent::OnClose(id) => (id, "closed"),
                    _ => return,
                };
                match state {
                    "open" => _ = self.channels.insert(id),
                    "closed" => _ = self.channels.remove(&id),
                    _ => {}
                }
                let channel = self.connection.data_channel(id);
                let label = channel.map(|channel| channel.label().to_owned()).unwrap_or_default();
                self.events.push_back(Event::Channel { id, label, state });
            }
            RTCPeerConnectionEvent::OnTrack(RTCTrackEvent::OnOpen(opened)) => {
                if let Some(kind) = self.tracks.opened(&mut self.connection, &opened) {
                    self.events.push_back(Event::Track { id: opened.track_id, kind });
                }
            }
            other => {
                if let Some((part, state)) = state::told(&other) {
                    self.enter(part, state);
                }
            }
        }
    }

    fn next_message(&mut self) -> Option<TaggedRTCMessage> {
        if self.events.len() < MOST_EVENTS {
            self.connection.poll_read()
        } else {
            self.connection.poll_media_read()
        }
    }

    fn deliver(&mut self, message: RTCMessage) {
        self.events.push_back(match message {
            RTCMessage::DataChannelMessage(id, message) if message.is_string => {
                Event::Text(id, String::from_utf8_lossy(&message.data).into_owned())
            }
            RTCMessage::DataChannelMessage(id, message) => Event::Binary(id, message.data.to_vec()),
            RTCMessage::RtpPacket(track, packet) if self.events.len() < MOST_EVENTS => {
                Event::Rtp { track, packet: Box::new(packet) }
            }
            RTCMessage::RtcpPacket(_, packets)
                if packets.iter().any(|packet| picture::is_wanted(packet.as_ref())) =>
            {
                Event::PictureWanted
            }
            _ => return,
        });
    }

    /// The stack has no events for DTLS, SCTP and the pair.
    fn look(&mut self) {
        let Some(sctp) = self.connection.sctp() else { return };
        let dtls = sctp.transport();
        let states = [(Part::Dtls, dtls.state().to_string()), (Part::Sctp, sctp.state().to_string())];
        let pair = dtls.ice_transport().get_selected_candidate_pair().map(|pair| {
            let line = |candidate: &rtc::peer_connection::transport::RTCIceCandidate| {
                candidate.to_json().map(|json| json.candidate).unwrap_or_default()
            };
            (line(pair.local()), line(pair.remote()))
        });
        for (part, state) in states {
            self.enter(part, state);
        }
        if let Some((local, remote)) = pair.filter(|pair| self.pair.as_ref() != Some(pair)) {
            self.pair = Some((local.clone(), remote.clone()));
            self.events.push_back(Event::Pair { local, remote });
        }
    }

    fn enter(&mut self, part: Part, state: String) {
        if self.states.enter(part, &state) {
            self.events.push_back(Event::State(part, state));
        }
    }
}
