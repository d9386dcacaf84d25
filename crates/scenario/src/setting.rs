//! What is to be played.

use std::time::Duration;

use sim::{Edge, Link};

pub use sim::Limits;

/// Two agents, what stands between them, and what is to happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Between the left agent and the internet. Left makes the offer, so it controls (RFC 8445 section 6.1.1).
    pub left: Edge,
    /// Between the right agent and the internet.
    pub right: Edge,
    /// Joins each side to the internet.
    pub link: Link,
    /// All chance comes of it: the links', the NATs', and the agents' credentials and tie-breakers.
    pub seed: u64,
    /// How far it may go; a year at most.
    pub limits: Limits,
    /// What is to happen.
    pub play: Play,
}

/// What is to happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Play {
    /// How long an offer, an answer or a candidate takes to the other side.
    pub signaling: Duration,
    /// Whether candidates are told one by one as they are found (RFC 8838), rather than all with offer and answer.
    pub trickle: bool,
    /// Both agents believe that they control (RFC 8445 section 7.3.1.1).
    pub role_conflict: bool,
    /// Both are at home behind the left edge.
    pub same_network: bool,
    /// Host candidates are not told to the other side, as where it cannot resolve their mDNS names.
    pub hide_hosts: bool,
    /// Left restarts ICE then (RFC 8445 section 9).
    pub restart_at: Option<Duration>,
    /// The right side's cable is cut then.
    pub cut_at: Option<Duration>,
    /// When the story ends.
    pub until: Until,
}

/// When a story ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When both sides have selected a pair, or failed.
    Nominated,
    /// Then, whatever happened.
    Time(Duration),
}

impl Setting {
    /// Two agents behind those edges, on good links, with nothing out of the ordinary.
    #[must_use]
    pub fn between(left: Edge, right: Edge) -> Self {
        Self {
            left,
            right,
            link: Link::of(Duration::from_millis(10)),
            seed: 1,
            limits: Limits::default(),
            play: Play::default(),
        }
    }
}

impl Default for Play {
    fn default() -> Self {
        Self {
            signaling: Duration::from_millis(50),
            trickle: true,
            role_conflict: false,
            same_network: false,
            hide_hosts: false,
            restart_at: None,
            cut_at: None,
            until: Until::Nominated,
        }
    }
}
