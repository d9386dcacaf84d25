//! Sound and pictures come back as they came: RTP in, the same RTP out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Result;
use rtc::interceptor::{
    Attribute, Interceptor, Packet, Slot, StreamInfo, TaggedPacket,
};
use rtc::media_stream::MediaStreamTrack;
use rtc::peer_connection::configuration::interceptor_registry::{
    Registry, register_default_interceptors,
};
use rtc::peer_connection::configuration::media_engine::{
    MIME_TYPE_OPUS, MIME_TYPE_VP8, MediaEngine,
};
use rtc::rtcp::payload_feedbacks::full_intra_request::FullIntraRequest;
use rtc::rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc::rtp_transceiver::rtp_sender::{
    RTCRtpCodec, RTCRtpCodecParameters, RTCRtpCodingParameters,
    RTCRtpEncodingParameters, RtpCodecKind,
};
use rtc::sansio::Protocol;
use rtc::shared::error::Error;
use tap::Random;
use webrtc::media_stream::Track;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::media_stream::track_local::{TrackLocal, TrackLocalEvent};
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};
use webrtc::peer_connection::PeerConnection;

/// What every browser can send and receive (RFC 7874 section 3, RFC 7742 section 5).
pub(crate) fn codec(kind: RtpCodecKind) -> RTCRtpCodec {
    let (mime_type, clock_rate, channels) = match kind {
        RtpCodecKind::Video => (MIME_TYPE_VP8, 90_000, 0),
        _ => (MIME_TYPE_OPUS, 48_000, 2),
    };
    RTCRtpCodec {
        mime_type: mime_type.to_owned(),
        clock_rate,
        channels,
        ..Default::default()
    }
}

/// What the peer can do with media: these two codecs, reports, and resending.
pub(crate) fn engine() -> Result<(MediaEngine, Registry)> {
    let mut engine = MediaEngine::default();
    for (kind, payload_type) in
        [(RtpCodecKind::Audio, 111), (RtpCodecKind::Video, 96)]
    {
        let rtp_codec = codec(kind);
        let parameters = RTCRtpCodecParameters { rtp_codec, payload_type };
        engine.register_codec(parameters, kind)?;
    }
    let registry = register_default_interceptors(Registry::new(), &mut engine)?;
    // After all others, which read reports and requests to resend.
    let registry =
        registry.with(Slot::from(14_000), PassKeyFrameRequests::default());
    Ok((engine, registry))
}

/// A track of our own, to be filled with what comes.
pub(crate) async fn add_track(
    connection: &Arc<dyn PeerConnection>,
    kind: RtpCodecKind,
) -> Result<Arc<TrackLocalStaticRTP>> {
    let coding = RTCRtpEncodingParameters {
        rtp_coding_parameters: RTCRtpCodingParameters {
            ssrc: Some(u32::from_be_bytes(Random::new(None).bytes())),
            ..Default::default()
        },
        codec: codec(kind),
        ..Default::default()
    };
    let track = MediaStreamTrack::new(
        "echo".to_owned(),
        format!("echo-{kind}"),
        format!("echo-{kind}"),
        kind,
        vec![coding],
    );
    let track = Arc::new(TrackLocalStaticRTP::new(track));
    connection.add_track(Arc::clone(&track) as Arc<dyn TrackLocal>).await?;
    Ok(track)
}

// ANCHOR: mirror
/// Sends each packet back, under our own name for the stream.
pub(crate) async fn mirror(
    theirs: Arc<dyn TrackRemote>,
    ours: Arc<TrackLocalStaticRTP>,
) {
    let Some(&ssrc) = ours.ssrcs().await.first() else { return };
    let mut source = None;
    loop {
        tokio::select! {
            event = theirs.poll() => match event {
                Some(TrackRemoteEvent::OnRtpPacket(mut packet)) => {
                    source = Some(packet.header.ssrc);
                    packet.header.ssrc = ssrc;
                    // They tell of the way here, not of the way back.
                    packet.header.extension = false;
                    packet.header.extensions.clear();
                    let _ = ours.write_rtp(packet).await;
                }
                Some(TrackRemoteEvent::OnEnded) | None => return,
                Some(_) => {}
            },
            // Whoever lost a picture asks for a whole one. Only its source can make one.
            Some(TrackLocalEvent::OnRtcpPacket(_)) = ours.poll() => {
                if let Some(media_ssrc) = source {
                    let request = PictureLossIndication { sender_ssrc: ssrc, media_ssrc };
                    let _ = theirs.write_rtcp(vec![Box::new(request)]).await;
                }
            }
        }
    }
}
// ANCHOR_END: mirror

/// Lets requests for a whole picture through to the program; the library keeps all
/// other RTCP to itself.
#[derive(Default)]
struct PassKeyFrameRequests {
    inward: VecDeque<TaggedPacket>,
    outward: VecDeque<TaggedPacket>,
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for PassKeyFrameRequests {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut packet: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtcp(packets) = &mut packet.message.packet {
            packets.retain(|packet| {
                let packet = packet.as_any();
                packet.is::<PictureLossIndication>()
                    || packet.is::<FullIntraRequest>()
            });
            if packets.is_empty() {
                return Ok(());
            }
            packet.message.add(Attribute::DeliverToApplication);
        }
        self.inward.push_back(packet);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.inward.pop_front()
    }

    fn handle_write(&mut self, packet: TaggedPacket) -> Result<(), Error> {
        self.outward.push_back(packet);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.outward.pop_front()
    }
}

impl Interceptor for PassKeyFrameRequests {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
