//! Audio and video: tracks in, tracks out, and a mirror that joins them. Packets only; nothing is decoded here.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rtc::interceptor::{Registry, Slot};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::RTCPeerConnection;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::event::RTCTrackEventInit;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpReceiverId, RTCRtpSenderId};

use crate::picture::PictureRequests;
use crate::{Error, Event, Kind, Peer, RtpPacket};

/// Behind the stack's own interceptors, whose slots end at 13,000.
const AFTER_ALL: Slot = Slot::Custom(20_000);

impl Kind {
    fn codec(self) -> RTCRtpCodec {
        let (mime_type, clock_rate, channels) = match self {
            Self::Audio => (MIME_TYPE_OPUS, 48_000, 2),
            Self::Video => (MIME_TYPE_VP8, 90_000, 0),
        };
        RTCRtpCodec { mime_type: mime_type.to_owned(), clock_rate, channels, ..RTCRtpCodec::default() }
    }

    fn of(kind: RtpCodecKind) -> Option<Self> {
        match kind {
            RtpCodecKind::Audio => Some(Self::Audio),
            RtpCodecKind::Video => Some(Self::Video),
            _ => None,
        }
    }

    fn to_stack(self) -> RtpCodecKind {
        match self {
            Self::Audio => RtpCodecKind::Audio,
            Self::Video => RtpCodecKind::Video,
        }
    }
}

/// One codec a kind: what every browser has to have (RFC 7742 section 5, RFC 7874 section 3), and nothing to choose.
pub(crate) fn engine() -> Result<(MediaEngine, Registry), Error> {
    let mut engine = MediaEngine::default();
    for (kind, payload_type) in [(Kind::Audio, 111), (Kind::Video, 96)] {
        let codec = RTCRtpCodecParameters { rtp_codec: kind.codec(), payload_type };
        engine.register_codec(codec, kind.to_stack())?;
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine)?;
    Ok((engine, registry.with(AFTER_ALL, PictureRequests::default())))
}

/// What comes in, and what goes out.
#[derive(Debug, Default)]
pub(crate) struct Tracks {
    incoming: BTreeMap<String, Incoming>,
    outgoing: BTreeMap<Kind, (RTCRtpSenderId, u32)>,
}

#[derive(Debug)]
struct Incoming {
    kind: Kind,
    receiver: RTCRtpReceiverId,
    ssrc: u32,
}

impl Tracks {
    /// Remembers a track that begins; its kind.
    pub(crate) fn opened(
        &mut self,
        connection: &mut RTCPeerConnection,
        opened: &RTCTrackEventInit,
    ) -> Option<Kind> {
        let receiver = opened.receiver_id;
        let kind = Kind::of(connection.rtp_receiver(receiver)?.track().kind())?;
        let incoming = Incoming { kind, receiver, ssrc: opened.ssrc };
        self.incoming.insert(opened.track_id.clone(), incoming);
        Some(kind)
    }
}

