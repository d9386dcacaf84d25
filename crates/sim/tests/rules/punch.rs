//! Two hosts that know nothing but UDP, a rendezvous that tells each the other's address, and NATs in between.

use std::net::SocketAddr;
use std::time::Duration;

use sim::{Edge, Home, Host, Limits, Link, Outbox, Packet, Payload, Stop, World};

const SERVER: &str = "192.0.2.1:3478";

/// A rendezvous answers with the address it saw; a puncher asks it, then writes to whom it is told.
enum Program {
    Rendezvous,
    Puncher {
        own: SocketAddr,
        seen: Option<SocketAddr>,
        other: Option<SocketAddr>,
        next: Option<Duration>,
        met: bool,
    },
}

impl Host for Program {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        let Payload::Udp(bytes) = packet.payload else { return };
        match self {
            Self::Rendezvous => out.udp(packet.to, packet.from, packet.from.to_string()),
            Self::Puncher { own, seen, other, met, .. } => match &bytes[..] {
                b"hole" => {
                    *other = Some(packet.from);
                    out.udp(*own, packet.from, *b"met");
                }
                b"met" => *met = true,
                text => *seen = String::from_utf8_lossy(text).parse().ok(),
            },
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        match self {
            Self::Rendezvous => None,
            Self::Puncher { next, .. } => *next,
        }
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        let Self::Puncher { own, other, next, .. } = self else { return };
        match other {
            None => {
                *next = None;
                out.udp(*own, SERVER.parse().unwrap(), *b"who am I?");
            }
            Some(other) => {
                *next = Some(now + Duration::from_millis(100));
                out.udp(*own, *other, *b"hole");
            }
        }
    }
}

fn meet(left: &str, right: &str) -> bool {
    let mut world = World::new(1);
    let internet = world.internet();
    let server: SocketAddr = SERVER.parse().unwrap();
    world.host(Program::Rendezvous, internet, [server.ip()], Link::default());
    let hosts = [(left, Home::LEFT), (right, Home::RIGHT)].map(|(edge, home)| {
        let behind = world.behind(&edge.parse::<Edge>().unwrap(), &home, Link::default());
        let own = SocketAddr::new(behind.address, 5000);
        let program =
            Program::Puncher { own, seen: None, other: None, next: Some(Duration::ZERO), met: false };
        world.host(program, behind.network, [behind.address], Link::default())
    });
    let limits = Limits { time: Duration::from_secs(5), events: 10_000 };
    world.run(limits, |_| false);
    let seen = hosts.map(|host| match world.host_at(host) {
        Program::Puncher { seen, .. } => *seen,
        Program::Rendezvous => None,
    });
    for (host, told) in hosts.into_iter().zip([seen[1], seen[0]]) {
        let now = world.now();
        if let Program::Puncher { other, next, .. } = world.host_mut(host) {
            *other = told;
            *next = Some(now);
        }
    }
    let met = |world: &mut World<Program>| {
        hosts.iter().all(|&host| matches!(world.host_at(host), Program::Puncher { met: true, .. }))
    };
    let limits = Limits { time: Duration::from_secs(15), events: 10_000 };
    world.run(limits, met) == Stop::Reached
}

#[test]
fn the_four_kinds_of_rfc_3489_meet_as_everybody_says() {
    let kinds = ["full-cone", "restricted-cone", "port-restricted-cone", "symmetric"];
    let meet: Vec<String> = kinds
        .iter()
        .map(|left| kinds.iter().map(|right| if meet(left, right) { '+' } else { '-' }).collect())
        .collect();
    assert_eq!(meet, ["++++", "++++", "+++-", "++--"]);
}

#[test]
fn nobody_meets_through_a_firewall_without_udp() {
    assert!(meet("none", "firewall"));
    assert!(!meet("none", "blocked"));
}
