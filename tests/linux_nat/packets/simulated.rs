//! The same way in the simulator.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sim::{Behavior, Edge, Home, Host, HostId, Limits, Link, Outbox, Packet, World};

use super::{Sent, Way};
use crate::servers::{OTHER_PORT, PORT};
use crate::street::SERVER;

pub(crate) struct Simulated {
    world: World<Mailbox>,
    client: HostId,
    client_address: IpAddr,
    server: HostId,
}

/// A host that sends what it is given and keeps what it gets.
#[derive(Default)]
pub(crate) struct Mailbox {
    pub(crate) to_send: Vec<Packet>,
    pub(crate) got: Vec<Packet>,
}

impl Host for Mailbox {
    fn receive(&mut self, _now: Duration, packet: Packet, _out: &mut Outbox) {
        self.got.push(packet);
    }

    fn next_wake(&mut self) -> Option<Duration> {
        (!self.to_send.is_empty()).then_some(Duration::ZERO)
    }

    fn wake(&mut self, _now: Duration, out: &mut Outbox) {
        self.to_send.drain(..).for_each(|packet| out.send(packet));
    }
}

impl Simulated {
    pub(crate) fn new(behavior: Behavior) -> Self {
        let mut world = World::new(1);
        let internet = world.internet();
        let link = Link::of(Duration::from_millis(1));
        let server = world.host(Mailbox::default(), internet, SERVER.map(IpAddr::from), link.clone());
        let behind = world.behind(&Edge::Nat(behavior), &Home::LEFT, link.clone());
        let client = world.host(Mailbox::default(), behind.network, [behind.address], link);
        Self { world, client, client_address: behind.address, server }
    }

    /// Lets a packet go its way: the packets that `receiver` then gets.
    fn carry(&mut self, sender: HostId, packet: Packet, receiver: HostId) -> Vec<Packet> {
        self.world.host_mut(sender).to_send.push(packet);
        self.world.run(Limits { time: Duration::MAX, events: u64::MAX }, |_| false);
        std::mem::take(&mut self.world.host_mut(receiver).got)
    }
}

impl Way for Simulated {
    fn out(&mut self, port: u16, to: usize) -> SocketAddr {
        let packet = Packet::udp((self.client_address, port).into(), endpoint(to), *b"out");
        let got = self.carry(self.client, packet, self.server);
        got.first().expect("nothing is lost here").from
    }

    fn back(&mut self, from: usize, Sent { port, seen, .. }: Sent) -> bool {
        let got = self.carry(self.server, Packet::udp(endpoint(from), seen, *b"back"), self.client);
        got.iter().any(|packet| packet.to.port() == port)
    }
}

fn endpoint(at: usize) -> SocketAddr {
    let endpoints = SERVER.map(|address| [PORT, OTHER_PORT].map(|port| SocketAddr::from((address, port))));
    endpoints.concat()[at]
}
