//! Tracks and codecs, which both crates take in the same types.

use anyhow::Result;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::Registry;
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::register_default_interceptors;
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_VP8, MIME_TYPE_VP9, MediaEngine,
};
use rtc::peer_connection::configuration::setting_engine::{SettingEngine, SettingEngineBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters, RTCRtpEncodingParameters, RtpCodecKind,
};

use super::Codecs;

pub(super) fn engine(codecs: Codecs) -> Result<(MediaEngine, Registry)> {
    let mut engine = MediaEngine::default();
    match codecs {
        Codecs::All => engine.register_default_codecs()?,
        Codecs::OnlyVp8 => only(&mut engine, 96, vp8())?,
        Codecs::OnlyVp9 => only(&mut engine, 98, vp9())?,
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine)?;
    Ok((engine, registry))
}

fn only(engine: &mut MediaEngine, payload_type: u8, rtp_codec: RTCRtpCodec) -> Result<()> {
    let audio = RTCRtpCodecParameters { rtp_codec: opus(), payload_type: 111 };
    engine.register_codec(audio, RtpCodecKind::Audio)?;
    engine.register_codec(RTCRtpCodecParameters { rtp_codec, payload_type }, RtpCodecKind::Video)?;
    Ok(())
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
    RTCRtpCodec { mime_type: MIME_TYPE_VP8.to_owned(), clock_rate: 90_000, ..RTCRtpCodec::default() }
}

fn vp9() -> RTCRtpCodec {
    let sdp_fmtp_line = "profile-id=0".to_owned();
    RTCRtpCodec { mime_type: MIME_TYPE_VP9.to_owned(), sdp_fmtp_line, ..vp8() }
}

/// An SSRC is the program's to choose in these crates.
pub(super) fn track(kind: RtpCodecKind, ssrc: u32, codecs: Codecs) -> MediaStreamTrack {
    let codec = match (kind, codecs) {
        (RtpCodecKind::Audio, _) => opus(),
        (_, Codecs::OnlyVp9) => vp9(),
        _ => vp8(),
    };
    stream(kind, vec![encoding(codec, Some(ssrc), "")])
}

/// Three encodings of one picture, each under its rid.
pub(super) fn simulcast(ssrc: u32) -> MediaStreamTrack {
    let encodings = (ssrc..).zip(["q", "h", "f"]);
    let encodings = encodings.map(|(ssrc, rid)| encoding(vp8(), Some(ssrc), rid));
    stream(RtpCodecKind::Video, encodings.collect())
}

fn encoding(codec: RTCRtpCodec, ssrc: Option<u32>, rid: &str) -> RTCRtpEncodingParameters {
    let rtp_coding_parameters =
        RTCRtpCodingParameters { ssrc, rid: rid.to_owned(), ..RTCRtpCodingParameters::default() };
    RTCRtpEncodingParameters { rtp_coding_parameters, codec, ..RTCRtpEncodingParameters::default() }
}

fn stream(kind: RtpCodecKind, encodings: Vec<RTCRtpEncodingParameters>) -> MediaStreamTrack {
    MediaStreamTrack::new("ping".to_owned(), format!("ping-{kind}"), kind.to_string(), kind, encodings)
}

/// Host names by multicast DNS are for browsers, which hide addresses: RFC 8828 is their reason.
pub(super) fn settings() -> SettingEngine {
    SettingEngineBuilder::new().with_multicast_dns_mode(MulticastDnsMode::Disabled).build()
}
