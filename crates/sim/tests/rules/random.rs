//! Worlds and traffic made of bytes, and what must hold in all of them. The fuzzer takes this file too.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use sim::{
    Behavior, Dependence, Edge, Flags, Hairpinning, Home, Host, IcmpError, Incident, Limits, Link, Outbox,
    Packet, PacketId, Payload, Place, Pooling, PortAssignment, Refresh, RouterId, Segment, Side, What, World,
};

const EVENTS: u64 = 3000;

/// Builds a world of bytes, runs it, and looks whether everything holds.
pub(crate) fn check(bytes: &[u8]) {
    let world = played(bytes);
    let (log, forgotten) = world.log();
    assert_eq!(forgotten, 0);
    assert!(world.events() <= EVENTS);
    let log: Vec<Incident> = log.iter().cloned().collect();
    assert!(log.windows(2).all(|pair| pair[0].at <= pair[1].at), "time goes on");
    nothing_is_delivered_twice_unless_doubled(&log);
    no_private_source_crosses_the_internet(&log, Place::Network(world.internet()));
    no_two_live_mappings_share_an_external_endpoint(&log);
    the_strictest_filter_lets_in_only_who_was_written_to(&world, &log);
    for journey in world.journeys() {
        assert!(!journey.legs.is_empty());
    }
    let _ = world.trace(Place::Network(world.internet()));
}

/// The log of a world made of bytes.
pub(crate) fn log(bytes: &[u8]) -> Vec<Incident> {
    played(bytes).log().0.iter().cloned().collect()
}

fn nothing_is_delivered_twice_unless_doubled(log: &[Incident]) {
    let mut copies: BTreeMap<PacketId, i64> = BTreeMap::new();
    for incident in log {
        let Some(id) = incident.packet else { continue };
        let more = match (&incident.what, incident.place) {
            (What::Duplicated, _) => 1,
            (What::Arrived(_), Place::Host(_)) => -1,
            _ => continue,
        };
        let left = copies.entry(id).or_insert(1);
        *left += more;
        assert!(*left >= 0, "{id:?} was delivered too often");
    }
}

fn no_private_source_crosses_the_internet(log: &[Incident], internet: Place) {
    let private = |address: IpAddr| match address {
        IpAddr::V4(four) => four.is_private() || (four.octets()[0] == 100 && four.octets()[1] & 0xc0 == 64),
        IpAddr::V6(_) => false,
    };
    for incident in log {
        if let (What::Sent(packet), Some(way)) = (&incident.what, incident.way)
            && Place::Network(way.network) == internet
            // What a host makes up is dropped where it is sent (RFC 2827).
            && !matches!(way.from, Place::Host(_))
        {
            assert!(!private(packet.from.ip()), "{packet:?}");
        }
    }
}

fn no_two_live_mappings_share_an_external_endpoint(log: &[Incident]) {
    let mut live = BTreeMap::new();
    for incident in log {
        let Place::Router(router, _) = incident.place else { continue };
        match &incident.what {
            What::Mapped(mapping) => {
                let external = (router, mapping.transport, mapping.external);
                assert!(!live.values().any(|one| *one == external), "{mapping:?}");
                live.insert((router, mapping.id), external);
            }
            What::Expired(id) => _ = live.remove(&(router, *id)),
            _ => {}
        }
    }
}

fn the_strictest_filter_lets_in_only_who_was_written_to(world: &World<Chatter>, log: &[Incident]) {
    let mut written: BTreeSet<(RouterId, SocketAddr, SocketAddr)> = BTreeSet::new();
    for incident in log {
        let Place::Router(router, side) = incident.place else { continue };
        match (&incident.what, side) {
            (What::Arrived(packet), Side::Inside) => {
                written.insert((router, packet.from, packet.to));
            }
            (What::Translated { before, after }, Side::Outside) if before.transport().is_some() => {
                let filtering = world.nat(router).map(|nat| nat.behavior().filtering);
                if filtering == Some(Dependence::AddressAndPortDependent) {
                    assert!(written.contains(&(router, after.to, before.from)), "{before:?} to {after:?}");
                }
            }
            _ => {}
        }
    }
}

