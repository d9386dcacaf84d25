//! A member: two peers of the `rtc` crate, as a browser would have them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Instant;

use bytes::BytesMut;
use rtc::data_channel::RTCDataChannelId;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{
    NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder, Registry, SenderReportBuilder, Slot,
    TwccReceiverBuilder, TwccSenderBuilder,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::event::{RTCDataChannelEvent, RTCPeerConnectionEvent};
use rtc::peer_connection::message::{RTCMessage, TaggedRTCMessage};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack};
use rtc::rtp::Packet;
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters,
    RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;
use rtc::sdp::extmap::{AUDIO_LEVEL_URI, SDES_MID_URI, SDES_RTP_STREAM_ID_URI, TRANSPORT_CC_URI};
use rtc::shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sfu::signaling::{ToMember, Track};
use sfu::{Datagram, MemberId};

use crate::ears::Ears;
use crate::source::Source;

/// One connection.
pub(crate) struct Connection {
    pub(crate) stack: RTCPeerConnection,
    pub(crate) address: SocketAddr,
    /// As seen from outside, where a NAT has given it another.
    pub(crate) outside: SocketAddr,
    pub(crate) state: String,
    channel: Option<RTCDataChannelId>,
}

/// A member.
pub(crate) struct Client {
    pub(crate) uid: String,
    pub(crate) id: MemberId,
    pub(crate) up: Connection,
    pub(crate) down: Connection,
    pub(crate) told: Vec<ToMember>,
    pub(crate) tracks: Vec<Track>,
    /// What comes in, by SSRC.
    pub(crate) got: BTreeMap<u32, Vec<Packet>>,
    pub(crate) texts: Vec<String>,
    pub(crate) binaries: Vec<Vec<u8>>,
    pub(crate) sources: Vec<Source>,
    /// Whether it answers offers.
    pub(crate) answers: bool,
    /// Whether it still runs at all.
    pub(crate) alive: bool,
    pub(crate) gone: bool,
}

fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    let (mime_type, clock_rate, channels, parameters) = match kind {
        RtpCodecKind::Video => (MIME_TYPE_VP8, 90_000, 0, ""),
        _ => (MIME_TYPE_OPUS, 48_000, 2, "minptime=10;useinbandfec=1"),
    };
    RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate,
        channels,
        sdp_fmtp_line: parameters.to_owned(),
        ..RTCRtpCodec::default()
    }
}

