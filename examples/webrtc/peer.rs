//! One end of a call, by the crate `webrtc`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use async_trait::async_trait;
use rtc::crypto::RTCCryptoProvider;
use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::configuration::setting_engine::SettingEngineBuilder;
use rtc::peer_connection::transport::RTCDtlsRole;
use tokio::sync::mpsc;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::media_stream::track_remote::TrackRemote;
use webrtc::peer_connection::{
    PeerConnection, PeerConnectionBuilder, PeerConnectionEventHandler,
    RTCIceCandidate, RTCIceGatheringState, RTCPeerConnectionIceEvent,
    RTCPeerConnectionState,
};

use crate::media;

/// What a connection tells of itself.
pub(crate) enum Event {
    /// An address where this end may be reached.
    Candidate(RTCIceCandidate),
    /// There are no more.
    Gathered,
    State(RTCPeerConnectionState),
    /// The other end has opened a channel.
    Channel(Arc<dyn DataChannel>),
    /// The other end sends sound or pictures.
    Track(Arc<dyn TrackRemote>),
}

/// Whoever sends more than the other end takes has to wait.
const MOST_UNSENT: usize = 1 << 20;
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
    /// Be the server of the DTLS handshake, where the answer may choose.
    pub(crate) passive: bool,
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
        if settings.passive {
            engine = engine.with_answering_dtls_role(RTCDtlsRole::Server);
        }
        if let Some((ufrag, password)) = settings.credentials.clone() {
            engine = engine.with_ice_credentials(ufrag, password);
        }
        let (media, interceptors) = media::engine()?;
        let (told, events) = mpsc::channel(MOST_WAITING);
        let connection = PeerConnectionBuilder::new()
            .with_udp_addrs(vec![SocketAddr::new(at, 0)])
            .with_runtime(Arc::new(settings.runtime.clone()))
            .with_setting_engine(engine.build())
            .with_media_engine(media)
            .with_interceptor_registry(interceptors)
            .with_data_channel_send_buffer_limit(MOST_UNSENT)
            .with_handler(Arc::new(Told(told)))
            .build()
            .await
            .with_context(|| format!("cannot open a UDP socket at {at}"))?;
        Ok(Self { connection: Arc::new(connection), events })
    }
}
// ANCHOR_END: build

/// Waiting for what a connection tells. Whatever comes before it is dropped.
impl Peer {
    /// All addresses of this end are known, and in its description.
    pub(crate) async fn gathered(&mut self) -> Result<()> {
        self.until(|event| matches!(event, Event::Gathered).then_some(())).await
    }

    /// ICE has found a way, and DTLS has made keys.
    pub(crate) async fn connected(&mut self) -> Result<()> {
        let state = self.until(|event| match event {
            Event::State(state @ RTCPeerConnectionState::Connected) => Some(state),
            Event::State(state @ RTCPeerConnectionState::Failed) => Some(state),
            Event::State(state @ RTCPeerConnectionState::Closed) => Some(state),
            _ => None,
        });
        match state.await? {
            RTCPeerConnectionState::Connected => Ok(()),
            state => bail!("the connection is {state}"),
        }
    }

    /// The other end has opened a channel.
    pub(crate) async fn channel(&mut self) -> Result<Arc<dyn DataChannel>> {
        self.until(|event| match event {
            Event::Channel(channel) => Some(channel),
            _ => None,
        })
        .await
    }

    async fn until<T>(&mut self, take: impl Fn(Event) -> Option<T>) -> Result<T> {
        loop {
            let event = self.events.recv().await;
            if let Some(taken) = take(event.context("the connection ended")?) {
                return Ok(taken);
            }
        }
    }
}

/// Waits until the channel can carry messages.
pub(crate) async fn open(channel: &Arc<dyn DataChannel>) -> Result<()> {
    event(channel, |event| matches!(event, DataChannelEvent::OnOpen).then_some(()))
        .await
}

/// Waits until the channel is closed, by whichever end.
pub(crate) async fn closed(channel: &Arc<dyn DataChannel>) -> Result<()> {
    event(channel, |event| matches!(event, DataChannelEvent::OnClose).then_some(()))
        .await
}

/// Waits for a message, and takes it for text.
pub(crate) async fn message(channel: &Arc<dyn DataChannel>) -> Result<String> {
    event(channel, |event| match event {
        DataChannelEvent::OnMessage(message) => {
            Some(String::from_utf8_lossy(&message.data).into_owned())
        }
        _ => None,
    })
    .await
}

async fn event<T>(
    channel: &Arc<dyn DataChannel>,
    take: impl Fn(DataChannelEvent) -> Option<T>,
) -> Result<T> {
    while let Some(event) = channel.poll().await {
        if let Some(taken) = take(event) {
            return Ok(taken);
        }
    }
    bail!("the channel ended")
}

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

    async fn on_track(&self, track: Arc<dyn TrackRemote>) {
        self.tell(Event::Track(track));
    }

    async fn on_data_channel(&self, channel: Arc<dyn DataChannel>) {
        self.tell(Event::Channel(channel));
    }
}