/// Sends what its bytes say, and answers some of what it gets.
struct Chatter {
    to_send: Vec<(Duration, Packet)>,
    answers: u8,
}

impl Host for Chatter {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        if self.answers == 0 || packet.transport().is_none() {
            return;
        }
        self.answers -= 1;
        out.send(Packet { from: packet.to, to: packet.from, hops: 64, payload: packet.payload });
    }

    fn next_wake(&mut self) -> Option<Duration> {
        self.to_send.last().map(|(at, _)| *at)
    }

    fn wake(&mut self, _now: Duration, out: &mut Outbox) {
        if let Some((_, packet)) = self.to_send.pop() {
            out.send(packet);
        }
    }
}

/// Bytes, taken one by one; zeros where there are no more.
struct Dice<'a>(&'a [u8]);

impl Dice<'_> {
    fn roll(&mut self) -> u8 {
        let Some((first, rest)) = self.0.split_first() else { return 0 };
        self.0 = rest;
        *first
    }

    fn below(&mut self, sides: usize) -> usize {
        usize::from(self.roll()) % sides
    }

    fn pick<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[self.below(N)]
    }

    fn chance(&mut self) -> f64 {
        self.pick([0.0, 0.0, 0.1, 0.5, 1.0])
    }

    fn is(&mut self) -> bool {
        self.roll() % 2 == 1
    }
}

const HOMES: [Home; 3] = [
    Home::LEFT,
    Home::RIGHT,
    Home {
        name: "third",
        host: Ipv4Addr::new(192, 168, 1, 2),
        gateway: Ipv4Addr::new(192, 168, 1, 1),
        outside: Ipv4Addr::new(198, 18, 0, 1),
        shared: Ipv4Addr::new(100, 64, 3, 2),
    },
];

fn played(bytes: &[u8]) -> World<Chatter> {
    let dice = &mut Dice(bytes);
    let mut world = World::new(u64::from(dice.roll()));
    let internet = world.internet();
    let server: [IpAddr; 2] = [[192, 0, 2, 1].into(), [192, 0, 2, 2].into()];
    world.host(Chatter { to_send: Vec::new(), answers: 40 }, internet, server, Link::default());
    let homes = 1 + dice.below(3);
    let mut hosts = Vec::new();
    for home in &HOMES[..homes] {
        let (edge, access) = (edge(dice), link(dice));
        let behind = world.behind(&edge, home, access);
        let to_send = traffic(dice, behind.address);
        let host = Chatter { to_send, answers: dice.roll() % 20 };
        hosts.push(world.host(host, behind.network, [behind.address], Link::default()));
    }
    let limits = |seconds| Limits { time: Duration::from_secs(seconds), events: EVENTS };
    world.run(limits(5), |_| false);
    match dice.below(4) {
        0 => world.set_link(Place::Host(hosts[0]), &link(dice)),
        1 => world.set_link(Place::Network(internet), &link(dice).cut()),
        2 => world.move_host(hosts[0], internet, [IpAddr::from([192, 0, 2, 200])], link(dice)),
        _ => {}
    }
    world.run(limits(600), |_| false);
    world
}

fn edge(dice: &mut Dice<'_>) -> Edge {
    match dice.below(8) {
        0 => Edge::Open,
        1 => Edge::SymmetricFirewall,
        2 => Edge::UdpBlocked,
        3 | 4 => Edge::NatBehindNat { home: behavior(dice), carrier: behavior(dice) },
        _ => Edge::Nat(behavior(dice)),
    }
}

