//! A line of a NAT's table.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use super::behavior::Dependence;
use crate::packet::{Flags, Transport};
use crate::tcp::{Connection, Direction};

/// Names a mapping of one NAT. Numbers are never used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MappingId(pub u64);

/// An internal endpoint, and what the world sees in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Its number.
    pub id: MappingId,
    pub(super) key: Key,
    /// What it carries.
    pub transport: Transport,
    /// X:x in RFC 4787.
    pub internal: SocketAddr,
    /// X1':x1' in RFC 4787.
    pub external: SocketAddr,
    /// Whom the internal endpoint wrote to through it: what the filter goes by.
    pub remotes: Arc<Vec<SocketAddr>>,
    /// When it was made.
    pub made: Duration,
    /// When it dies, unless something refreshes it.
    pub expires: Duration,
    /// The TCP connections through it, and when each was last seen.
    pub(super) connections: BTreeMap<SocketAddr, (Connection, Duration)>,
}

/// What makes a packet share a mapping (RFC 4787 section 4.1). Keys of one host, and of one endpoint, are neighbors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) internal: SocketAddr,
    pub(super) transport: Transport,
    toward: Toward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Toward {
    Anybody,
    Address(IpAddr),
    Endpoint(SocketAddr),
}

impl Key {
    pub(super) fn new(
        transport: Transport,
        internal: SocketAddr,
        mapping: Dependence,
        remote: SocketAddr,
    ) -> Self {
        let toward = match mapping {
            Dependence::EndpointIndependent => Toward::Anybody,
            Dependence::AddressDependent => Toward::Address(remote.ip()),
            Dependence::AddressAndPortDependent => Toward::Endpoint(remote),
        };
        Self { internal, transport, toward }
    }

    /// No key of that endpoint comes before it.
    pub(super) fn first_of(internal: SocketAddr, transport: Transport) -> Self {
        Self { internal, transport, toward: Toward::Anybody }
    }
}

impl Mapping {
    /// So many remote endpoints a mapping's filter knows, and so many TCP connections it follows; the oldest goes
    /// first.
    pub const MOST_REMOTES: usize = 256;

    /// As it is now, without the connections: nobody sees those, and a log would keep them over and over.
    pub(super) fn shown(&self) -> Self {
        let Self { id, key, transport, internal, external, made, expires, .. } = *self;
        let remotes = Arc::clone(&self.remotes);
        Self { id, key, transport, internal, external, remotes, made, expires, connections: BTreeMap::new() }
    }

    pub(super) fn sends_to(&mut self, remote: SocketAddr) {
        if !self.remotes.contains(&remote) {
            let remotes = Arc::make_mut(&mut self.remotes);
            if remotes.len() >= Self::MOST_REMOTES {
                remotes.remove(0);
            }
            remotes.push(remote);
        }
    }

    pub(super) fn lets_in(&self, filtering: Dependence, from: SocketAddr) -> bool {
        self.remotes.iter().any(|&remote| filtering.same(remote, from))
    }

    /// Whether a segment belongs to a connection through this mapping, or begins one (RFC 5382 sections 4.2 and 4.3).
    pub(super) fn follows(&self, remote: SocketAddr, flags: Flags) -> bool {
        flags.syn || self.connections.contains_key(&remote)
    }

    /// A TCP segment passes: the mapping lives as long as the connection through it that may be idle longest.
    pub(super) fn passes(&mut self, now: Duration, remote: SocketAddr, flags: Flags, direction: Direction) {
        let (connection, last) = self.connections.entry(remote).or_default();
        connection.sees(flags, direction);
        *last = now;
        let until = |(connection, last): &(Connection, Duration)| last.saturating_add(connection.patience());
        self.connections.retain(|_, connection| until(connection) > now);
        if self.connections.len() > Self::MOST_REMOTES {
            let soonest = self.connections.iter().min_by_key(|(_, connection)| until(connection));
            let soonest = soonest.map(|(remote, _)| *remote);
            soonest.and_then(|remote| self.connections.remove(&remote));
        }
        self.expires = self.connections.values().map(until).max().unwrap_or(now);
    }
}
