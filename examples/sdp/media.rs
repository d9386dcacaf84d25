//! What there is to talk about: channels and tracks, and the codecs for them.

use std::sync::Arc;

use anyhow::Result;
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters,
    RTCRtpEncodingParameters, RtpCodecKind,
};
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

/// What ping offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Media {
    /// A data channel
    Data,
    /// Sound and pictures; pong sends sound, and only watches
    AudioVideo,
    /// Pictures in three sizes
    Simulcast,
    /// Sound and pictures, to a pong that knows no video codec
    Refused,
}

/// One thing to send.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part {
    Channel,
    Audio,
    Video,
    Simulcast,
}

/// What an end can read.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Codecs {
    All,
    Audio,
}

impl Media {
    /// What ping sends, what pong sends back, and what pong can read.
    pub(crate) fn both_ends(self) -> (&'static [Part], &'static [Part], Codecs) {
        match self {
            Self::Data => (&[Part::Channel], &[], Codecs::All),
            Self::AudioVideo => {
                (&[Part::Audio, Part::Video], &[Part::Audio], Codecs::All)
            }
            Self::Simulcast => (&[Part::Simulcast], &[], Codecs::All),
            Self::Refused => {
                (&[Part::Audio, Part::Video], &[Part::Audio], Codecs::Audio)
            }
        }
    }
}

// ANCHOR: tracks
impl Part {
    /// A track of these encodings; none where it is a data channel.
    pub(crate) fn track(
        self,
        random: &mut tap::Random,
    ) -> Option<Arc<TrackLocalStaticRTP>> {
        let (kind, codec, rids) = match self {
            Self::Channel => return None,
            Self::Audio => (RtpCodecKind::Audio, opus(), &[""][..]),
            Self::Video => (RtpCodecKind::Video, vp8(), &[""][..]),
            Self::Simulcast => {
                (RtpCodecKind::Video, vp8(), &["small", "medium", "large"][..])
            }
        };
        let encodings =
            rids.iter().map(|rid| encoding(&codec, rid, random)).collect();
        let track = MediaStreamTrack::new(
            "ping".to_owned(),
            format!("ping-{kind}"),
            kind.to_string(),
            kind,
            encodings,
        );
        Some(Arc::new(TrackLocalStaticRTP::new(track)))
    }
}
// ANCHOR_END: tracks

/// One stream of RTP: its SSRC is chance, its rid, if any, a name.
fn encoding(
    codec: &RTCRtpCodec,
    rid: &str,
    random: &mut tap::Random,
) -> RTCRtpEncodingParameters {
    RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            rid: rid.to_owned(),
            ssrc: Some(u32::from_be_bytes(random.bytes())),
            ..RTCRtpCodingParameters::default()
        },
        codec: codec.clone(),
        ..RTCRtpEncodingParameters::default()
    }
}

fn opus() -> RTCRtpCodec {
    RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.to_owned(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1".to_owned(),
        rtcp_feedback: vec![],
    }
}

fn vp8() -> RTCRtpCodec {
    let mime_type = MIME_TYPE_VP8.to_owned();
    RTCRtpCodec { mime_type, clock_rate: 90_000, ..RTCRtpCodec::default() }
}

/// The codecs of an end, with the feedback and the header extensions that go with them.
pub(crate) fn engine(codecs: Codecs) -> Result<(MediaEngine, Registry)> {
    let mut engine = MediaEngine::default();
    match codecs {
        Codecs::All => engine.register_default_codecs()?,
        Codecs::Audio => {
            let opus =
                RTCRtpCodecParameters { rtp_codec: opus(), payload_type: 111 };
            engine.register_codec(opus, RtpCodecKind::Audio)?;
        }
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine)?;
    Ok((engine, registry))
}
