//! The simulated network: a client, a NAT and a STUN server in one process, in
//! virtual time.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Result, bail};
use sim::{
    Edge, Home, Host, HostId, Limits, Link, Outbox, Packet, PacketId, Payload,
    Place, RouterId, Side, Stop, What, World,
};
use stun_server::Server;
use stun_server::sim::Hosted;
use tap::Random;
use wire::trace::{Event, Trace};

use crate::network::{Datagram, Network};

/// The server's first address, and its other one.
pub(crate) const SERVER: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 3478);
const OTHER: SocketAddr =
    SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2)), 3479);
/// More than any of this takes: no run lasts for ever.
const MOST_EVENTS: u64 = 1_000_000;

pub(crate) struct Simulated {
    world: World<Node>,
    client: HostId,
    address: IpAddr,
    /// The nearest to the internet is the last.
    routers: Vec<RouterId>,
    ports: Vec<u16>,
    random: Random,
    /// What was tested from which incident of the log on.
    marks: Vec<(u64, String)>,
    /// So much of the world's log is told already.
    told: u64,
}

// ANCHOR: host
/// Who sits on the network.
enum Node {
    Client(Client),
    Server(Hosted),
}

/// The client's machine: what it wants to send, and what came for it.
#[derive(Default)]
struct Client {
    leaving: Vec<Packet>,
    arrived: Vec<Datagram>,
    alarm: Option<Duration>,
}

impl Host for Node {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        match self {
            Self::Server(server) => server.receive(now, packet, out),
            Self::Client(client) => {
                if let Payload::Udp(bytes) = packet.payload {
                    let Packet { from, to, .. } = packet;
                    let bytes = bytes.to_vec();
                    client.arrived.push(Datagram { from, to, bytes });
                }
            }
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        match self {
            Self::Server(server) => server.next_wake(),
            Self::Client(client) if client.leaving.is_empty() => client.alarm,
            Self::Client(_) => Some(Duration::ZERO), // at once
        }
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        let Self::Client(client) = self else { return };
        client.leaving.drain(..).for_each(|packet| out.send(packet));
        client.alarm = client.alarm.filter(|alarm| *alarm > now);
    }
}
// ANCHOR_END: host

impl Simulated {
    // ANCHOR: world
    /// A client behind `edge`; `link` joins that to the internet.
    pub(crate) fn behind(edge: &Edge, link: Link, seed: u64) -> Result<Self> {
        let mut world = World::new(seed);
        let server = Server::new(SERVER).with_alternate(OTHER)?;
        let server = Hosted::new(server);
        let addresses = server.addresses();
        let internet = world.internet();
        world.host(Node::Server(server), internet, addresses, Link::default());
        let behind = world.behind(edge, &Home::LEFT, link.clone());
        let near = match behind.routers.is_empty() {
            true => link,
            false => Link::of(Duration::from_millis(1)),
        };
        let client = Node::Client(Client::default());
        let client = world.host(client, behind.network, [behind.address], near);
        Ok(Self {
            world,
            client,
            address: behind.address,
            routers: behind.routers,
            ports: Vec::new(),
            random: Random::new(Some(!seed)),
            marks: Vec::new(),
            told: 0,
        })
    }
    // ANCHOR_END: world

    fn client(&mut self) -> &mut Client {
        match self.world.host_mut(self.client) {
            Node::Client(client) => client,
            Node::Server(_) => unreachable!("the client's id is a client's"),
        }
    }
}

impl Network for Simulated {
    /// Any of the dynamic ports (RFC 5780 section 4.1).
    async fn open(&mut self) -> Result<SocketAddr> {
        let port = loop {
            let port = u16::from_be_bytes(self.random.bytes()) | 0xc000;
            if !self.ports.contains(&port) {
                break port;
            }
        };
        self.ports.push(port);
        Ok((self.address, port).into())
    }

    async fn send(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
    ) -> Result<()> {
        self.client().leaving.push(Packet::udp(from, to, bytes));
        Ok(())
    }

