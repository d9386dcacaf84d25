//! Candidates: how they are made for the agent, and how a story shows them.

use std::fmt;
use std::net::SocketAddr;

use rtc_ice::candidate::candidate_host::CandidateHostConfig;
use rtc_ice::candidate::candidate_server_reflexive::CandidateServerReflexiveConfig;
use rtc_ice::candidate::{Candidate, CandidateConfig, CandidateType};
use rtc_shared::error::Error;
use serde::Serialize;

/// A candidate, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CandidateView {
    /// How it was found.
    pub kind: Kind,
    /// The transport address.
    pub address: SocketAddr,
    /// Where packets of it are sent from; of the other side's, what it says in `raddr`. RFC 8445 section 5.1.1.
    pub base: Option<SocketAddr>,
    /// 1: with RTP and RTCP on one port, and for data, there is no other.
    pub component: u16,
    /// Candidates alike in this are frozen and thawed together (RFC 8445 section 5.1.1.3).
    pub foundation: String,
    /// 2^24 times the type preference, and 2^8 times the local preference, and 256 less the component (RFC 8445
    /// section 5.1.2.1).
    pub priority: u32,
    /// 126 for host, 110 for prflx, 100 for srflx, 0 for relay (RFC 8445 section 5.1.2.2).
    pub type_preference: u32,
    /// 65535 where there is one address only.
    pub local_preference: u32,
    /// As SDP writes it.
    pub line: String,
}

/// How a candidate was found (RFC 8445 section 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// An address of the host's own.
    Host,
    /// What a STUN server saw.
    Srflx,
    /// What the other agent saw in a check.
    Prflx,
    /// An address on a TURN server.
    Relay,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Srflx => "srflx",
            Self::Prflx => "prflx",
            Self::Relay => "relay",
        })
    }
}

impl CandidateView {
    pub(crate) fn of(candidate: &Candidate) -> Self {
        let priority = candidate.priority();
        let kind = match candidate.candidate_type() {
            CandidateType::ServerReflexive => Kind::Srflx,
            CandidateType::PeerReflexive => Kind::Prflx,
            CandidateType::Relay => Kind::Relay,
            _ => Kind::Host,
        };
        let base = candidate.related_address().and_then(|related| {
            Some(SocketAddr::new(related.address.parse().ok()?, related.port)).filter(|base| base.port() != 0)
        });
        Self {
            kind,
            address: candidate.addr(),
            base: base.or((kind == Kind::Host).then(|| candidate.addr())),
            component: candidate.component(),
            foundation: candidate.foundation(),
            priority,
            type_preference: priority >> 24,
            local_preference: priority >> 8 & 0xffff,
            line: candidate.marshal(),
        }
    }
}

/// For data, or media with RTP and RTCP on one port (RFC 8445 section 4).
const COMPONENT: u16 = 1;

pub(crate) fn host(address: SocketAddr) -> Result<Candidate, Error> {
    CandidateHostConfig { base_config: base_config(address), ..CandidateHostConfig::default() }
        .new_candidate_host()
}

pub(crate) fn server_reflexive(mapped: SocketAddr, base: SocketAddr) -> Result<Candidate, Error> {
    let config = CandidateServerReflexiveConfig {
        base_config: base_config(mapped),
        rel_addr: base.ip().to_string(),
        rel_port: base.port(),
        url: None,
    };
    config.new_candidate_server_reflexive()
}

fn base_config(address: SocketAddr) -> CandidateConfig {
    CandidateConfig {
        network: "udp".to_owned(),
        address: address.ip().to_string(),
        port: address.port(),
        component: COMPONENT,
        ..CandidateConfig::default()
    }
}
