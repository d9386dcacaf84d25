//! Offer and answer ([RFC 9429]), and the stack that they are for.
//!
//! [RFC 9429]: https://www.rfc-editor.org/rfc/rfc9429

use std::sync::Arc;
use std::time::Instant;

use rtc::ice::mdns::MulticastDnsMode;
use rtc::peer_connection::configuration::RTCConfigurationBuilder;
use rtc::peer_connection::configuration::setting_engine::{SctpMaxMessageSize, SettingEngineBuilder};
use rtc::peer_connection::sdp::RTCSessionDescription;
use rtc::peer_connection::{RTCPeerConnection, RTCPeerConnectionBuilder};
use rtc::sdp::SessionDescription;

use crate::{Config, Error, Peer, media};

/// The longest message that it takes, and says so in its SDP (`a=max-message-size`, RFC 8841 section 6).
const LONGEST_MESSAGE: u32 = 64 << 10;
/// So much that was not read by the application yet it holds: the receiver's window of SCTP.
const RECEIVE_WINDOW: u32 = 256 << 10;

impl Peer {
    /// Offers what it has. Candidates that were added before are inside, later ones have to be told.
    ///
    /// # Errors
    /// If the peer is closed, or an offer is under way.
    pub fn offer(&mut self, now: Instant) -> Result<String, Error> {
        let offer = self.connection.create_offer(None)?;
        self.keep(offer, now)
    }

    /// Takes an offer, to be answered.
    ///
    /// # Errors
    /// If the offer cannot be used.
    pub fn take_offer(&mut self, offer: &str, now: Instant) -> Result<(), Error> {
        let sdp = RTCSessionDescription::offer(offer.to_owned()).map_err(unusable("offer"))?;
        let setup = setup(&some_media(&sdp, "offer")?);
        self.connection.set_remote_description(now, sdp).map_err(unusable("offer"))?;
        self.passive = match setup.as_deref() {
            Some("active") => true,
            Some("passive") => false,
            // A later offer leaves the roles as they are.
            _ => self.passive,
        };
        self.notice();
        Ok(())
    }

    /// Answers the offer that it took. Tracks that were added in between go into it.
    ///
    /// # Errors
    /// If there is no offer to answer.
    pub fn answer(&mut self, now: Instant) -> Result<String, Error> {
        let answer = self.connection.create_answer(None).map_err(unusable("offer"))?;
        let answer = self.keep(answer, now)?;
        // The stack takes the role that is left to it, and says active whatever the offer says: both ends would wait
        // for the other (RFC 8842 section 5.3).
        Ok(if self.passive { answer.replace("a=setup:active\r\n", "a=setup:passive\r\n") } else { answer })
    }

    /// Takes the answer to its offer.
    ///
    /// # Errors
    /// If the answer cannot be used.
    pub fn accept(&mut self, answer: &str, now: Instant) -> Result<(), Error> {
        let sdp = RTCSessionDescription::answer(answer.to_owned()).map_err(unusable("answer"))?;
        some_media(&sdp, "answer")?;
        self.connection.set_remote_description(now, sdp).map_err(unusable("answer"))?;
        self.notice();
        Ok(())
    }

    fn keep(&mut self, description: RTCSessionDescription, now: Instant) -> Result<String, Error> {
        self.connection.set_local_description(now, description)?;
        self.notice();
        Ok(self.connection.local_description().map(|description| description.sdp).unwrap_or_default())
    }
}

fn some_media(sdp: &RTCSessionDescription, expected: &'static str) -> Result<SessionDescription, Error> {
    let parsed = sdp.unmarshal().map_err(unusable(expected))?;
    if parsed.media_descriptions.is_empty() { Err(Error::NoMedia(expected)) } else { Ok(parsed) }
}

/// The first `a=setup` of a media description: the one that the stack goes by.
fn setup(sdp: &SessionDescription) -> Option<String> {
    sdp.media_descriptions.iter().find_map(|media| media.attribute("setup").flatten().map(str::to_owned))
}

fn unusable(expected: &'static str) -> impl Fn(rtc::shared::error::Error) -> Error {
    move |error| Error::Description { expected, why: error.to_string() }
}

/// The stack, as this peer sets it up.
pub(crate) fn connection(config: Config, now: Instant) -> Result<RTCPeerConnection, Error> {
    let mut settings = SettingEngineBuilder::new()
        .with_multicast_dns_mode(MulticastDnsMode::Disabled)
        .with_include_loopback_candidate(true)
        .with_sctp_max_message_size(SctpMaxMessageSize::Bounded(LONGEST_MESSAGE))
        .with_sctp_max_receive_buffer_size(RECEIVE_WINDOW);
    if let Some(sink) = config.key_log {
        settings = settings.with_crypto_provider(Arc::new(keylog::KeyLog::new(sink)?));
    }
    let mut builder = RTCPeerConnectionBuilder::new()
        .with_configuration(RTCConfigurationBuilder::new().build())
        .with_setting_engine(settings.build());
    if config.media {
        let (engine, registry) = media::engine()?;
        builder = builder.with_media_engine(engine).with_interceptor_registry(registry);
    }
    Ok(builder.build(now)?)
}
