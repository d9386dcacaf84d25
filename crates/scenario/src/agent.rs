//! The stack's agent, with times since the world began and views instead of its own types.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use rtc_ice::candidate::candidate_pair::CandidatePairState;
use rtc_ice::candidate::{Candidate, unmarshal_candidate};
use rtc_ice::mdns::MulticastDnsMode;
use rtc_ice::state::ConnectionState;
use rtc_ice::{Agent, AgentConfig, CandidatePairStats, Event};
use rtc_shared::error::Error;
use rtc_shared::{TaggedBytesMut, TransportContext, TransportProtocol};
use sansio::Protocol;

use crate::candidate::CandidateView;
use crate::crypto::Seeded;
use crate::moment::{CheckState, PairView, Role, State};

/// An agent of the stack.
pub(crate) struct IceAgent {
    agent: Agent,
    /// What the stack's clock showed when the world began. Only differences count.
    began: Instant,
}

/// Username fragment and password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Credentials {
    pub(crate) ufrag: String,
    pub(crate) password: String,
}

/// What the stack has to tell.
pub(crate) enum Told {
    State(State),
    Role(Role),
    Selected,
}

impl IceAgent {
    pub(crate) fn new(credentials: Credentials, controls: bool, seed: u64) -> Result<Self, Error> {
        // Any instant would do: only differences count.
        let began = Instant::now();
        let config = AgentConfig {
            local_ufrag: credentials.ufrag,
            local_pwd: credentials.password,
            is_controlling: controls,
            multicast_dns_mode: MulticastDnsMode::Disabled,
            ..AgentConfig::default()
        };
        let crypto = Seeded::new(seed).map_err(|error| Error::Crypto(error.to_string()))?;
        Ok(Self { agent: Agent::new(began, Arc::new(config), Arc::new(crypto))?, began })
    }

    pub(crate) fn add_local(&mut self, candidate: Candidate) -> Result<bool, Error> {
        self.agent.add_local_candidate(candidate)
    }

    /// Takes a line of the other side's; `None` where it is of no use.
    pub(crate) fn add_remote(&mut self, line: &str) -> Result<Option<CandidateView>, Error> {
        let candidate = unmarshal_candidate(line)?;
        let view = CandidateView::of(&candidate);
        Ok(self.agent.add_remote_candidate(candidate)?.then_some(view))
    }

    pub(crate) fn credentials(&self) -> Credentials {
        let own = self.agent.get_local_credentials();
        Credentials { ufrag: own.ufrag.clone(), password: own.pwd.clone() }
    }

    pub(crate) fn remote_ufrag(&self) -> Option<&str> {
        self.agent.get_remote_credentials().map(|theirs| theirs.ufrag.as_str())
    }

    pub(crate) fn start(&mut self, now: Duration, controls: bool, theirs: Credentials) -> Result<(), Error> {
        self.agent.start_connectivity_checks(self.began + now, controls, theirs.ufrag, theirs.password)
    }

    pub(crate) fn restart(&mut self, now: Duration, own: Credentials) -> Result<(), Error> {
        self.agent.restart(self.began + now, own.ufrag, own.password, true)
    }

    pub(crate) fn next(&mut self) -> Option<Duration> {
        Some(self.agent.poll_timeout()?.saturating_duration_since(self.began))
    }

    pub(crate) fn wake(&mut self, now: Duration) {
        // It fails for mDNS only, which is off.
        _ = self.agent.handle_timeout(self.began + now);
    }

    /// A datagram that it does not take is dropped, as on a socket.
    pub(crate) fn receive(&mut self, now: Duration, to: SocketAddr, from: SocketAddr, bytes: &[u8]) {
        let transport = TransportContext {
            local_addr: to,
            peer_addr: from,
            transport_protocol: TransportProtocol::UDP,
            ecn: None,
        };
        let message = BytesMut::from(bytes);
        _ = self.agent.handle_read(TaggedBytesMut { now: self.began + now, transport, message });
    }

