//! The crate `webrtc`, on tokio.

use std::sync::Arc;

use anyhow::{Context, Result};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use tokio::sync::Notify;
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler, RTCIceGatheringState,
    RTCSessionDescription,
};

use super::{Codecs, Part, Peer, media};

pub(crate) struct TokioPeer {
    connection: Arc<dyn PeerConnection>,
    complete: Arc<Notify>,
    codecs: Codecs,
    ssrc: u32,
}

/// Waits for the end of gathering.
struct Gathering(Arc<Notify>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Gathering {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.0.notify_one();
        }
    }
}

impl Peer for TokioPeer {
    async fn new(codecs: Codecs) -> Result<Self> {
        let complete = Arc::new(Notify::new());
        let (engine, registry) = media::engine(codecs)?;
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(media::settings())
            .with_handler(Arc::new(Gathering(Arc::clone(&complete))))
            .with_udp_addrs(vec!["127.0.0.1:0"])
            .build()
            .await?;
        Ok(Self { connection: Arc::new(connection), complete, codecs, ssrc: 0 })
    }

    async fn add(&mut self, part: Part) -> Result<()> {
        self.ssrc += 1;
        let track = match part {
            Part::Data => {
                self.connection.create_data_channel("ping", None).await?;
                return Ok(());
            }
            Part::ReceiveAudio => return self.receive(RtpCodecKind::Audio).await,
            Part::ReceiveVideo => return self.receive(RtpCodecKind::Video).await,
            Part::Audio => media::track(RtpCodecKind::Audio, self.ssrc, self.codecs),
            Part::Video => media::track(RtpCodecKind::Video, self.ssrc, self.codecs),
            Part::Simulcast => media::simulcast(self.ssrc),
        };
        self.connection.add_track(Arc::new(TrackLocalStaticRTP::new(track))).await?;
        Ok(())
    }

    async fn create_offer(&mut self) -> Result<RTCSessionDescription> {
        Ok(self.connection.create_offer(None).await?)
    }

    async fn create_answer(&mut self) -> Result<RTCSessionDescription> {
        Ok(self.connection.create_answer(None).await?)
    }

    async fn set_local(&mut self, description: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_local_description(description).await?)
    }

    async fn set_remote(&mut self, description: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_remote_description(description).await?)
    }

    async fn gathered(&mut self) -> Result<RTCSessionDescription> {
        self.complete.notified().await;
        self.connection.local_description().await.context("a local description")
    }

    async fn stop_video(&mut self) -> Result<()> {
        let transceivers = self.connection.get_transceivers().await;
        Ok(transceivers.last().context("a transceiver")?.stop().await?)
    }

    async fn restart_ice(&mut self) -> Result<()> {
        Ok(self.connection.restart_ice().await?)
    }

    async fn close(self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

impl TokioPeer {
    async fn receive(&self, kind: RtpCodecKind) -> Result<()> {
        let direction = RTCRtpTransceiverDirection::Recvonly;
        let init = RTCRtpTransceiverInit { direction, ..RTCRtpTransceiverInit::default() };
        self.connection.add_transceiver_from_kind(kind, Some(init)).await?;
        Ok(())
    }
}