impl Connection {
    fn new(port: u16, sends: bool, now: Instant) -> Self {
        let address = SocketAddr::from(([192, 0, 2, 7], port));
        let mut engine = MediaEngine::default();
        for (kind, payload_type) in [(RtpCodecKind::Audio, 111), (RtpCodecKind::Video, 96)] {
            let codec = RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type };
            engine.register_codec(codec, kind).unwrap();
        }
        for (kind, typ, parameter) in [
            (RtpCodecKind::Audio, "transport-cc", ""),
            (RtpCodecKind::Video, "transport-cc", ""),
            (RtpCodecKind::Video, "nack", ""),
            (RtpCodecKind::Video, "nack", "pli"),
        ] {
            let feedback = RTCPFeedback { typ: typ.to_owned(), parameter: parameter.to_owned() };
            engine.register_feedback(feedback, kind);
        }
        for (kind, uri) in [
            (RtpCodecKind::Audio, AUDIO_LEVEL_URI),
            (RtpCodecKind::Audio, TRANSPORT_CC_URI),
            (RtpCodecKind::Video, TRANSPORT_CC_URI),
            (RtpCodecKind::Video, SDES_MID_URI),
            (RtpCodecKind::Video, SDES_RTP_STREAM_ID_URI),
        ] {
            let extension = RTCRtpHeaderExtensionCapability { uri: uri.to_owned() };
            engine.register_header_extension(extension, kind, None).unwrap();
        }
        let registry = if sends {
            Registry::new()
                .with(Slot::TwccSender, TwccSenderBuilder::new().build())
                .with(Slot::NackResponder, NackResponderBuilder::new().build())
                .with(Slot::SenderReport, SenderReportBuilder::new().build())
                .with(Slot::Custom(20_000), Ears::default())
        } else {
            Registry::new()
                .with(Slot::NackGenerator, NackGeneratorBuilder::new().build())
                .with(Slot::TwccReceiver, TwccReceiverBuilder::new().build())
                .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build())
        };
        let settings = SettingEngineBuilder::new()
            .with_multicast_dns_mode(MulticastDnsMode::Disabled)
            .with_srtp_replay_protection_window(4096)
            .build();
        let mut stack = RTCPeerConnectionBuilder::new()
            .with_setting_engine(settings)
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .build(now)
            .unwrap();
        let candidate = CandidateHostConfig {
            base_config: CandidateConfig {
                network: "udp".to_owned(),
                address: address.ip().to_string(),
                port,
                component: 1,
                ..CandidateConfig::default()
            },
            ..CandidateHostConfig::default()
        };
        let candidate = RTCIceCandidate::from(&candidate.new_candidate_host().unwrap()).to_json().unwrap();
        stack.add_local_candidate(candidate).unwrap();
        stack.add_local_candidate(RTCIceCandidateInit::default()).unwrap();
        Self { stack, address, outside: address, state: "new".to_owned(), channel: None }
    }

    pub(crate) fn offer(&mut self, now: Instant) -> String {
        let offer = self.stack.create_offer(None).unwrap();
        self.stack.set_local_description(now, offer).unwrap();
        self.stack.local_description().unwrap().sdp
    }

    pub(crate) fn receive(&mut self, datagram: &Datagram, now: Instant) {
        let transport = TransportContext {
            local_addr: self.address,
            peer_addr: datagram.from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = BytesMut::from(&datagram.bytes[..]);
        let _ = self.stack.handle_read(TaggedBytesMut { now, transport, message });
    }

    pub(crate) fn write(&mut self, packet: Packet, now: Instant) {
        let message = RTCMessage::RtpPacket(Default::default(), packet);
        let _ = self.stack.handle_write(TaggedRTCMessage { now, message });
    }

    pub(crate) fn transmit(&mut self) -> Option<Datagram> {
        let TaggedBytesMut { transport, message, .. } = self.stack.poll_write()?;
        Some(Datagram { from: self.outside, to: transport.peer_addr, bytes: message.to_vec() })
    }

    /// Asks for `count` times 17 packets again.
    pub(crate) fn ask_again(&mut self, media_ssrc: u32, from: u16, count: u16, now: Instant) {
        let pair = |at| NackPair { packet_id: from.wrapping_add(at * 17), lost_packets: u16::MAX };
        let nack = TransportLayerNack { sender_ssrc: 9, media_ssrc, nacks: (0..count).map(pair).collect() };
        let message = RTCMessage::RtcpPacket(Default::default(), vec![Box::new(nack)]);
        self.stack.handle_write(TaggedRTCMessage { now, message }).unwrap();
    }

    pub(crate) fn ask_for_picture(&mut self, media_ssrc: u32, now: Instant) {
        let pli = PictureLossIndication { sender_ssrc: 9, media_ssrc };
        let message = RTCMessage::RtcpPacket(Default::default(), vec![Box::new(pli)]);
        self.stack.handle_write(TaggedRTCMessage { now, message }).unwrap();
    }
}

impl Client {
    pub(crate) fn new(uid: &str, id: MemberId, port: u16, now: Instant) -> Self {
        let mut up = Connection::new(port, true, now);
        up.stack.create_data_channel("data", None).unwrap();
        Self {
            uid: uid.to_owned(),
            id,
            up,
            down: Connection::new(port + 1, false, now),
            told: Vec::new(),
            tracks: Vec::new(),
            got: BTreeMap::new(),
            texts: Vec::new(),
            binaries: Vec::new(),
            sources: Vec::new(),
            answers: true,
            alive: true,
            gone: false,
        }
    }

