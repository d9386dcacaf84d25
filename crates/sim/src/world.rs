//! The world: what there is, and the clock that drives it.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::Duration;

use fastrand::Rng;
use wire::trace::{Event, Trace};

use crate::host::{Host, Outbox};
use crate::link::{Fate, Link};
use crate::log::{Incident, Place, Reason, What};
use crate::nat::{Change, Nat};
use crate::network::{Attachment, HostId, Network, NetworkId, NodeId, RouterId, Side};
use crate::packet::{IcmpError, Packet, PacketId, Payload};
use crate::prefix::Prefix;
use crate::queue::Queue;
use crate::router::Router;

/// Networks, hosts and routers, and what is on its way between them.
#[derive(Debug)]
pub struct World<H> {
    now: Duration,
    rng: Rng,
    networks: Vec<Network>,
    hosts: Vec<Sited<H>>,
    routers: Vec<Placed>,
    queue: Queue<Arrival>,
    packets: u64,
    events: u64,
    log: VecDeque<Incident>,
    forgotten: u64,
}

#[derive(Debug)]
struct Sited<H> {
    host: H,
    sites: Vec<Site>,
}

#[derive(Debug)]
struct Placed {
    router: Router,
    inside: Site,
    outside: Site,
}

/// Where a node is attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Site {
    network: usize,
    attachment: usize,
}

#[derive(Debug)]
struct Arrival {
    id: PacketId,
    packet: Packet,
    at: Site,
}

/// How far a run may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until so long after the world began.
    pub time: Duration,
    /// So many events, since the world began: arrivals of packets, and wakings of hosts.
    pub events: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What the caller waited for came.
    Reached,
    /// Nothing is on its way and nobody wants to be woken.
    Quiet,
    /// The virtual time is up.
    TimeUp,
    /// So many events as allowed have happened.
    TooManyEvents,
}

impl Default for Limits {
    /// A minute, a hundred thousand events.
    fn default() -> Self {
        Self { time: Duration::from_secs(60), events: 100_000 }
    }
}

impl<H: Host> World<H> {
    /// So many incidents the log keeps; the oldest go first.
    pub const LOG: usize = 1_000_000;

