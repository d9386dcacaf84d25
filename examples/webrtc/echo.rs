//! A call that is answered: whatever comes goes back.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use rtc::peer_connection::transport::{
    RTCDtlsTransportState, RTCSctpTransportState,
};
use rtc::rtp_transceiver::rtp_sender::RtpCodecKind;
use tap::Tap;
use tokio::task::JoinSet;
use tokio::time::timeout;
use webrtc::data_channel::{DataChannel, DataChannelEvent};
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;
use webrtc::peer_connection::{RTCPeerConnectionState, RTCSessionDescription};

use crate::media;
use crate::peer::{Event, Peer, Settings};

/// A call that is not connected by then has failed.
const PATIENCE: Duration = Duration::from_secs(30);
/// A call may last so long.
const LONGEST: Duration = Duration::from_secs(3600);
/// How often to look whether the other end is still there.
const LOOK: Duration = Duration::from_millis(500);
/// So many channels of a call get an echo, and the first track of each kind.
const MOST_CHANNELS: usize = 16;

/// A call that has an answer and waits to be connected.
pub(crate) struct Call {
    peer: Peer,
    tracks: Vec<(RtpCodecKind, Arc<TrackLocalStaticRTP>)>,
}

impl Call {
    // ANCHOR: answer
    /// What to answer to an offer: a whole answer, with all candidates in it.
    pub(crate) async fn answer(
        offer: String,
        at: IpAddr,
        settings: &Settings,
    ) -> Result<(Self, String)> {
        let offer = RTCSessionDescription::offer(offer)?;
        let sections = offer.unmarshal()?.media_descriptions;
        // The library would answer active to an active offer, and both would wait
        // (RFC 8842 section 5.3).
        let active = |value: Option<&str>| value == Some("active");
        let passive =
            sections.iter().any(|one| one.attribute("setup").is_some_and(active));
        let settings = Settings { passive, ..settings.clone() };
        let mut kinds =
            vec![("audio", RtpCodecKind::Audio), ("video", RtpCodecKind::Video)];
        kinds.retain(|(name, _)| {
            sections.iter().any(|section| section.media_name.media == *name)
        });

        let peer = Peer::new(at, &settings).await?;
        let mut call = Self { peer, tracks: Vec::new() };
        let answered = timeout(PATIENCE, call.negotiate(offer, &kinds)).await;
        match answered.context("no answer in time").flatten() {
            Ok(answer) => Ok((call, answer)),
            Err(error) => {
                call.hang_up().await;
                Err(error)
            }
        }
    }

    async fn negotiate(
        &mut self,
        offer: RTCSessionDescription,
        kinds: &[(&str, RtpCodecKind)],
    ) -> Result<String> {
        let Self { peer, tracks } = self;
        peer.connection.set_remote_description(offer).await?;
        for &(_, kind) in kinds {
            tracks.push((kind, media::add_track(&peer.connection, kind).await?));
        }
        let answer = peer.connection.create_answer(None).await?;
        peer.connection.set_local_description(answer).await?;
        peer.gathered().await?;
        let answer = peer.connection.local_description().await;
        Ok(answer.context("no answer came to be")?.sdp)
    }
    // ANCHOR_END: answer

    /// To drop a connection does not end it: its task and its socket would stay.
    pub(crate) async fn hang_up(self) {
        let _ = self.peer.connection.close().await;
    }

    /// Sends back what comes, until the other end hangs up or is lost.
    pub(crate) async fn hold(mut self, name: &str, tap: &Tap) {
        let begun = async {
            loop {
                match self.peer.events.recv().await? {
                    Event::State(RTCPeerConnectionState::Connected) => {
                        return Some(());
                    }
                    Event::State(RTCPeerConnectionState::Failed) => return None,
                    _ => {}
                }
            }
        };
        match timeout(PATIENCE, begun).await {
            Ok(Some(())) => {
                tap.tell(&format!("{name}: connected."));
                let _ = timeout(LONGEST, self.follow(name, tap)).await;
                tap.tell(&format!("{name}: over."));
            }
            _ => tap.tell(&format!("{name}: no connection within {} s. Either no packet came through, or DTLS failed: the certificate is not the one that the offer names, or the two ends have no cipher in common. Firefox reaches a loopback address only with media.peerconnection.ice.loopback = true and media.peerconnection.ice.obfuscate_host_addresses = false (about:config).", PATIENCE.as_secs())),
        }
        self.hang_up().await;
    }

    async fn hung_up(&self) -> bool {
        let Some(sctp) = self.peer.connection.sctp().await else { return false };
        let dtls = sctp.transport().state().await;
        matches!(
            dtls,
            Ok(RTCDtlsTransportState::Closed | RTCDtlsTransportState::Failed)
        ) || matches!(sctp.state().await, Ok(RTCSctpTransportState::Closed))
    }

    async fn follow(&mut self, name: &str, tap: &Tap) {
        // What they do ends with the call.
        let (mut channels, mut mirrors) = (JoinSet::new(), JoinSet::new());
        loop {
            let event = tokio::select! {
                event = self.peer.events.recv() => event,
                // Whoever hangs up closes DTLS or SCTP, and the library does not say.
                () = tokio::time::sleep(LOOK) => match self.hung_up().await {
                    true => return,
                    false => continue,
                },
                // Whoever closes the last channel has hung up too.
                Some(_) = channels.join_next() => match channels.is_empty() {
                    true => return,
                    false => continue,
                },
            };
            match event {
                None | Some(Event::State(RTCPeerConnectionState::Failed)) => return,
                Some(Event::Channel(channel)) if channels.len() < MOST_CHANNELS => {
                    channels.spawn(echo(channel));
                }
                Some(Event::Track(theirs)) => {
                    let kind = theirs.kind().await;
                    let ours =
                        self.tracks.iter().position(|(ours, _)| *ours == kind);
                    if let Some(at) = ours {
                        let (_, ours) = self.tracks.swap_remove(at);
                        tap.tell(&format!("{name}: {kind} comes, and goes back."));
                        mirrors.spawn(media::mirror(theirs, ours));
                    }
                }
                Some(_) => {}
            }
        }
    }
}

// ANCHOR: echo
/// Text comes back with "echo:" before it, bytes as they are.
async fn echo(channel: Arc<dyn DataChannel>) {
    while let Some(event) = channel.poll().await {
        let DataChannelEvent::OnMessage(message) = event else { continue };
        let sent = if message.is_string {
            let text = String::from_utf8_lossy(&message.data);
            channel.send_text(&format!("echo:{text}")).await
        } else {
            channel.send(message.data).await
        };
        // Too long for the other end, or it is gone: the next message will tell.
        drop(sent);
    }
}
// ANCHOR_END: echo