    /// Adds a track with these layers to what the next offer has.
    pub(crate) fn publish(&mut self, layers: Vec<Source>) {
        let kind = if layers[0].frame == 0 { RtpCodecKind::Audio } else { RtpCodecKind::Video };
        let coding = |source: &Source| RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(source.ssrc),
                rid: source.rid.to_owned(),
                ..Default::default()
            },
            active: true,
            codec: codec(kind),
            ..Default::default()
        };
        let name = |what: &str| format!("{what}-{kind}-{}", self.uid);
        let codings = layers.iter().map(coding).collect();
        let track = MediaStreamTrack::new(name("s"), name("t"), name("l"), kind, codings);
        let init = RTCRtpTransceiverInit {
            direction: RTCRtpTransceiverDirection::Sendonly,
            streams: vec![],
            send_encodings: vec![],
        };
        self.up.stack.add_transceiver_from_track(track, Some(init)).unwrap();
        self.sources.extend(layers);
    }

    /// An offer on `up`; what it says of its sections is noted for its sources.
    pub(crate) fn offer(&mut self, now: Instant) -> String {
        let sdp = self.up.offer(now);
        for section in sdp.split("m=").skip(1) {
            let kind = if section.starts_with("audio") { 0 } else { 1 };
            let mid = section.lines().find_map(|line| line.strip_prefix("a=mid:")).unwrap_or_default();
            let number = |uri: &str| {
                let line =
                    section.lines().find(|line| line.starts_with("a=extmap:") && line.contains(uri))?;
                line.strip_prefix("a=extmap:")?.split([' ', '/']).next()?.parse().ok()
            };
            for source in self.sources.iter_mut().filter(|source| (source.frame > 0) == (kind == 1)) {
                if section.starts_with("audio") || section.starts_with("video") {
                    mid.clone_into(&mut source.mid);
                    source.extensions = [SDES_MID_URI, SDES_RTP_STREAM_ID_URI, AUDIO_LEVEL_URI].map(number);
                }
            }
        }
        sdp
    }

    /// Takes a message of the SFU; gives the answer, where it is an offer.
    pub(crate) fn hear(&mut self, message: ToMember, now: Instant) -> Option<String> {
        let mut answer = None;
        match &message {
            ToMember::Answer { sdp } => {
                let sdp = RTCSessionDescription::answer(sdp.clone()).unwrap();
                self.up.stack.set_remote_description(now, sdp).unwrap();
            }
            ToMember::Offer { sdp, tracks } if self.answers => {
                self.tracks.clone_from(tracks);
                let sdp = RTCSessionDescription::offer(sdp.clone()).unwrap();
                self.down.stack.set_remote_description(now, sdp).unwrap();
                let described = self.down.stack.create_answer(None).unwrap();
                self.down.stack.set_local_description(now, described).unwrap();
                answer = Some(self.down.stack.local_description().unwrap().sdp);
            }
            _ => {}
        }
        self.told.push(message);
        answer
    }

    /// Takes what both stacks have to tell.
    pub(crate) fn notice(&mut self) {
        for (connection, is_up) in [(&mut self.up, true), (&mut self.down, false)] {
            while let Some(event) = connection.stack.poll_event() {
                match event {
                    RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => {
                        connection.state = state.to_string();
                    }
                    RTCPeerConnectionEvent::OnDataChannel(RTCDataChannelEvent::OnOpen(id)) => {
                        connection.channel = Some(id);
                    }
                    _ => {}
                }
            }
            while let Some(TaggedRTCMessage { message, .. }) = connection.stack.poll_read() {
                match message {
                    RTCMessage::RtpPacket(_, packet) => {
                        self.got.entry(packet.header.ssrc).or_default().push(packet);
                    }
                    RTCMessage::RtcpPacket(_, packets) if is_up => {
                        let asked = packets.iter().filter_map(|packet| packet.as_any().downcast_ref());
                        for PictureLossIndication { media_ssrc, .. } in asked {
                            for source in self.sources.iter_mut().filter(|source| source.ssrc == *media_ssrc)
                            {
                                source.wants_key = true;
                                source.pictures_asked += 1;
                            }
                        }
                    }
                    RTCMessage::DataChannelMessage(_, message) if message.is_string => {
                        self.texts.push(String::from_utf8(message.data.to_vec()).unwrap());
                    }
                    RTCMessage::DataChannelMessage(_, message) => self.binaries.push(message.data.to_vec()),
                    _ => {}
                }
            }
        }
    }

    pub(crate) fn say(&mut self, text: &str, now: Instant) {
        let id = self.up.channel.expect("an open channel");
        self.up.stack.data_channel(id).unwrap().send_text(now, text).unwrap();
    }

    pub(crate) fn send(&mut self, bytes: &[u8], now: Instant) {
        let id = self.up.channel.expect("an open channel");
        self.up.stack.data_channel(id).unwrap().send(now, BytesMut::from(bytes)).unwrap();
    }

    /// What comes in on the section that carries that track.
    pub(crate) fn received(&self, uid: &str, kind: &str) -> &[Packet] {
        self.ssrc(uid, kind).and_then(|ssrc| self.got.get(&ssrc)).map(Vec::as_slice).unwrap_or_default()
    }

    /// The SSRC that the SFU's last offer names for that track.
    pub(crate) fn ssrc(&self, uid: &str, kind: &str) -> Option<u32> {
        let track = self.tracks.iter().find(|track| track.uid == uid && track.kind == kind)?;
        let sdp = &self.down.stack.remote_description()?.sdp;
        let mid = format!("a=mid:{}", track.mid);
        let section = sdp.split("m=").skip(1).find(|section| section.lines().any(|line| line == mid))?;
        section.lines().find_map(|line| line.strip_prefix("a=ssrc:")?.split(' ').next()?.parse().ok())
    }

    pub(crate) fn codes(&self) -> Vec<&str> {
        let code = |message: &'_ ToMember| matches!(message, ToMember::Refused { .. } | ToMember::Bye { .. });
        self.told
            .iter()
            .filter(|message| code(message))
            .filter_map(|message| match message {
                ToMember::Refused { code, .. } | ToMember::Bye { code, .. } => Some(code.as_str()),
                _ => None,
            })
            .collect()
    }
}
