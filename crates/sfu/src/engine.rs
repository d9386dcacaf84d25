//! The stack, as each leg sets it up: codecs, header extensions, feedback, and which of it ends here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rtc::ice::mdns::MulticastDnsMode;
use rtc::interceptor::{
    CongestionControlBuilder, Gcc, NackGeneratorBuilder, NackResponderBuilder, ReceiverReportBuilder,
    Registry, SenderReportBuilder, Slot, TwccReceiverBuilder, TwccSenderBuilder,
};
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::media_engine::{MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine};
use rtc::peer_connection::configuration::setting_engine::{SctpMaxMessageSize, SettingEngineBuilder};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::{
    RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
};
use rtc::sdp::extmap::{AUDIO_LEVEL_URI, SDES_MID_URI, SDES_RTP_STREAM_ID_URI, TRANSPORT_CC_URI};
use rtc::shared::error::Error;

use crate::Limits;
use crate::leg::Side;
use crate::meter::Bucket;
use crate::publication::Kind;
use crate::tap::{Counter, Shared, Tap};

/// The longest message of a data channel that is taken, and is said in SDP (RFC 8841 section 6).
pub(crate) const LONGEST_MESSAGE: u32 = 16 << 10;
/// So much of messages the stack holds for us.
const RECEIVE_WINDOW: u32 = 128 << 10;
/// The estimate begins here, so that a new subscriber gets a good picture at once and a bad path is found out.
const FIRST_ESTIMATE: f64 = 3_000_000.0;
const ESTIMATES: std::ops::Range<f64> = 80_000.0..30_000_000.0;
/// So many packets of a stream can be asked for again: a second of a large layer, and about 1 MB.
const RETRANSMITTABLE: u16 = 1024;
/// How far back a retransmitted packet may come.
const REPLAY_WINDOW: usize = 4096;

/// The codec of a kind: what every browser has to have (RFC 7742 section 5, RFC 7874 section 3).
pub(crate) fn codec(kind: Kind) -> RTCRtpCodec {
    let (mime_type, clock_rate, channels, parameters) = match kind {
        Kind::Video => (MIME_TYPE_VP8, 90_000, 0, ""),
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

/// The stack of one leg.
pub(crate) fn connection(
    side: Side,
    shared: &Shared,
    limits: &Limits,
    key_log: Option<keylog::Sink>,
    now: Instant,
) -> Result<RTCPeerConnection, Error> {
    let mut settings = SettingEngineBuilder::new()
        .with_lite(true)
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        .with_srtp_replay_protection_window(REPLAY_WINDOW)
        .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(LONGEST_MESSAGE))
        .with_sctp_max_receive_buffer_size(RECEIVE_WINDOW);
    if let Some(sink) = key_log {
        let provider = keylog::KeyLog::new(sink).map_err(|error| Error::Crypto(error.to_string()))?;
        settings = settings.with_crypto_provider(Arc::new(provider));
    }
    let again = Bucket::new(limits.again, now);
    let (engine, registry) = (engine(side)?, interceptors(side, shared, again));
    RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_setting_engine(settings.build())
        .with_media_engine(engine)
        .with_interceptor_registry(registry)
        .build(now)
}

fn engine(side: Side) -> Result<MediaEngine, Error> {
    let mut engine = MediaEngine::default();
    for (kind, stack, payload_type) in
        [(Kind::Audio, RtpCodecKind::Audio, 111), (Kind::Video, RtpCodecKind::Video, 96)]
    {
        engine.register_codec(RTCRtpCodecParameters { rtp_codec: codec(kind), payload_type }, stack)?;
    }
    let feedback: &[(RtpCodecKind, &str, &str)] = &[
        (RtpCodecKind::Audio, "transport-cc", ""),
        (RtpCodecKind::Video, "transport-cc", ""),
        (RtpCodecKind::Video, "nack", ""),
        (RtpCodecKind::Video, "nack", "pli"),
        (RtpCodecKind::Video, "ccm", "fir"),
    ];
    for (kind, typ, parameter) in feedback {
        engine.register_feedback(
            RTCPFeedback { typ: (*typ).to_owned(), parameter: (*parameter).to_owned() },
            *kind,
        );
    }
    let mut extensions = vec![
        (RtpCodecKind::Audio, AUDIO_LEVEL_URI),
        (RtpCodecKind::Audio, TRANSPORT_CC_URI),
        (RtpCodecKind::Video, TRANSPORT_CC_URI),
    ];
    if side == Side::Up {
        extensions
            .extend([(RtpCodecKind::Video, SDES_MID_URI), (RtpCodecKind::Video, SDES_RTP_STREAM_ID_URI)]);
    }
    for (kind, uri) in extensions {
        engine.register_header_extension(
            RTCRtpHeaderExtensionCapability { uri: uri.to_owned() },
            kind,
            None,
        )?;
    }
    Ok(engine)
}

fn interceptors(side: Side, shared: &Shared, again: Bucket) -> Registry {
    let registry = Registry::new()
        .with(Slot::Custom(1), Counter::new(shared.clone(), again))
        .with(Slot::Custom(20_000), Tap::new(shared.clone()));
    match side {
        Side::Up => registry
            .with(
                Slot::NackGenerator,
                NackGeneratorBuilder::new()
                    .with_interval(Duration::from_millis(40))
                    .with_max_nacks_per_packet(12)
                    .build(),
            )
            .with(Slot::TwccReceiver, TwccReceiverBuilder::new().build())
            .with(Slot::ReceiverReport, ReceiverReportBuilder::new().build()),
        Side::Down => {
            let estimator = Gcc::new(FIRST_ESTIMATE, ESTIMATES.start, ESTIMATES.end);
            registry
                .with(Slot::CongestionControl, CongestionControlBuilder::new(estimator).build())
                .with(Slot::TwccSender, TwccSenderBuilder::new().build())
                .with(Slot::NackResponder, NackResponderBuilder::new().with_size(RETRANSMITTABLE).build())
                .with(Slot::SenderReport, SenderReportBuilder::new().build())
        }
    }
}
