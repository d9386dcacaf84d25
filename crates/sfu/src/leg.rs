//! One of a member's two connections: the stack, and what is around it.
//!
//! The SFU has one address that everybody reaches, so it is an ICE-lite agent ([RFC 8445 section 2.5]): it checks nothing by itself,
//! the browser chooses the pair. To the stack, the member is always at the address of its first check, its *alias*:
//! `rtc` 0.21.1 would neither leave a selected pair before it has failed nor forget candidates that
//! a hostile member makes by the thousand. So a member that moves is followed here, by the check that nominates from elsewhere.
//!
//! [RFC 8445 section 2.5]: https://www.rfc-editor.org/rfc/rfc8445#section-2.5

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use rtc::data_channel::RTCDataChannelId;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error as StackError;
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};

use crate::check::{self, Check};
use crate::description::Description;
use crate::meter::Bucket;
use crate::tap::{Heard, Shared};
use crate::{Datagram, Limits, engine};

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Side {
    /// The member sends.
    Up,
    /// The member is sent to.
    Down,
}

/// What came over the data channel.
#[derive(Debug)]
pub(crate) enum Message {
    Text(String),
    Binary(BytesMut),
}

/// Between two calls of the stack's timers.
const AT_LEAST: Duration = Duration::from_millis(1);
/// Whose checks nominate no longer is followed elsewhere after so long.
const STALE: Duration = Duration::from_secs(4);

/// Who opens more channels than this beside the one that is used has its connection closed.
const MOST_OTHERS: usize = 16;
/// As the W3C calls it.
const CLOSED: &str = "closed";

pub(crate) struct Leg {
    side: Side,
    connection: RTCPeerConnection,
    shared: Shared,
    address: SocketAddr,
    /// Where the stack thinks the member is.
    alias: Option<SocketAddr>,
    /// Where it is.
    pub(crate) remote: Option<SocketAddr>,
    heard_there: Option<Instant>,
    /// Where checks came from that were signed, the newest last.
    pub(crate) known: VecDeque<SocketAddr>,
    /// Ours: what checks name.
    pub(crate) ufrag: String,
    password: String,
    /// Theirs: a new one is a new connection of theirs.
    pub(crate) fingerprint: String,
    /// Whether the other side's offer makes it the client of DTLS.
    passive: bool,
    /// When the last datagram came.
    pub(crate) heard: Option<Instant>,
    /// When both descriptions were known.
    pub(crate) agreed: Option<Instant>,
    /// When the stack wants to be called, as last asked.
    pub(crate) deadline: Option<Instant>,
    pub(crate) state: String,
    /// SSRCs that came.
    streams: BTreeSet<u32>,
    channel: Option<RTCDataChannelId>,
    /// How many channels were opened beside it.
    others: usize,
    messages: VecDeque<Message>,
    packets: Bucket,
    limits: Limits,
}

impl std::fmt::Debug for Leg {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leg")
            .field("state", &self.state)
            .field("remote", &self.remote)
            .finish_non_exhaustive()
    }
}