    /// A world with an internet and nobody on it.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let internet = Network {
            name: "internet".to_owned(),
            prefixes: Vec::new(),
            attached: Vec::new(),
            gateway: None,
        };
        Self {
            now: Duration::ZERO,
            rng: Rng::with_seed(seed),
            networks: vec![internet],
            hosts: Vec::new(),
            routers: Vec::new(),
            queue: Queue::default(),
            packets: 0,
            events: 0,
            log: VecDeque::new(),
            forgotten: 0,
        }
    }

    /// The network that all others hang below.
    #[must_use]
    pub fn internet(&self) -> NetworkId {
        NetworkId(0)
    }

    /// A network of its own: nobody is on it, and nothing leads there yet.
    pub fn network(&mut self, name: impl Into<String>, prefixes: impl Into<Vec<Prefix>>) -> NetworkId {
        self.networks.push(Network {
            name: name.into(),
            prefixes: prefixes.into(),
            attached: Vec::new(),
            gateway: None,
        });
        NetworkId(self.networks.len() - 1)
    }

    /// A router between two networks. From now on it takes what is not for `inside`. `at` are its addresses inside and
    /// outside; a NAT's pool joins the latter. Without a NAT, it leads from outside to all that is inside.
    pub fn router(
        &mut self,
        router: Router,
        inside: (NetworkId, IpAddr),
        outside: (NetworkId, IpAddr),
        link: Link,
    ) -> RouterId {
        let id = RouterId(self.routers.len());
        let node = NodeId::Router(id);
        let mut addresses = vec![outside.1];
        let mut routes = Vec::new();
        match &router.nat {
            Some(nat) => addresses.extend(nat.pool().iter().filter(|&&one| one != outside.1)),
            None => routes.clone_from(&self.networks[inside.0.0].prefixes),
        }
        let inner =
            self.attach(inside.0, node, Side::Inside, vec![inside.1], Vec::new(), Link::of(Duration::ZERO));
        let outer = self.attach(outside.0, node, Side::Outside, addresses, routes, link);
        self.networks[inside.0.0].gateway = Some(inner.attachment);
        self.routers.push(Placed { router, inside: inner, outside: outer });
        id
    }

    /// A host on a network.
    pub fn host(
        &mut self,
        host: H,
        network: NetworkId,
        addresses: impl Into<Vec<IpAddr>>,
        link: Link,
    ) -> HostId {
        let id = HostId(self.hosts.len());
        let site = self.attach(network, NodeId::Host(id), Side::Inside, addresses.into(), Vec::new(), link);
        self.hosts.push(Sited { host, sites: vec![site] });
        id
    }

    /// One more network that a host is on.
    pub fn also(&mut self, host: HostId, network: NetworkId, addresses: impl Into<Vec<IpAddr>>, link: Link) {
        let site = self.attach(network, NodeId::Host(host), Side::Inside, addresses.into(), Vec::new(), link);
        self.hosts[host.0].sites.push(site);
    }

    fn attach(
        &mut self,
        network: NetworkId,
        node: NodeId,
        side: Side,
        addresses: Vec<IpAddr>,
        routes: Vec<Prefix>,
        link: Link,
    ) -> Site {
        let attached = &mut self.networks[network.0].attached;
        attached.push(Attachment {
            node,
            side,
            addresses,
            routes,
            link,
            up_free: Duration::ZERO,
            down_free: Duration::ZERO,
        });
        Site { network: network.0, attachment: attached.len() - 1 }
    }

    /// The time, since the world began.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.now
    }

    /// A host's program.
    #[must_use]
    pub fn host_at(&self, id: HostId) -> &H {
        &self.hosts[id.0].host
    }

    /// A host's program, to be told something. It is asked for its wishes when the world goes on.
    pub fn host_mut(&mut self, id: HostId) -> &mut H {
        &mut self.hosts[id.0].host
    }

    /// A router's NAT.
    #[must_use]
    pub fn nat(&self, id: RouterId) -> Option<&Nat> {
        self.routers[id.0].router.nat.as_ref()
    }

    /// What happened so far, and how much of it is forgotten already.
    #[must_use]
    pub fn log(&self) -> (&VecDeque<Incident>, u64) {
        (&self.log, self.forgotten)
    }

    /// What a capture at that place would hold.
    #[must_use]
    pub fn trace(&self, place: Place) -> Trace {
        let seen = self.log.iter().filter(|incident| self.is_seen_at(incident.place, place));
        seen.filter_map(|incident| match &incident.what {
            What::Sent(packet) | What::Arrived(packet) => event(incident.at, packet),
            _ => None,
        })
        .collect()
    }

    /// Goes on until `reached`, or nothing more happens, or a limit is met.
    pub fn run(&mut self, limits: Limits, mut reached: impl FnMut(&mut Self) -> bool) -> Stop {
        loop {
            if reached(self) {
                return Stop::Reached;
            }
            let Some(next) = self.next_event() else { return Stop::Quiet };
            if next > limits.time {
                self.now = self.now.max(limits.time);
                return Stop::TimeUp;
            }
            if self.events >= limits.events {
                return Stop::TooManyEvents;
            }
            self.step();
        }
    }

    /// When something happens next.
    #[must_use]
    pub fn next_event(&mut self) -> Option<Duration> {
        let wake = self.next_waker().map(|(at, _)| at);
        let arrival = self.queue.next();
        wake.into_iter().chain(arrival).min().map(|at| at.max(self.now))
    }

    /// Does what is due next: one arrival, or one waking. False where nothing is.
    pub fn step(&mut self) -> bool {
        let arrival = self.queue.next();
        match (arrival, self.next_waker()) {
            (None, None) => return false,
            (arrival, Some((wake, host))) if arrival.is_none_or(|arrival| wake < arrival) => {
                self.now = self.now.max(wake);
                self.expire();
                let mut out = Outbox::default();
                self.hosts[host].host.wake(self.now, &mut out);
                self.send_all(host, out);
            }
            _ => {
                if let Some((at, arrival)) = self.queue.pop() {
                    self.now = self.now.max(at);
                    self.expire();
                    self.arrive(arrival);
                }
            }
        }
        self.events += 1;
        true
    }

    fn next_waker(&mut self) -> Option<(Duration, usize)> {
        let wakes =
            self.hosts.iter_mut().enumerate().filter_map(|(at, sited)| Some((sited.host.next_wake()?, at)));
        wakes.min()
    }

    fn send_all(&mut self, host: usize, out: Outbox) {
        for packet in out.packets {
            self.packets += 1;
            let id = PacketId(self.packets);
            let sites = &self.hosts[host].sites;
            let owns = |site: &&Site| {
                self.networks[site.network].attached[site.attachment].addresses.contains(&packet.from.ip())
            };
            match sites.iter().find(owns).copied() {
                Some(site) => self.transmit(site, id, &packet),
                None => self.note(Place::Host(HostId(host)), Some(id), What::Dropped(Reason::Spoofed)),
            }
        }
    }

    /// Puts a packet onto the link of `from`, across the network and down the link of whoever takes it.
    fn transmit(&mut self, from: Site, id: PacketId, packet: &Packet) {
        let place = self.place(from);
        self.note(place, Some(id), What::Sent(packet.clone()));
        let network = &mut self.networks[from.network];
        let Some(to) = network.next_hop(packet.to.ip(), from.attachment) else {
            self.note(Place::Network(NetworkId(from.network)), Some(id), What::Dropped(Reason::NoRoute));
            return self.complain(from, packet, IcmpError::HostUnreachable);
        };
        let sender = &mut network.attached[from.attachment];
        let up = sender.link.pass(self.now, packet, &mut sender.up_free, &mut self.rng);
        let (first, second) = match up {
            Fate::Arrives(first, second) => (first, second),
            fate => return self.lost(from, id, packet, &fate),
        };
        for delay in [Some(first), second].into_iter().flatten() {
            let receiver = &mut network.attached[to];
            let at = Site { network: from.network, attachment: to };
            match receiver.link.pass(self.now + delay, packet, &mut receiver.down_free, &mut self.rng) {
                Fate::Arrives(more, again) => {
                    for more in [Some(more), again].into_iter().flatten() {
                        self.queue.push(self.now + delay + more, Arrival { id, packet: packet.clone(), at });
                    }
                }
                fate => return self.lost(at, id, packet, &fate),
            }
        }
    }

    fn lost(&mut self, at: Site, id: PacketId, packet: &Packet, fate: &Fate) {
        let mtu = self.networks[at.network].attached[at.attachment].link.mtu;
        let reason = match fate {
            Fate::QueueFull => Reason::QueueFull,
            Fate::TooBig => Reason::TooBig,
            Fate::Lost | Fate::Arrives(..) => Reason::Lost,
        };
        self.note(self.place(at), Some(id), What::Dropped(reason));
        if reason == Reason::TooBig {
            self.complain(at, packet, IcmpError::TooBig { mtu });
        }
    }

    fn arrive(&mut self, Arrival { id, packet, at }: Arrival) {
        self.note(self.place(at), Some(id), What::Arrived(packet.clone()));
        let attachment = &self.networks[at.network].attached[at.attachment];
        match (attachment.node, attachment.side) {
            (NodeId::Host(host), _) => {
                let mut out = Outbox::default();
                self.hosts[host.0].host.receive(self.now, packet, &mut out);
                self.send_all(host.0, out);
            }
            (NodeId::Router(router), side) => self.forward(router, side, id, packet),
        }
    }

    fn forward(&mut self, id: RouterId, side: Side, packet_id: PacketId, mut packet: Packet) {
        let placed = &mut self.routers[id.0];
        let (came, goes) = match side {
            Side::Inside => (placed.inside, placed.outside),
            Side::Outside => (placed.outside, placed.inside),
        };
        packet.hops = packet.hops.saturating_sub(1);
        let result = if packet.hops == 0 {
            Err((Reason::TooManyHops, Some(IcmpError::TimeExceeded)))
        } else {
            through(&mut placed.router, self.now, side, &packet, &mut self.rng)
        };
        let changes = placed.router.nat.as_mut().map(Nat::take_changes).unwrap_or_default();
        let silent = placed.router.silent;
        self.note_changes(Place::Router(id, side), Some(packet_id), changes);
        match result {
            Ok((after, turned)) => {
                if (after.from, after.to) != (packet.from, packet.to) {
                    let what = What::Translated { before: packet, after: after.clone() };
                    self.note(Place::Router(id, side), Some(packet_id), what);
                }
                self.transmit(if turned { came } else { goes }, packet_id, &after);
            }
            Err((reason, icmp)) => {
                self.note(Place::Router(id, side), Some(packet_id), What::Dropped(reason));
                if let Some(error) = icmp.filter(|_| !silent) {
                    self.complain(came, &packet, error);
                }
            }
        }
    }

    /// Sends the ICMP error that a packet caused to whoever sent it, from the router that noticed.
    fn complain(&mut self, at: Site, packet: &Packet, error: IcmpError) {
        let attachment = &self.networks[at.network].attached[at.attachment];
        let Some(from) = attachment.addresses.first().copied() else { return };
        let Some(icmp) = packet.error(from, error) else { return };
        self.packets += 1;
        let id = PacketId(self.packets);
        match attachment.node {
            NodeId::Router(_) => self.transmit(at, id, &icmp),
            // The host's own link: it is told by its own stack.
            NodeId::Host(_) => self.queue.push(self.now, Arrival { id, packet: icmp, at }),
        }
    }

    fn expire(&mut self) {
        for router in 0..self.routers.len() {
            let now = self.now;
            let Some(nat) = self.routers[router].router.nat.as_mut() else { continue };
            if nat.next_expiry().is_some_and(|at| at <= now) {
                nat.expire(now);
                let changes = nat.take_changes();
                self.note_changes(Place::Router(RouterId(router), Side::Inside), None, changes);
            }
        }
    }

    fn note_changes(&mut self, place: Place, packet: Option<PacketId>, changes: Vec<Change>) {
        for change in changes {
            let what = match change {
                Change::Made(mapping) => What::Mapped(mapping),
                Change::Refreshed(mapping) => What::Refreshed(mapping),
                Change::Expired(id) => What::Expired(id),
            };
            self.note(place, packet, what);
        }
    }

    fn note(&mut self, place: Place, packet: Option<PacketId>, what: What) {
        if self.log.len() >= Self::LOG {
            self.log.pop_front();
            self.forgotten += 1;
        }
        self.log.push_back(Incident { at: self.now, place, packet, what });
    }

    fn place(&self, site: Site) -> Place {
        let attachment = &self.networks[site.network].attached[site.attachment];
        match attachment.node {
            NodeId::Host(host) => Place::Host(host),
            NodeId::Router(router) => Place::Router(router, attachment.side),
        }
    }

    /// Whether what happened at one place is seen by a tap at another. A network's tap sees what is sent onto it.
    fn is_seen_at(&self, happened: Place, tap: Place) -> bool {
        happened == tap
    }

    /// What a network is called.
    #[must_use]
    pub fn name(&self, network: NetworkId) -> &str {
        &self.networks[network.0].name
    }
}