fn behavior(dice: &mut Dice<'_>) -> Behavior {
    Behavior {
        mapping: dice.pick(Dependence::ALL),
        filtering: dice.pick(Dependence::ALL),
        ports: dice.pick([PortAssignment::Preserving, PortAssignment::Sequential, PortAssignment::Random]),
        keeps_parity: dice.is(),
        pooling: dice.pick([Pooling::Paired, Pooling::Arbitrary]),
        hairpinning: dice.pick([Hairpinning::None, Hairpinning::ExternalSource, Hairpinning::InternalSource]),
        ports_per_host: dice.pick([None, None, Some(0), Some(2)]),
        lifetime: dice.pick([300, 120, 1, 0, u64::MAX].map(Duration::from_secs)),
        refresh: Refresh { outbound: dice.is(), inbound: dice.is() },
    }
}

fn link(dice: &mut Dice<'_>) -> Link {
    Link {
        latency: Duration::from_millis(u64::from(dice.roll())),
        jitter: Duration::from_millis(dice.pick([0, 0, 50, 3000])),
        loss: dice.chance(),
        duplication: dice.chance(),
        reordering: dice.chance(),
        mtu: dice.pick([1500, 1500, 576, 100, 0]),
        rate: dice.pick([None, None, Some(1_000_000), Some(10_000), Some(0)]),
    }
}

/// Packets, the last one to be sent first in the list.
fn traffic(dice: &mut Dice<'_>, own: IpAddr) -> Vec<(Duration, Packet)> {
    let mut at = Duration::ZERO;
    let mut all = Vec::new();
    for _ in 0..dice.below(40) {
        at += Duration::from_millis(dice.pick([0, 1, 20, 100, 1000, 60_000]));
        all.push((at, packet(dice, own)));
    }
    all.reverse();
    all
}

fn packet(dice: &mut Dice<'_>, own: IpAddr) -> Packet {
    let foreign = [10, 9, 8, dice.roll()].into();
    let from = dice.pick([own, own, own, own, own, own, foreign]);
    let from = SocketAddr::new(from, dice.pick([5000, 5000, 5001, 7, 0, 65535]));
    let to = SocketAddr::new(
        dice.pick([
            [192, 0, 2, 1].into(),
            [192, 0, 2, 2].into(),
            HOMES[0].outside.into(),
            HOMES[1].outside.into(),
            HOMES[2].outside.into(),
            HOMES[0].host.into(),
            HOMES[1].shared.into(),
            HOMES[0].gateway.into(),
            own,
            [0, 0, 0, 0].into(),
            [255, 255, 255, 255].into(),
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        ]),
        dice.pick([3478, 5000, 40_000, 40_001, 40_002, 0]),
    );
    let bytes = vec![0; dice.pick([0, 1, 100, 1400, 1473, 70_000])];
    let packet = match dice.below(6) {
        0 => {
            let [syn, ack, fin, rst] = [dice.is(), dice.is(), dice.is(), dice.is()];
            let flags = Flags { syn, ack, fin, rst };
            Packet::tcp(from, to, Segment { flags, bytes: bytes.into(), ..Segment::default() })
        }
        1 => forged(dice, from, to),
        _ => Packet::udp(from, to, bytes),
    };
    Packet { hops: dice.pick([64, 64, 64, 3, 2, 1, 0]), ..packet }
}

/// An ICMP error that nobody caused.
fn forged(dice: &mut Dice<'_>, from: SocketAddr, to: SocketAddr) -> Packet {
    let error = dice.pick([IcmpError::PortUnreachable, IcmpError::TooBig { mtu: 0 }]);
    let about = match dice.is() {
        true => Packet::udp(to, from, *b""),
        false => Packet::tcp(to, from, Segment::default()),
    };
    about.error(from.ip(), error).map_or_else(
        || Packet::udp(from, to, *b""),
        |icmp| match icmp.payload {
            Payload::Icmp(icmp) => Packet { payload: Payload::Icmp(icmp), ..Packet::udp(from, to, *b"") },
            _ => Packet::udp(from, to, *b""),
        },
    )
}