    /// The next datagram: from which socket, to whom, and its bytes.
    pub(crate) fn transmit(&mut self) -> Option<(SocketAddr, SocketAddr, Bytes)> {
        let TaggedBytesMut { transport, message, .. } = self.agent.poll_write()?;
        Some((transport.local_addr, transport.peer_addr, message.freeze()))
    }

    pub(crate) fn told(&mut self) -> Option<Told> {
        loop {
            match self.agent.poll_event()?.event {
                Event::ConnectionStateChange(state) => return Some(Told::State(state_of(state))),
                Event::SelectedCandidatePairChange(..) => return Some(Told::Selected),
                Event::RoleChange(controls) => return Some(Told::Role(role_of(controls))),
                _ => {}
            }
        }
    }

    pub(crate) fn state(&self) -> State {
        state_of(self.agent.state())
    }

    pub(crate) fn controls(&self) -> bool {
        self.agent.role()
    }

    /// All candidates are of one family and component, so each of ours is paired with each of theirs.
    pub(crate) fn pair_count(&self) -> usize {
        self.agent.get_local_candidates().len() * self.agent.get_remote_candidates().len()
    }

    /// The pairs, the one of highest priority first.
    pub(crate) fn check_list(&self) -> Vec<PairView> {
        let selected = self
            .agent
            .get_selected_candidate_pair()
            .map(|(local, remote)| (local.id().to_owned(), remote.id().to_owned()));
        let views = |all: &[Candidate]| -> HashMap<String, CandidateView> {
            all.iter().map(|one| (one.id().to_owned(), CandidateView::of(one))).collect()
        };
        let ours = views(self.agent.get_local_candidates());
        let theirs = views(self.agent.get_remote_candidates());
        let pair = |stats: &CandidatePairStats| {
            let local = ours.get(&stats.local_candidate_id)?.clone();
            let remote = theirs.get(&stats.remote_candidate_id)?.clone();
            Some(self.pair(stats, local, remote, selected.as_ref()))
        };
        let stats = self.agent.get_candidate_pairs_stats(self.began);
        let mut pairs: Vec<_> = stats.iter().filter_map(pair).collect();
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.priority));
        pairs
    }

    fn pair(
        &self,
        stats: &CandidatePairStats,
        local: CandidateView,
        remote: CandidateView,
        selected: Option<&(String, String)>,
    ) -> PairView {
        let (g, d) = match self.controls() {
            true => (local.priority, remote.priority),
            false => (remote.priority, local.priority),
        };
        PairView {
            local,
            remote,
            g,
            d,
            priority: PairView::priority_of(g, d),
            state: match stats.state {
                CandidatePairState::InProgress => CheckState::InProgress,
                CandidatePairState::Succeeded => CheckState::Succeeded,
                CandidatePairState::Failed => CheckState::Failed,
                _ => CheckState::Waiting,
            },
            nominated: stats.nominated,
            selected: selected.is_some_and(|(local, remote)| {
                (local, remote) == (&stats.local_candidate_id, &stats.remote_candidate_id)
            }),
            requests_sent: stats.requests_sent,
            responses_received: stats.responses_received,
            requests_received: stats.requests_received,
            responses_sent: stats.responses_sent,
            consent_requests_sent: stats.consent_requests_sent,
            round_trip: Duration::from_secs_f64(stats.current_round_trip_time.max(0.0)),
        }
    }
}

fn role_of(controls: bool) -> Role {
    if controls { Role::Controlling } else { Role::Controlled }
}

fn state_of(state: ConnectionState) -> State {
    match state {
        ConnectionState::Checking => State::Checking,
        ConnectionState::Connected | ConnectionState::Completed => State::Connected,
        ConnectionState::Disconnected => State::Disconnected,
        ConnectionState::Failed => State::Failed,
        ConnectionState::Closed => State::Closed,
        _ => State::New,
    }
}