type Refused = (Reason, Option<IcmpError>);

/// Firewall and NAT, in the order in which they stand: the packet as it goes on, and whether it turns back inside.
fn through(
    router: &mut Router,
    now: Duration,
    side: Side,
    packet: &Packet,
    rng: &mut Rng,
) -> Result<(Packet, bool), Refused> {
    let prohibited = Some(IcmpError::Prohibited);
    match side {
        Side::Inside => {
            if router.firewall.as_mut().is_some_and(|firewall| !firewall.lets_out(now, packet)) {
                return Err((Reason::BlockedOut, prohibited));
            }
            match &mut router.nat {
                None => Ok((packet.clone(), false)),
                Some(nat) if nat.pool().contains(&packet.to.ip()) => nat
                    .hairpin(now, packet, rng)
                    .map(|after| (after, true))
                    .map_err(|why| (Reason::Nat(why), None)),
                Some(nat) => nat
                    .outbound(now, packet, rng)
                    .map(|after| (after, false))
                    .map_err(|why| (Reason::Nat(why), prohibited)),
            }
        }
        Side::Outside => {
            let after = match &mut router.nat {
                None => packet.clone(),
                Some(nat) => nat.inbound(now, packet).map_err(|why| (Reason::Nat(why), None))?,
            };
            if router.firewall.as_ref().is_some_and(|firewall| !firewall.lets_in(now, &after)) {
                return Err((Reason::BlockedIn, None));
            }
            Ok((after, false))
        }
    }
}

fn event(at: Duration, packet: &Packet) -> Option<Event> {
    match &packet.payload {
        Payload::Udp(bytes) => Some(Event::udp(at, packet.from, packet.to, bytes.clone())),
        Payload::Tcp(segment) if segment.bytes.is_empty() => None,
        Payload::Tcp(segment) => Some(Event::tcp(at, packet.from, packet.to, segment.bytes.clone())),
        Payload::Icmp(_) => None,
    }
}
