//! Refuses packets, by their addresses and by what went the other way before.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::time::Duration;

use crate::nat::Dependence;
use crate::packet::{Flags, Packet, Payload, Transport};
use crate::tcp::{Connection, Direction};

/// A firewall at the edge of a network. It lets out what the rules do not block, and lets in what answers something
/// that went out (RFC 6092 sections 3.2.3 and 3.3.1 say so of IPv6's; it has no NAT to hide behind). What it does not
/// let in it drops in silence; what it does not let out is answered with an ICMP error.
#[derive(Clone, Debug)]
pub struct Firewall {
    /// UDP does not pass, in either direction.
    pub blocks_udp: bool,
    /// Which packets answer one that went out. Address and port-dependent is the strictest, and common: "symmetric".
    /// RFC 6092 REC-17 and REC-33 recommend endpoint-independent or address-dependent filtering.
    pub filtering: Dependence,
    /// How long after the last packet out a UDP answer may come: no less than two minutes, by default five (RFC 6092
    /// REC-14). TCP has its own times (REC-35).
    pub lifetime: Duration,
    flows: Flows,
}

impl Firewall {
    /// So many flows it remembers; the one that would die first goes first.
    pub const MOST: usize = 4096;

    /// Lets everything out, and in only what comes from the very address and port that was written to.
    #[must_use]
    pub fn symmetric() -> Self {
        Self {
            blocks_udp: false,
            filtering: Dependence::AddressAndPortDependent,
            lifetime: Duration::from_secs(300),
            flows: Flows::default(),
        }
    }

    /// No UDP, only TCP that is begun from inside.
    #[must_use]
    pub fn without_udp() -> Self {
        Self { blocks_udp: true, ..Self::symmetric() }
    }

    /// Whether a packet may go out; remembers it if so. Each packet out renews its flow (RFC 6092 REC-16).
    pub fn lets_out(&mut self, now: Duration, packet: &Packet) -> bool {
        self.flows.expire(now);
        match &packet.payload {
            Payload::Icmp(_) => true,
            Payload::Udp(_) if self.blocks_udp => false,
            Payload::Udp(_) => {
                let flow = Flow::of(Transport::Udp, packet.from, packet.to);
                self.flows.keep(flow, Connection::default(), now.saturating_add(self.lifetime));
                true
            }
            Payload::Tcp(segment) => {
                let flow = Flow::of(Transport::Tcp, packet.from, packet.to);
                self.flows.follow(now, flow, segment.flags, Direction::Out)
            }
        }
    }

    /// Whether a packet may come in.
    #[must_use]
    pub fn lets_in(&mut self, now: Duration, packet: &Packet) -> bool {
        self.flows.expire(now);
        match &packet.payload {
            // About a flow that is known (REC-18, REC-36), and of no consequence for it (REC-19, REC-37).
            Payload::Icmp(icmp) => self.flows.has(Flow::of(icmp.transport, icmp.from, icmp.to)),
            Payload::Udp(_) if self.blocks_udp => false,
            Payload::Udp(_) => {
                self.flows.answers(Flow::of(Transport::Udp, packet.to, packet.from), self.filtering)
            }
            Payload::Tcp(segment) => {
                let flow = Flow::of(Transport::Tcp, packet.to, packet.from);
                self.flows.answers(flow, self.filtering)
                    && self.flows.follow(now, flow, segment.flags, Direction::In)
            }
        }
    }
}

/// Packets between two endpoints. Those of one inside are neighbors, and among them those to one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flow {
    transport: Transport,
    inside: SocketAddr,
    outside: SocketAddr,
}

impl Flow {
    fn of(transport: Transport, inside: SocketAddr, outside: SocketAddr) -> Self {
        Self { transport, inside, outside }
    }
}

/// The flows that a firewall remembers, and when it will forget them.
#[derive(Clone, Debug, Default)]
struct Flows {
    known: BTreeMap<Flow, (Connection, Duration)>,
    by_end: BTreeSet<(Duration, Flow)>,
}

impl Flows {
    fn expire(&mut self, now: Duration) {
        while self.by_end.first().is_some_and(|&(end, _)| end < now) {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some((_, flow)) = self.by_end.pop_first() {
            self.known.remove(&flow);
        }
    }

    fn keep(&mut self, flow: Flow, connection: Connection, end: Duration) {
        match self.known.insert(flow, (connection, end)) {
            Some((_, before)) => _ = self.by_end.remove(&(before, flow)),
            None if self.known.len() > Firewall::MOST => self.forget_first(),
            None => {}
        }
        self.by_end.insert((end, flow));
    }

    fn has(&self, flow: Flow) -> bool {
        self.known.contains_key(&flow)
    }

    /// Whether a packet from outside answers one that went out, as far as `filtering` looks.
    fn answers(&self, flow: Flow, filtering: Dependence) -> bool {
        if filtering == Dependence::AddressAndPortDependent {
            return self.has(flow);
        }
        // The first of this inside's flows, or of those to that address, in the order of the map.
        let lowest = match filtering {
            Dependence::EndpointIndependent => SocketAddr::from(([0, 0, 0, 0], 0)),
            _ => SocketAddr::new(flow.outside.ip(), 0),
        };
        let nearest = self.known.range(Flow { outside: lowest, ..flow }..).next();
        nearest.is_some_and(|(near, _)| {
            (near.transport, near.inside) == (flow.transport, flow.inside)
                && filtering.same(near.outside, flow.outside)
        })
    }

    /// Follows a TCP connection; false for a segment that neither belongs to one nor begins one.
    fn follow(&mut self, now: Duration, flow: Flow, flags: Flags, direction: Direction) -> bool {
        let known = self.known.get(&flow).map(|(connection, _)| *connection);
        if known.is_none() && !flags.syn {
            return false;
        }
        let mut connection = known.unwrap_or_default();
        connection.sees(flags, direction);
        self.keep(flow, connection, now.saturating_add(connection.patience()));
        true
    }
}
