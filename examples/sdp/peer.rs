//! One end, by the crate `webrtc`: it offers, or it answers.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result};
use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use tokio::sync::Notify;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCIceGatheringState, RTCSessionDescription,
};

use crate::media::{self, Codecs, Part};

pub(crate) struct Peer {
    connection: Arc<dyn PeerConnection>,
    /// Told when every address is known.
    gathered: Arc<Notify>,
    random: tap::Random,
}

impl Peer {
    /// A peer with one UDP socket at this address. Nothing passes through it here: it
    /// is what the description offers.
    pub(crate) async fn new(
        at: IpAddr,
        codecs: Codecs,
        random: tap::Random,
    ) -> Result<Self> {
        let gathered = Arc::new(Notify::new());
        let (engine, registry) = media::engine(codecs)?;
        let settings = SettingEngineBuilder::new()
            // A program has no need to hide its address behind a .local name.
            .with_multicast_dns_mode(MulticastDnsMode::Disabled);
        let connection = PeerConnectionBuilder::new()
            .with_media_engine(engine)
            .with_interceptor_registry(registry)
            .with_setting_engine(settings.build())
            .with_udp_addrs(vec![SocketAddr::new(at, 0)])
            .with_handler(Arc::new(Told(Arc::clone(&gathered))))
            .build()
            .await
            .with_context(|| format!("cannot open a UDP socket at {at}"))?;
        Ok(Self { connection: Arc::new(connection), gathered, random })
    }

    // ANCHOR: offer
    /// What this end wants, with every address where it may be reached.
    pub(crate) async fn offer(
        &mut self,
        parts: &[Part],
    ) -> Result<RTCSessionDescription> {
        self.add(parts).await?;
        let offer = self.connection.create_offer(None).await?;
        self.connection.set_local_description(offer).await?;
        self.gathered.notified().await;
        self.description().await
    }
    // ANCHOR_END: offer

    // ANCHOR: answer
    /// What this end makes of an offer: a section for each of its sections.
    pub(crate) async fn answer(
        &mut self,
        offer: RTCSessionDescription,
        parts: &[Part],
    ) -> Result<RTCSessionDescription> {
        self.connection.set_remote_description(offer).await?;
        self.add(parts).await?; // what it sends back, in the sections that are there
        let answer = self.connection.create_answer(None).await?;
        self.connection.set_local_description(answer).await?;
        self.gathered.notified().await;
        self.description().await
    }
    // ANCHOR_END: answer

    // ANCHOR: accept
    /// With the answer, both have agreed. ICE and DTLS could begin.
    pub(crate) async fn accept(&self, answer: RTCSessionDescription) -> Result<()> {
        Ok(self.connection.set_remote_description(answer).await?)
    }
    // ANCHOR_END: accept

    async fn add(&mut self, parts: &[Part]) -> Result<()> {
        for part in parts {
            if let Some(track) = part.track(&mut self.random) {
                self.connection.add_track(track).await?;
            } else {
                self.connection.create_data_channel("ping", None).await?;
            }
        }
        Ok(())
    }

    async fn description(&self) -> Result<RTCSessionDescription> {
        let description = self.connection.local_description().await;
        description.context("expected a description once it was set, found none")
    }

    pub(crate) async fn close(&self) -> Result<()> {
        Ok(self.connection.close().await?)
    }
}

struct Told(Arc<Notify>);

#[async_trait::async_trait]
impl PeerConnectionEventHandler for Told {
    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.0.notify_one();
        }
    }
}
