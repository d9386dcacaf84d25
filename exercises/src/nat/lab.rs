//! A NAT on a bench: packets go in by a script, and what it does with them is read off the simulator's log.

use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use sim::{
    Behavior, Host, Limits, Link, Nat, Outbox, Packet, Payload, PortAssignment, Prefix, Router, What, World,
};

use super::Dependence;

/// The one address that the NAT has outside.
pub(super) const OUTSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 1));
const INSIDE: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

/// Sends one packet each second, and looks at nothing that comes.
struct Script(VecDeque<(Duration, SocketAddr, SocketAddr)>);

impl Host for Script {
    fn receive(&mut self, _now: Duration, _packet: Packet, _out: &mut Outbox) {}

    fn next_wake(&mut self) -> Option<Duration> {
        self.0.front().map(|(at, ..)| *at)
    }

    fn wake(&mut self, _now: Duration, out: &mut Outbox) {
        if let Some((_, from, to)) = self.0.pop_front() {
            out.udp(from, to, *b"ping");
        }
    }
}

/// Sends the packets out through a NAT, one after the other: the external endpoint of each.
pub(super) fn outside_of(mapping: Dependence, packets: &[(SocketAddr, SocketAddr)]) -> Vec<SocketAddr> {
    let behavior = Behavior {
        ports: PortAssignment::Preserving,
        ..Behavior::of(mapping.of_sim(), sim::Dependence::EndpointIndependent)
    };
    let world = played(behavior, packets, None);
    let (log, _) = world.log();
    log.iter()
        .filter_map(|incident| match &incident.what {
            // What has nowhere to go comes back as an ICMP error, and is translated too.
            What::Translated { after, .. } if is_udp(after) => Some(after.from),
            _ => None,
        })
        .collect()
}

/// Whether a packet from `from` comes in through a mapping through which `written_to` were written to.
pub(super) fn comes_in(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr) -> bool {
    let internal = SocketAddr::new(Ipv4Addr::new(10, 0, 0, 2).into(), 5000);
    let behavior = Behavior {
        ports: PortAssignment::Preserving,
        ..Behavior::of(sim::Dependence::EndpointIndependent, filtering.of_sim())
    };
    let packets: Vec<_> = written_to.iter().map(|remote| (internal, *remote)).collect();
    let world = played(behavior, &packets, Some((from, SocketAddr::new(OUTSIDE, internal.port()))));
    let (log, _) = world.log();
    log.iter().any(
        |incident| matches!(&incident.what, What::Translated { after, .. } if is_udp(after) && after.to == internal),
    )
}

fn is_udp(packet: &Packet) -> bool {
    matches!(packet.payload, Payload::Udp(_))
}

/// A world with one NAT, in which hosts inside send `packets`, and then somebody outside sends one.
fn played(
    behavior: Behavior,
    packets: &[(SocketAddr, SocketAddr)],
    then: Option<(SocketAddr, SocketAddr)>,
) -> World<Script> {
    let mut world = World::new(1);
    let internet = world.internet();
    let inside = world.network("inside", Prefix::new(INSIDE, 8).into_iter().collect::<Vec<_>>());
    let nat = Router::nat(Nat::new(behavior, [OUTSIDE]));
    world.router(nat, (inside, INSIDE), (internet, OUTSIDE), Link::default());
    let scripted = |packets: Vec<(usize, SocketAddr, SocketAddr)>| {
        Script(packets.into_iter().map(|(at, from, to)| (Duration::from_secs(at as u64), from, to)).collect())
    };
    let mut hosts: Vec<IpAddr> = packets.iter().map(|(internal, _)| internal.ip()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    for host in hosts {
        let own = packets.iter().enumerate().filter(|(_, (internal, _))| internal.ip() == host);
        let script = scripted(own.map(|(at, (internal, remote))| (at, *internal, *remote)).collect());
        world.host(script, inside, [host], Link::default());
    }
    if let Some((from, to)) = then {
        world.host(scripted(vec![(packets.len(), from, to)]), internet, [from.ip()], Link::default());
    }
    world.run(Limits { time: Duration::from_secs(60), events: 10_000 }, |_| false);
    world
}
