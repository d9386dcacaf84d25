//! Refuses packets, by their addresses and by what went the other way before.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::nat::Dependence;
use crate::packet::{Packet, Payload, Transport};

/// A firewall at the edge of a network. It lets out what the rules do not block, and lets in what answers something
/// that went out (RFC 6092 section 3.2 says so of IPv6's; it has no NAT to hide behind).
#[derive(Clone, Debug)]
pub struct Firewall {
    /// UDP does not pass, in either direction.
    pub blocks_udp: bool,
    /// Which packets answer one that went out. Address and port-dependent is the strictest, and common: "symmetric".
    pub filtering: Dependence,
    /// How long after the last packet out a UDP answer may come. At least two minutes (RFC 6092 REC-14).
    pub lifetime: Duration,
    seen: HashMap<(Transport, SocketAddr, SocketAddr), Duration>,
}

impl Firewall {
    /// So many pairs of addresses it remembers; the oldest goes first.
    pub const MOST: usize = 4096;

    /// Lets everything out, and in only what comes from the very address and port that was written to.
    #[must_use]
    pub fn symmetric() -> Self {
        Self {
            blocks_udp: false,
            filtering: Dependence::AddressAndPortDependent,
            lifetime: Duration::from_secs(120),
            seen: HashMap::new(),
        }
    }

    /// No UDP, only TCP that is begun from inside.
    #[must_use]
    pub fn without_udp() -> Self {
        Self { blocks_udp: true, ..Self::symmetric() }
    }

    /// Whether a packet may go out; remembers it if so.
    pub fn lets_out(&mut self, now: Duration, packet: &Packet) -> bool {
        let Some(transport) = packet.transport() else { return true };
        if self.blocks_udp && transport == Transport::Udp {
            return false;
        }
        if self.seen.len() >= Self::MOST {
            self.forget(now);
        }
        self.seen.insert((transport, packet.from, packet.to), now);
        true
    }

    /// Whether a packet may come in.
    #[must_use]
    pub fn lets_in(&mut self, now: Duration, packet: &Packet) -> bool {
        let (transport, inside, outside) = match &packet.payload {
            Payload::Icmp(icmp) => (icmp.transport, icmp.from, icmp.to),
            Payload::Udp(_) if self.blocks_udp => return false,
            Payload::Udp(_) => (Transport::Udp, packet.to, packet.from),
            Payload::Tcp(_) => (Transport::Tcp, packet.to, packet.from),
        };
        self.seen.iter().any(|(&(carried, from, to), &at)| {
            carried == transport
                && from == inside
                && self.filtering.same(to, outside)
                && (transport == Transport::Tcp || now - at <= self.lifetime)
        })
    }

    fn forget(&mut self, now: Duration) {
        self.seen.retain(|_, at| now - *at <= self.lifetime);
        if self.seen.len() >= Self::MOST
            && let Some(oldest) = self.seen.iter().min_by_key(|(key, at)| (**at, **key)).map(|(key, _)| *key)
        {
            self.seen.remove(&oldest);
        }
    }
}
