//! A peer connection, by the crate `webrtc`. The chapter on WebRTC tells more.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use rtc::crypto::RTCCryptoProvider;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use tokio::sync::mpsc;
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCPeerConnectionState,
};

use crate::media;

/// The next step comes within this time, or not at all.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);
/// So many events wait for somebody to take them.
const MOST_WAITING: usize = 256;

/// What a connection tells of itself.
pub(crate) enum Event {
    State(RTCPeerConnectionState),
    /// The other end has opened a channel.
    Channel(Arc<dyn DataChannel>),
    /// The other end sends sound or pictures.
    Track(Arc<dyn TrackRemote>),
}

/// What a peer may need beyond its address.
#[derive(Clone)]
pub(crate) struct Settings {
    /// Where its socket is.
    pub(crate) at: IpAddr,
    /// Records its datagrams, where nobody else does.
    pub(crate) runtime: tap::webrtc::Runtime,
    /// Where the keys of its DTLS go, where anyone asked for them.
    pub(crate) keys: Option<Arc<dyn RTCCryptoProvider>>,
}

pub(crate) struct Peer {
    pub(crate) connection: Arc<dyn PeerConnection>,
    pub(crate) events: mpsc::Receiver<Event>,
}

impl Peer {
    pub(crate) async fn new(settings: &Settings) -> Result<Self> {
        let mut engine = SettingEngineBuilder::new()
            // A program has no need to hide its address behind a .local name.
            .with_multicast_dns_mode(MulticastDnsMode::Disabled);
        if let Some(keys) = &settings.keys {
            engine = engine.with_crypto_provider(Arc::clone(keys));
        }
        let (media, interceptors) = media::engine()?;
        let (told, events) = mpsc::channel(MOST_WAITING);
        let connection = PeerConnectionBuilder::new()
            .with_udp_addrs(vec![SocketAddr::new(settings.at, 0)])
            .with_runtime(Arc::new(settings.runtime.clone()))
            .with_setting_engine(engine.build())
            .with_media_engine(media)
            .with_interceptor_registry(interceptors)
            .with_handler(Arc::new(Told(told)))
            .build()
            .await
            .with_context(|| {
                format!("cannot open a UDP socket at {}", settings.at)
            })?;
        Ok(Self { connection: Arc::new(connection), events })
    }

    /// ICE has found a way, and DTLS has made keys.
    pub(crate) async fn connected(&mut self) -> Result<()> {
        loop {
            match self.next().await? {
                Event::State(RTCPeerConnectionState::Connected) => return Ok(()),
                Event::State(
                    state @ (RTCPeerConnectionState::Failed
                    | RTCPeerConnectionState::Closed),
                ) => bail!("the connection is {state}"),
                _ => {}
            }
        }
    }

    pub(crate) async fn next(&mut self) -> Result<Event> {
        let event = timeout(PATIENCE, self.events.recv()).await;
        event
            .context("the connection says nothing")?
            .context("the connection ended")
    }
}

/// Waits until the channel can carry messages.
pub(crate) async fn open(channel: &Arc<dyn DataChannel>) -> Result<()> {
    while let Some(event) = timeout(PATIENCE, channel.poll()).await? {
        if matches!(event, DataChannelEvent::OnOpen) {
            return Ok(());
        }
    }
    bail!("the channel ended")
}

/// Waits for a message, and takes it for text.
pub(crate) async fn message(channel: &Arc<dyn DataChannel>) -> Result<String> {
    while let Some(event) = channel.poll().await {
        if let DataChannelEvent::OnMessage(message) = event {
            return Ok(String::from_utf8_lossy(&message.data).into_owned());
        }
    }
    bail!("the channel ended")
}

/// Puts what the library calls us with into one queue.
struct Told(mpsc::Sender<Event>);

impl Told {
    /// Never waits: the connection itself would stand still.
    fn tell(&self, event: Event) {
        let _ = self.0.try_send(event);
    }
}

#[async_trait]
impl PeerConnectionEventHandler for Told {
    async fn on_connection_state_change(&self, state: RTCPeerConnectionState) {
        self.tell(Event::State(state));
    }

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.tell(Event::Track(track));
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.tell(Event::Channel(channel));
    }
}
