//! Sound and pictures that a program made up: the packets are real, what is in them is
//! the least that their codecs know.

use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{
    Registry, register_default_interceptors,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::rtp::extension::HeaderExtension;
use rtc::rtp::extension::audio_level_extension::AudioLevelExtension;
use rtc::rtp::{Header, Packet};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters,
    RTCRtpEncodingParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use tap::Random;
use webrtc::media_stream::track_local::TrackLocal;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::PeerConnection;

/// How loud each packet of sound is (RFC 6464).
const AUDIO_LEVEL: &str = "urn:ietf:params:rtp-hdrext:ssrc-audio-level";
/// Opus at 20 ms a packet counts 48 000 a second (RFC 7587 section 4.1).
const AUDIO_STEP: u32 = 960;
/// 25 pictures of the 90 000 a second that video counts (RFC 7741 section 4.1).
const VIDEO_STEP: u32 = 3600;
/// Every so many pictures one is whole. Who needs one before asks for it (RFC 4585
/// section 6.3.1), and a camera answers; this one lets them wait.
const KEY_FRAME_EVERY: u32 = 5;

/// What every browser can send and receive (RFC 7874 section 3, RFC 7742 section 5).
fn codec(kind: RtpCodecKind) -> RTCRtpCodecParameters {
    let (mime_type, clock_rate, channels, payload_type) = match kind {
        RtpCodecKind::Video => (MIME_TYPE_VP8, 90_000, 0, 96),
        _ => (MIME_TYPE_OPUS, 48_000, 2, 111),
    };
    let mime_type = mime_type.to_owned();
    let rtp_codec =
        RTCRtpCodec { mime_type, clock_rate, channels, ..Default::default() };
    RTCRtpCodecParameters { rtp_codec, payload_type }
}

/// What a peer can do with media: these two codecs, reports, and resending.
pub(crate) fn engine() -> Result<(MediaEngine, Registry)> {
    let mut engine = MediaEngine::default();
    for kind in [RtpCodecKind::Audio, RtpCodecKind::Video] {
        engine.register_codec(codec(kind), kind)?;
    }
    let level = RTCRtpHeaderExtensionCapability { uri: AUDIO_LEVEL.to_owned() };
    engine.register_header_extension(level, RtpCodecKind::Audio, None)?;
    let registry = register_default_interceptors(Registry::new(), &mut engine)?;
    Ok((engine, registry))
}

/// A track of ours, and where it is in its count.
pub(crate) struct Source {
    pub(crate) kind: RtpCodecKind,
    pub(crate) ssrc: u32,
    track: Arc<TrackLocalStaticRTP>,
    sequence_number: u16,
    timestamp: u32,
    count: u32,
}

impl Source {
    pub(crate) async fn add(
        connection: &Arc<dyn PeerConnection>,
        kind: RtpCodecKind,
        random: &mut Random,
    ) -> Result<Self> {
        let ssrc = u32::from_be_bytes(random.bytes());
        let coding = RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                ssrc: Some(ssrc),
                ..Default::default()
            },
            codec: codec(kind).rtp_codec,
            ..Default::default()
        };
        let label = format!("made-up-{kind}");
        let track = MediaStreamTrack::new(
            "made-up".to_owned(),
            label.clone(),
            label,
            kind,
            vec![coding],
        );
        let track = Arc::new(TrackLocalStaticRTP::new(track));
        connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?;
        Ok(Self {
            kind,
            ssrc,
            track,
            sequence_number: u16::from_be_bytes(random.bytes()),
            timestamp: u32::from_be_bytes(random.bytes()),
            count: 0,
        })
    }

    // ANCHOR: send
    /// Sends the next packet. Sequence number and timestamp begin anywhere and go on
    /// by their steps (RFC 3550 section 5.1).
    pub(crate) async fn send(&mut self) -> Result<()> {
        let video = self.kind == RtpCodecKind::Video;
        let payload = if video { self.picture() } else { silence() };
        let header = Header {
            version: 2,
            payload_type: codec(self.kind).payload_type,
            marker: video, // a picture's last packet, and here its only one
            sequence_number: self.sequence_number,
            timestamp: self.timestamp,
            ssrc: self.ssrc,
            ..Default::default()
        };
        let packet = Packet { header, payload };
        let level = AudioLevelExtension { level: 30, voice: true };
        let extensions: &[_] = match video {
            true => &[],
            false => &[HeaderExtension::AudioLevel(level)],
        };
        self.track.write_rtp_with_extensions(packet, extensions).await?;
        let step = if video { VIDEO_STEP } else { AUDIO_STEP };
        self.sequence_number = self.sequence_number.wrapping_add(1);
        self.timestamp = self.timestamp.wrapping_add(step);
        self.count += 1;
        Ok(())
    }
    // ANCHOR_END: send

    /// VP8: a payload descriptor (RFC 7741 section 4.2), and the head of a frame (RFC
    /// 6386 section 9.1). A whole one says how large the picture is, any other is what
    /// has changed.
    fn picture(&self) -> Bytes {
        const START_OF_FRAME: u8 = 0x10;
        const SHOWN: u8 = 0x10;
        const CHANGES: u8 = 0x01;
        let filler = [0; 40];
        let head: &[u8] = match self.count.is_multiple_of(KEY_FRAME_EVERY) {
            // Start code, 320 x 180, low byte first.
            true => &[SHOWN, 0, 0, 0x9d, 0x01, 0x2a, 64, 1, 180, 0],
            false => &[SHOWN | CHANGES, 0, 0],
        };
        [&[START_OF_FRAME], head, &filler].concat().into()
    }
}

/// Opus: 20 ms in which nothing is heard, in three bytes.
fn silence() -> Bytes {
    Bytes::from_static(&[0xf8, 0xff, 0xfe])
}
