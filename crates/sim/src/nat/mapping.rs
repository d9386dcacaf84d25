//! A line of a NAT's table.

use std::net::SocketAddr;
use std::time::Duration;

use super::behavior::Dependence;
use crate::packet::Transport;

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
    pub remotes: Vec<SocketAddr>,
    /// When it was made.
    pub made: Duration,
    /// When it dies, unless something refreshes it.
    pub expires: Duration,
}

/// What makes a packet share a mapping (RFC 4787 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key {
    transport: Transport,
    internal: SocketAddr,
    toward: Toward,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Toward {
    Anybody,
    Address(std::net::IpAddr),
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
        Self { transport, internal, toward }
    }
}

impl Mapping {
    /// So many remote endpoints a mapping's filter knows; the oldest goes first.
    pub const MOST_REMOTES: usize = 256;

    pub(super) fn sends_to(&mut self, remote: SocketAddr) {
        if !self.remotes.contains(&remote) {
            if self.remotes.len() >= Self::MOST_REMOTES {
                self.remotes.remove(0);
            }
            self.remotes.push(remote);
        }
    }

    pub(super) fn lets_in(&self, filtering: Dependence, from: SocketAddr) -> bool {
        self.remotes.iter().any(|&remote| filtering.same(remote, from))
    }
}