impl Peer {
    /// Has a track of its own to send, one a kind. To be called before the offer or answer that tells of it.
    ///
    /// # Errors
    /// If the peer is closed, or takes no media: [`crate::Config::media`].
    pub fn add_track(&mut self, kind: Kind) -> Result<(), Error> {
        if self.tracks.outgoing.contains_key(&kind) {
            return Ok(());
        }
        let mut random = [0; 4];
        rtc::crypto::default_provider()?.random().fill(&mut random)?;
        let ssrc = u32::from_be_bytes(random);
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters { ssrc: Some(ssrc), ..Default::default() },
            active: true,
            codec: kind.codec(),
            ..Default::default()
        };
        let id = |what: &str| format!("peer-{what}");
        let track = MediaStreamTrack::new(
            id("stream"),
            id(kind.name()),
            id(kind.name()),
            kind.to_stack(),
            vec![coding],
        );
        let sender = self.connection.add_track(track)?;
        self.tracks.outgoing.insert(kind, (sender, ssrc));
        Ok(())
    }

    /// Sends a packet on its own track of that kind: with that track's SSRC and payload type, and without the header
    /// extensions, whose numbers belong to the call that the packet came from.
    ///
    /// # Errors
    /// If there is no such track, or the other side did not take it.
    pub fn send_rtp(&mut self, kind: Kind, mut packet: RtpPacket, now: Instant) -> Result<(), Error> {
        let (sender, ssrc) = self.tracks.outgoing.get(&kind).copied().ok_or(Error::NoTrack)?;
        let mut sender = self.connection.rtp_sender(sender).ok_or(Error::NoTrack)?;
        let codecs = &sender.get_parameters().rtp_parameters.codecs;
        let wanted = kind.codec().mime_type;
        let codec = codecs.iter().find(|codec| codec.rtp_codec.mime_type.eq_ignore_ascii_case(&wanted));
        packet.header.payload_type = codec.ok_or(Error::NoTrack)?.payload_type;
        packet.header.ssrc = ssrc;
        packet.header.extension = false;
        packet.header.extensions.clear();
        Ok(sender.write_rtp(now, packet)?)
    }

    /// Whether the other side's description, as it stands, offers to send media of that kind.
    #[must_use]
    pub fn is_offered(&self, kind: Kind) -> bool {
        let description = self.connection.remote_description().and_then(|sdp| sdp.unmarshal().ok());
        description.is_some_and(|description| {
            description.media_descriptions.iter().any(|media| {
                let is = |direction: &str| media.attribute(direction).is_some();
                let name = &media.media_name;
                name.media == kind.name() && name.port.value != 0 && !is("recvonly") && !is("inactive")
            })
        })
    }

    /// The kind of an incoming track.
    #[must_use]
    pub fn kind_of(&self, track: &str) -> Option<Kind> {
        self.tracks.incoming.get(track).map(|incoming| incoming.kind)
    }

    /// Asks the other side for a whole picture on each of its video tracks ([RFC 4585 section 6.3.1]).
    ///
    /// # Errors
    /// If the peer is closed.
    ///
    /// [RFC 4585 section 6.3.1]: https://www.rfc-editor.org/rfc/rfc4585#section-6.3.1
    pub fn ask_for_picture(&mut self, now: Instant) -> Result<(), Error> {
        for incoming in self.tracks.incoming.values().filter(|incoming| incoming.kind == Kind::Video) {
            let loss = PictureLossIndication { sender_ssrc: 0, media_ssrc: incoming.ssrc };
            if let Some(mut receiver) = self.connection.rtp_receiver(incoming.receiver) {
                receiver.write_rtcp(now, vec![Box::new(loss)])?;
            }
        }
        Ok(())
    }
}

/// Sends back what comes in, so that the other side sees itself.
#[derive(Debug, Default)]
pub struct Mirror {
    asked: Option<Instant>,
    /// How many packets went back.
    pub reflected: u64,
}

impl Mirror {
    /// Not oftener than this is a picture asked for: each one costs the sender a burst.
    const PAUSE: Duration = Duration::from_millis(500);

    /// Takes an event of the peer, and does what a mirror does with it.
    ///
    /// # Errors
    /// What the stack refused; the next packet may do.
    pub fn see(&mut self, peer: &mut Peer, event: &Event, now: Instant) -> Result<(), Error> {
        match event {
            Event::Rtp { track, packet } => {
                let kind = peer.kind_of(track).ok_or(Error::NoTrack)?;
                peer.send_rtp(kind, RtpPacket::clone(packet), now)?;
                self.reflected += 1;
            }
            Event::PictureWanted | Event::Track { .. }
                if self.asked.is_none_or(|asked| now.saturating_duration_since(asked) >= Self::PAUSE) =>
            {
                self.asked = Some(now);
                peer.ask_for_picture(now)?;
            }
            _ => {}
        }
        Ok(())
    }
}
