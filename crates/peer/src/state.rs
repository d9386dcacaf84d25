//! The states of a call, part by part, by the names that the W3C gives them.

use std::collections::BTreeMap;

use rtc::peer_connection::event::RTCPeerConnectionEvent;

/// What has a state of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// Offer and answer: `stable`, `have-local-offer`, …
    Signaling,
    /// Candidates of this side: `new`, `gathering`, `complete`.
    Gathering,
    /// `new`, `checking`, `connected`, `disconnected`, `failed`, …
    Ice,
    /// `new`, `connecting`, `connected`, `closed`, `failed`.
    Dtls,
    /// `connecting`, `connected`, `closed`.
    Sctp,
    /// ICE and DTLS in one word: what `connectionState` says.
    Connection,
}

impl Part {
    /// The name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Signaling => "signaling",
            Self::Gathering => "gathering",
            Self::Ice => "ice",
            Self::Dtls => "dtls",
            Self::Sctp => "sctp",
            Self::Connection => "connection",
        }
    }
}

/// The state that each part is in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct States(BTreeMap<Part, String>);

impl States {
    /// The state of a part; `None` as long as nothing was heard of it.
    #[must_use]
    pub fn of(&self, part: Part) -> Option<&str> {
        self.0.get(&part).map(String::as_str)
    }

    /// Whether that is news.
    pub(crate) fn enter(&mut self, part: Part, state: &str) -> bool {
        if self.of(part) == Some(state) {
            return false;
        }
        self.0.insert(part, state.to_owned());
        true
    }
}

/// What an event of the stack says of a part.
pub(crate) fn told(event: &RTCPeerConnectionEvent) -> Option<(Part, String)> {
    Some(match event {
        RTCPeerConnectionEvent::OnSignalingStateChangeEvent(state) => (Part::Signaling, state.to_string()),
        RTCPeerConnectionEvent::OnIceGatheringStateChangeEvent(state) => (Part::Gathering, state.to_string()),
        RTCPeerConnectionEvent::OnIceConnectionStateChangeEvent(state) => (Part::Ice, state.to_string()),
        RTCPeerConnectionEvent::OnConnectionStateChangeEvent(state) => (Part::Connection, state.to_string()),
        _ => return None,
    })
}