impl Leg {
    pub(crate) fn new(
        side: Side,
        address: SocketAddr,
        limits: Limits,
        key_log: Option<keylog::Sink>,
        now: Instant,
    ) -> Result<Self, StackError> {
        let shared = Shared::default();
        let mut connection = engine::connection(side, &shared, &limits, key_log, now)?;
        if side == Side::Down {
            connection.create_data_channel("data", None)?;
        }
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port: address.port(),
                component: 1,
                ..CandidateConfig::default()
            },
            ..CandidateHostConfig::default()
        };
        connection.add_local_candidate(RTCIceCandidate::from(&candidate.new_candidate_host()?).to_json()?)?;
        connection.add_local_candidate(RTCIceCandidateInit::default())?;
        Ok(Self {
            side,
            connection,
            shared,
            address,
            alias: None,
            remote: None,
            heard_there: None,
            known: VecDeque::new(),
            ufrag: String::new(),
            password: String::new(),
            fingerprint: String::new(),
            passive: false,
            heard: None,
            agreed: None,
            deadline: None,
            state: "new".to_owned(),
            streams: BTreeSet::new(),
            channel: None,
            others: 0,
            messages: VecDeque::new(),
            packets: Bucket::new(limits.packets, now),
            limits,
        })
    }

    /// The stack itself, to add tracks and to turn directions.
    pub(crate) fn stack(&mut self) -> &mut RTCPeerConnection {
        &mut self.connection
    }

    /// An offer of ours.
    pub(crate) fn offer(&mut self, now: Instant) -> Result<String, StackError> {
        let offer = self.connection.create_offer(None)?;
        self.connection.set_local_description(now, offer)?;
        Ok(self.described())
    }

    /// Takes the answer to it.
    pub(crate) fn accept(
        &mut self,
        answer: RTCSessionDescription,
        read: &Description,
        now: Instant,
    ) -> Result<(), StackError> {
        self.connection.set_remote_description(now, answer)?;
        self.fingerprint.clone_from(&read.fingerprint);
        self.agreed.get_or_insert(now);
        self.settle();
        Ok(())
    }

    /// Takes an offer of theirs.
    pub(crate) fn take(
        &mut self,
        offer: RTCSessionDescription,
        read: &Description,
        now: Instant,
    ) -> Result<(), StackError> {
        self.connection.set_remote_description(now, offer)?;
        self.fingerprint.clone_from(&read.fingerprint);
        match read.setup.as_str() {
            "active" => self.passive = true,
            "passive" => self.passive = false,
            // A later offer leaves the roles as they are.
            _ => {}
        }
        Ok(())
    }

    /// The answer to it.
    pub(crate) fn answer(&mut self, now: Instant) -> Result<String, StackError> {
        let answer = self.connection.create_answer(None)?;
        self.connection.set_local_description(now, answer)?;
        self.agreed.get_or_insert(now);
        let answer = self.described();
        // The stack says active whatever the offer says: both ends would wait for the other (RFC 8842 section 5.3).
        Ok(if self.passive { answer.replace("a=setup:active\r\n", "a=setup:passive\r\n") } else { answer })
    }

    /// Our description as it stands.
    fn described(&mut self) -> String {
        self.settle();
        let Some(local) = self.connection.local_description() else { return String::new() };
        if let Ok(read) = Description::read(&local, usize::MAX) {
            self.ufrag = read.ufrag;
            self.password = read.password;
        }
        local.sdp
    }

    /// Whether a datagram from an address that is not known yet is a check for this leg, signed; if so, it is known
    /// now. Gives the address that is forgotten for it.
    pub(crate) fn admit(&mut self, from: SocketAddr, check: &Check<'_>) -> Option<Option<SocketAddr>> {
        if !check.is_signed_with(&self.password) {
            return None;
        }
        // It may have been another leg's in between.
        self.known.retain(|address| *address != from);
        self.known.push_back(from);
        let old = (self.known.len() > self.limits.addresses).then(|| {
            let at = self.known.iter().position(|address| Some(*address) != self.remote).unwrap_or_default();
            self.known.remove(at)
        });
        Some(old.flatten())
    }

    /// Takes a datagram from an address that is known.
    pub(crate) fn receive(&mut self, from: SocketAddr, bytes: &[u8], now: Instant) {
        if !self.packets.take(now) || !self.wants(bytes) {
            return;
        }
        self.follow(from, bytes, now);
        let alias = *self.alias.get_or_insert(from);
        self.heard = Some(now);
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: alias,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        // What cannot be read is dropped: the member may send what it likes.
        let _ =
            self.connection.handle_read(TaggedBytesMut { now, transport, message: BytesMut::from(bytes) });
        self.settle();
    }

    /// No stream beyond those allowed. The stack keeps a state of SRTP and SRTCP for each SSRC that it ever met, even where
    /// the packet then proves to be nobody's: so they are counted here, before anything is decrypted.
    fn wants(&mut self, bytes: &[u8]) -> bool {
        let Some(&[first, second, _, _, a0, a1, a2, a3, b0, b1, b2, b3]) = bytes.first_chunk::<12>() else {
            return true;
        };
        if !(128..192).contains(&first) {
            return true;
        }
        // RTCP names its sender where RTP has the timestamp (RFC 3550 sections 5.1 and 6.4.1, RFC 5761 section 4).
        let is_rtcp = (192..224).contains(&second);
        let ssrc = u32::from_be_bytes(if is_rtcp { [a0, a1, a2, a3] } else { [b0, b1, b2, b3] });
        let may = self.streams.len() < self.limits.streams || self.streams.contains(&ssrc);
        if may {
            self.streams.insert(ssrc);
        }
        may
    }

    fn follow(&mut self, from: SocketAddr, bytes: &[u8], now: Instant) {
        if self.remote == Some(from) {
            self.heard_there = Some(now);
            return;
        }
        let stale = self.heard_there.is_none_or(|at| now.saturating_duration_since(at) > STALE);
        let moves = Check::read(bytes)
            .is_some_and(|check| (check.nominates || stale) && check.is_signed_with(&self.password));
        if self.remote.is_none() || moves {
            self.remote = Some(from);
            self.heard_there = Some(now);
        }
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Instant) {
        let _ = self.connection.handle_timeout(now);
        self.settle();
        // Whatever is wrong in there, a host does not turn in circles.
        self.deadline = self.deadline.map(|at| at.max(now + AT_LEAST));
    }

    /// The next datagram to send; answers to checks go back to `asker`.
    pub(crate) fn transmit(&mut self, asker: Option<SocketAddr>) -> Option<Datagram> {
        loop {
            let TaggedBytesMut { message, .. } = self.connection.poll_write()?;
            let to = if check::is_response(&message) { asker.or(self.remote) } else { self.remote };
            if let Some(to) = to {
                return Some(Datagram { from: self.address, to, bytes: message.to_vec() });
            }
        }
    }

    /// What was heard of media and feedback since the last time.
    pub(crate) fn fetch(&mut self) -> (Vec<rtc::rtp::Packet>, Vec<Box<dyn rtc::rtcp::Packet>>) {
        let mut heard = self.shared.lock();
        (std::mem::take(&mut heard.rtp), std::mem::take(&mut heard.rtcp))
    }

    pub(crate) fn heard<T>(&self, read: impl FnOnce(&Heard) -> T) -> T {
        read(&self.shared.lock())
    }

    pub(crate) fn next_message(&mut self) -> Option<Message> {
        self.messages.pop_front()
    }

    pub(crate) fn is_connected(&self) -> bool {
        self.state == "connected"
    }

    pub(crate) fn send_rtp(&mut self, packet: rtc::rtp::Packet, now: Instant) {
        // The stack finds the stream by the SSRC; a track's name would be for the application only.
        let message = RTCMessage::RtpPacket(Default::default(), packet);
        let _ = self.connection.handle_write(TaggedRTCMessage { now, message });
    }

    pub(crate) fn send_rtcp(&mut self, packet: impl rtc::rtcp::Packet + 'static, now: Instant) {
        let message = RTCMessage::RtcpPacket(Default::default(), vec![Box::new(packet)]);
        let _ = self.connection.handle_write(TaggedRTCMessage { now, message });
    }

    /// Sends on the data channel; `false` where it is not open, or the member is too slow.
    pub(crate) fn send_message(&mut self, message: &Message, now: Instant) -> bool {
        let Some(mut channel) = self.channel.and_then(|id| self.connection.data_channel(id)) else {
            return false;
        };
        if channel.outstanding_bytes() > self.limits.unacknowledged {
            return false;
        }
        let sent = match message {
            Message::Text(text) => channel.send_text(now, text.as_str()),
            Message::Binary(bytes) => channel.send(now, bytes.clone()),
        };
        self.ask_when();
        sent.is_ok()
    }

    /// Says goodbye; what is to be sent for it stands ready.
    pub(crate) fn close(&mut self) {
        let _ = self.connection.close();
        self.deadline = None;
    }

    /// Takes in what the stack has to tell.
    fn settle(&mut self) {
        self.notice();
        while let Some(TaggedRTCMessage { message, .. }) = self.connection.poll_read() {
            // What a member sends on the SFU's own channel is for nobody.
            if let RTCMessage::DataChannelMessage(id, message) = message
                && self.side == Side::Up
                && self.channel == Some(id)
                && self.messages.len() < self.limits.queue
            {
                self.messages.push_back(if message.is_string {
                    Message::Text(String::from_utf8_lossy(&message.data).into_owned())
                } else {
                    Message::Binary(message.data)
                });
            }
        }
        // To have read may have made events.
        self.notice();
        if self.others > MOST_OTHERS && self.state != CLOSED {
            self.close();
            CLOSED.clone_into(&mut self.state);
        }
        self.ask_when();
    }

    /// Asks the stack when it wants to be called.
    pub(crate) fn ask_when(&mut self) {
        self.deadline = self.connection.poll_timeout();
    }

    fn notice(&mut self) {
        while let Some(event) = self.connection.poll_event() {
            match event {
                RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => self.state = state.to_string(),
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                    let first = *self.channel.get_or_insert(id);
                    if let Some(mut other) = self.connection.data_channel(id).filter(|_| id != first) {
                        // Of channels one is enough. Each more is remembered until the member agrees that it is closed.
                        let _ = other.close();
                        self.others += 1;
                    }
                }
                RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnClose(id)) => {
                    self.channel = self.channel.filter(|open| *open != id);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_ssrcs_than_allowed_reach_the_stack_whether_by_rtp_or_by_rtcp() {
        let (now, address) = (Instant::now(), SocketAddr::from(([203, 0, 113, 5], 7000)));
        let limits = Limits { streams: 10, ..Limits::default() };
        let rtp = |ssrc: u32| [&[0x80, 96, 0, 1, 0, 0, 0, 0][..], &ssrc.to_be_bytes()].concat();
        let rtcp = |ssrc: u32| [&[0x81, 206, 0, 2][..], &ssrc.to_be_bytes(), &[0; 4]].concat();
        let mut leg = Leg::new(Side::Up, address, limits, None, now).unwrap();
        let mut count = |make: &dyn Fn(u32) -> Vec<u8>, ssrcs: std::ops::Range<u32>| {
            ssrcs.filter(|ssrc| leg.wants(&make(*ssrc))).count()
        };
        assert_eq!(count(&rtp, 0..6), 6);
        assert_eq!(count(&rtcp, 100..200), 4);
        assert_eq!(count(&rtp, 200..300), 0);
        assert_eq!((count(&rtp, 0..300), count(&rtcp, 0..300)), (10, 10), "those that are known");
        for other in [&[0, 1, 0, 0][..], &[22; 40], &[0x80; 11]] {
            assert!(leg.wants(other), "{other:?}");
        }
    }
}
