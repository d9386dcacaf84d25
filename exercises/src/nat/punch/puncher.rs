//! Hosts that know nothing but UDP: they ask a server who they are, are told each other's answer, write, and answer.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use sim::{Home, Host, HostId, Limits, Link, Outbox, Packet, Payload, RouterId, World};

use super::Edge;

const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 3478);
/// Signaling takes so long: then each side knows what the other one was told.
const TOLD: Duration = Duration::from_secs(1);
/// Between two packets to the same endpoint.
const PACE: Duration = Duration::from_millis(100);
/// After so long, who has not met does not meet.
const END: Duration = Duration::from_millis(1750);
/// So many endpoints a host writes to. In a chase they grow without end.
const MOST: usize = 4;

pub(super) enum Program {
    /// Answers with the endpoint that it saw.
    Server,
    Puncher(Puncher),
}

/// One of the two.
pub(super) struct Puncher {
    own: SocketAddr,
    /// What the server saw.
    pub(super) seen: Option<SocketAddr>,
    /// What was told, and what was learned.
    others: Vec<SocketAddr>,
    next: Option<Duration>,
    /// The other side answered, from where a packet had gone.
    pub(super) met: bool,
}

/// A question names the endpoint that it is sent to, and the answer repeats it: so an answer that comes from
/// elsewhere is known.
pub(super) const QUESTION: &[u8] = b"hole ";
pub(super) const ANSWER: &[u8] = b"yes ";

impl Host for Program {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        let Payload::Udp(bytes) = packet.payload else { return };
        match self {
            Self::Server => out.udp(packet.to, packet.from, packet.from.to_string()),
            Self::Puncher(puncher) => puncher.receive(packet.from, &bytes, out),
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        match self {
            Self::Server => None,
            Self::Puncher(puncher) => puncher.next,
        }
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        let Self::Puncher(puncher) = self else { return };
        if now < TOLD {
            puncher.next = None;
            return out.udp(puncher.own, SERVER, *b"who am I?");
        }
        puncher.next = Some(now + PACE);
        for other in &puncher.others {
            out.udp(puncher.own, *other, [QUESTION, other.to_string().as_bytes()].concat());
        }
    }
}

impl Puncher {
    fn receive(&mut self, from: SocketAddr, bytes: &[u8], out: &mut Outbox) {
        if let Some(asked) = bytes.strip_prefix(QUESTION) {
            if !self.others.contains(&from) && self.others.len() < MOST {
                self.others.push(from);
            }
            out.udp(self.own, from, [ANSWER, asked].concat());
        } else if let Some(asked) = bytes.strip_prefix(ANSWER) {
            self.met |= asked == from.to_string().as_bytes();
        } else if from == SERVER {
            self.seen = std::str::from_utf8(bytes).ok().and_then(|text| text.parse().ok());
        }
    }
}

/// A world in which two tried to meet.
pub(super) struct Meeting {
    pub(super) world: World<Program>,
    /// The host, and the routers on its way, left first.
    pub(super) sides: [(HostId, Vec<RouterId>); 2],
}

impl Meeting {
    /// Whether each got an answer.
    pub(super) fn met(&self) -> bool {
        self.sides.iter().all(|(host, _)| self.puncher(*host).is_some_and(|puncher| puncher.met))
    }

    pub(super) fn puncher(&self, host: HostId) -> Option<&Puncher> {
        match self.world.host_at(host) {
            Program::Puncher(puncher) => Some(puncher),
            Program::Server => None,
        }
    }
}

/// Lets the two try.
pub(super) fn play(left: Edge, right: Edge) -> Meeting {
    let mut world = World::new(1);
    let internet = world.internet();
    world.host(Program::Server, internet, [SERVER.ip()], Link::default());
    let sides = [(left, Home::LEFT), (right, Home::RIGHT)].map(|(edge, home)| {
        let behind = world.behind(&edge.of_sim(), &home, Link::default());
        let puncher = Puncher {
            own: SocketAddr::new(behind.address, 5000),
            seen: None,
            others: Vec::new(),
            next: Some(Duration::ZERO),
            met: false,
        };
        let host = world.host(Program::Puncher(puncher), behind.network, [behind.address], Link::default());
        (host, behind.routers)
    });
    let mut meeting = Meeting { world, sides };
    let limits = |time| Limits { time, events: 10_000 };
    meeting.world.run(limits(TOLD), |_| false);
    let seen = [0, 1].map(|side| meeting.puncher(meeting.sides[side].0).and_then(|puncher| puncher.seen));
    for (side, told) in [(0, seen[1]), (1, seen[0])] {
        if let Program::Puncher(puncher) = meeting.world.host_mut(meeting.sides[side].0) {
            puncher.others.extend(told);
            puncher.next = Some(TOLD);
        }
    }
    let sides = [meeting.sides[0].0, meeting.sides[1].0];
    meeting.world.run(limits(END), |world| {
        sides.iter().all(|side| matches!(world.host_at(*side), Program::Puncher(Puncher { met: true, .. })))
    });
    meeting
}
