//! One end of a call, by the crate `webrtc`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result};
use async_trait::async_trait;
use rtc::crypto::RTCCryptoProvider;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use tokio::sync::mpsc;
use webrtc::data_channel::DataChannel;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCIceCandidate, RTCIceGatheringState, RTCPeerConnectionIceEvent,
    RTCPeerConnectionState,
};

/// What a connection tells of itself.
pub(crate) enum Event {
    /// An address where this end may be reached.
    Candidate(RTCIceCandidate),
    /// There are no more.
    Gathered,
    State(RTCPeerConnectionState),
    /// The other end has opened a channel.
    Channel(Arc<dyn DataChannel>),
}

/// So many events wait for somebody to take them.
const MOST_WAITING: usize = 256;

pub(crate) struct Peer {
    pub(crate) connection: Arc<dyn PeerConnection>,
    pub(crate) events: mpsc::Receiver<Event>,
}

// ANCHOR: build
/// What a peer may need beyond its address.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Records its datagrams.
    pub(crate) runtime: tap::webrtc::Runtime,
    /// Where the keys of its DTLS go, where anyone asked for them.
    pub(crate) keys: Option<Arc<dyn RTCCryptoProvider>>,
    /// What it calls itself in ICE, and its password; else they are drawn.
    pub(crate) credentials: Option<(String, String)>,
}

impl Peer {
    /// `new RTCPeerConnection()`: a peer with one UDP socket, for everything.
    pub(crate) async fn new(at: IpAddr, settings: &Settings) -> Result<Self> {
        let mut engine = SettingEngineBuilder::new()
            // A program has no need to hide its address behind a .local name.
            .with_multicast_dns_mode(MulticastDnsMode::Disabled);
        if let Some(keys) = &settings.keys {
            engine = engine.with_crypto_provider(Arc::clone(keys));
        }
        if let Some((ufrag, password)) = settings.credentials.clone() {
            engine = engine.with_ice_credentials(ufrag, password);
        }
        let (told, events) = mpsc::channel(MOST_WAITING);
        let connection = PeerConnectionBuilder::new()
            .with_udp_addrs(vec![SocketAddr::new(at, 0)])
            .with_runtime(Arc::new(settings.runtime.clone()))
            .with_setting_engine(engine.build())
            .with_handler(Arc::new(Told(told)))
            .build()
            .await
            .with_context(|| format!("cannot open a UDP socket at {at}"))?;
        Ok(Self { connection: Arc::new(connection), events })
    }
}
// ANCHOR_END: build

/// Puts what the library calls us with into one queue.
struct Told(mpsc::Sender<Event>);

impl Told {
    /// Never waits: the connection itself would stand still. Whoever sends more than
    /// anyone takes is not heard.
    fn tell(&self, event: Event) {
        let _ = self.0.try_send(event);
    }
}

#[async_trait]
impl PeerConnectionEventHandler for Told {
    async fn on_ice_candidate(&self, event: RTCPeerConnectionIceEvent) {
        self.tell(Event::Candidate(event.candidate));
    }

    async fn on_ice_gathering_state_change(&self, state: RTCIceGatheringState) {
        if state == RTCIceGatheringState::Complete {
            self.tell(Event::Gathered);
        }
    }

    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.tell(Event::State(state));
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.tell(Event::Channel(channel));
    }
}