    /// Lets the world go on until something arrives, or until then: at once.
    async fn next(&mut self, until: Duration) -> Result<Option<Datagram>> {
        self.client().alarm = Some(until);
        let limits = Limits { time: until, events: MOST_EVENTS };
        let id = self.client;
        let stop = self.world.run(limits, |world| match world.host_at(id) {
            Node::Client(client) => {
                !client.arrived.is_empty() || client.alarm.is_none()
            }
            Node::Server(_) => true,
        });
        if stop == Stop::TooManyEvents {
            bail!("more than {MOST_EVENTS} events in the simulated network");
        }
        let arrived = &mut self.client().arrived;
        Ok((!arrived.is_empty()).then(|| arrived.remove(0)))
    }

    fn now(&self) -> Duration {
        self.world.now()
    }

    fn mark(&mut self, test: &str) {
        let (log, forgotten) = self.world.log();
        self.marks.push((forgotten + log.len() as u64, test.to_owned()));
    }

    fn unseen(&mut self) -> Vec<String> {
        unseen(self)
    }
}

/// What the NATs did and what was dropped, each kind once.
fn unseen(world: &mut Simulated) -> Vec<String> {
    let (log, forgotten) = world.world.log();
    let new = usize::try_from(world.told.saturating_sub(forgotten)).unwrap_or(0);
    let mut said: Vec<(String, u32)> = Vec::new();
    let mut paths: HashMap<PacketId, (SocketAddr, SocketAddr)> = HashMap::new();
    for incident in log.iter().skip(new) {
        let line = match &incident.what {
            What::Sent(packet) | What::Arrived(packet) => {
                if let Some(id) = incident.packet {
                    paths.insert(id, (packet.from, packet.to));
                }
                continue;
            }
            What::Mapped(mapping) => format!(
                "the NAT made a mapping: {} is {} outside",
                mapping.internal, mapping.external
            ),
            What::Dropped(reason) => {
                let path = incident.packet.and_then(|id| paths.get(&id));
                let Some((from, to)) = path else { continue };
                format!("{from} \u{2192} {to} was dropped: {reason}")
            }
            _ => continue,
        };
        match said.iter_mut().find(|(already, _)| *already == line) {
            Some((_, times)) => *times += 1,
            None => said.push((line, 1)),
        }
    }
    world.told = forgotten + log.len() as u64;
    let counted = |(line, times)| match times {
        1 => line,
        _ => format!("{line} ({times} times)"),
    };
    said.into_iter().map(counted).collect()
}

impl Simulated {
    /// Each packet as the client saw it, and as it was on the other side of the NAT.
    pub(crate) fn trace(&self) -> Trace {
        let mut trace = Trace::default();
        let mut last: HashMap<PacketId, usize> = HashMap::new();
        let (log, forgotten) = self.world.log();
        for (number, incident) in (forgotten..).zip(log) {
            let Some(id) = incident.packet else { continue };
            let side = self.side(incident.place);
            match (&incident.what, side) {
                (What::Sent(packet) | What::Arrived(packet), Some(side)) => {
                    let Payload::Udp(bytes) = &packet.payload else { continue };
                    let Packet { from, to, .. } = *packet;
                    let event = Event::udp(incident.at, from, to, bytes.clone());
                    let test = self.test_at(number);
                    let comment = [test, side].join(", ");
                    last.insert(id, trace.events.len());
                    trace.push(event.with_comment(comment.trim_end_matches(", ")));
                }
                (What::Dropped(reason), _) => {
                    let event =
                        last.get(&id).and_then(|at| trace.events.get_mut(*at));
                    if let Some(comment) = event.and_then(|e| e.comment.as_mut()) {
                        *comment += &format!("; dropped: {reason}");
                    }
                }
                _ => {}
            }
        }
        trace
    }

    fn side(&self, place: Place) -> Option<&'static str> {
        let outermost = self.routers.last();
        match place {
            Place::Host(host) if host == self.client => {
                Some(if outermost.is_none() { "" } else { "inside" })
            }
            Place::Router(router, Side::Outside) if Some(&router) == outermost => {
                Some("outside")
            }
            _ => None,
        }
    }

    fn test_at(&self, incident: u64) -> &str {
        let begun = self.marks.iter().rev().find(|(from, _)| *from <= incident);
        begun.map_or("", |(_, test)| test)
    }
}
