//! The crate `rtc`: the same stack without a socket. Who drives it, gathers.

use std::time::Instant;

use anyhow::{Context, Result};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::transport::{
    CandidateConfig, CandidateHostConfig, RTCIceCandidate, RTCIceCandidateInit,
};
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use rtc::rtp_transceiver::{RTCRtpTransceiverDirection, RTCRtpTransceiverInit};
use rtc::sansio::Protocol;

use super::{Codecs, Part, Peer, media};

pub(crate) struct SansIo {
    connection: RTCPeerConnection,
    codecs: Codecs,
    ssrc: u32,
}

impl Peer for SansIo {
    async fn new(codecs: Codecs) -> Result<Self> {
        let (engine, registry) = media::engine(codecs)?;
        let connection = RTCPeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(media::settings())
            .build(Instant::now())?;
        Ok(Self { connection, codecs, ssrc: 0 })
    }

    async fn add(&mut self, part: Part) -> Result<()> {
        self.ssrc += 1;
        let track = match part {
            Part::Data => {
                self.connection.create_data_channel("ping", None)?;
                return Ok(());
            }
            Part::ReceiveAudio => return self.receive(RtpCodecKind::Audio),
            Part::ReceiveVideo => return self.receive(RtpCodecKind::Video),
            Part::Audio => media::track(RtpCodecKind::Audio, self.ssrc, self.codecs),
            Part::Video => media::track(RtpCodecKind::Video, self.ssrc, self.codecs),
            Part::Simulcast => media::simulcast(self.ssrc),
        };
        self.connection.add_track(track)?;
        Ok(())
    }

    async fn create_offer(&mut self) -> Result<RTCSessionDescription> {
        Ok(self.connection.create_offer(None)?)
    }

    async fn create_answer(&mut self) -> Result<RTCSessionDescription> {
        Ok(self.connection.create_answer(None)?)
    }

    async fn set_local(&mut self, description: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_local_description(Instant::now(), description)?)
    }

    async fn set_remote(&mut self, description: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_remote_description(Instant::now(), description)?)
    }

    /// One address is all there is, and no socket: any port will do.
    async fn gathered(&mut self) -> Result<RTCSessionDescription> {
        let base_config = CandidateConfig {
            network: "udp".to_owned(),
            address: "127.0.0.1".to_owned(),
            port: 50_000,
            component: 1,
            ..CandidateConfig::default()
        };
        let host = CandidateHostConfig { base_config, ..CandidateHostConfig::default() };
        let host = RTCIceCandidate::from(&host.new_candidate_host()?).to_json()?;
        self.connection.add_local_candidate(host)?;
        self.connection.add_local_candidate(RTCIceCandidateInit::default())?; // the end of them
        self.connection.local_description().context("a local description")
    }

    async fn stop_video(&mut self) -> Result<()> {
        let last = self.connection.get_transceivers().last().context("a transceiver")?;
        let mut video = self.connection.rtp_transceiver(last).context("a transceiver")?;
        Ok(video.stop()?)
    }

    async fn restart_ice(&mut self) -> Result<()> {
        self.connection.restart_ice();
        Ok(())
    }

    async fn close(mut self) -> Result<()> {
        Ok(self.connection.close()?)
    }
}

impl SansIo {
    fn receive(&mut self, kind: RtpCodecKind) -> Result<()> {
        let direction = RTCRtpTransceiverDirection::Recvonly;
        let init = RTCRtpTransceiverInit { direction, ..RTCRtpTransceiverInit::default() };
        self.connection.add_transceiver_from_kind(kind, Some(init))?;
        Ok(())
    }
}
