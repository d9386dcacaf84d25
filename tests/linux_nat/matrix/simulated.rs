//! Two clients in the simulator.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sim::{Edge, Home, HostId, Limits, Link, Packet, Payload, World};

use super::{Ground, KNOCK, Word};
use crate::packets::Mailbox;
use crate::servers::PORT;
use crate::street::SERVER;

pub(super) struct Pair {
    world: World<Mailbox>,
    server: HostId,
    clients: [(HostId, SocketAddr); 2],
}

impl Pair {
    pub(super) fn new(edges: [&Edge; 2]) -> Self {
        let mut world = World::new(1);
        let internet = world.internet();
        let link = Link::of(Duration::from_millis(1));
        let server = world.host(Mailbox::default(), internet, [IpAddr::from(SERVER[0])], link.clone());
        let clients = [(edges[0], Home::LEFT), (edges[1], Home::RIGHT)].map(|(edge, home)| {
            let behind = world.behind(edge, &home, link.clone());
            let host = world.host(Mailbox::default(), behind.network, [behind.address], link.clone());
            (host, SocketAddr::new(behind.address, 5000))
        });
        Self { world, server, clients }
    }
}

impl Ground for Pair {
    fn seen(&mut self, at: usize) -> SocketAddr {
        self.send(at, (SERVER[0], PORT).into(), [KNOCK, 0]);
        let got = std::mem::take(&mut self.world.host_mut(self.server).got);
        got.first().expect("the server hears every client").from
    }

    /// Sends, and lets the world go on until all is quiet.
    fn send(&mut self, at: usize, to: SocketAddr, word: Word) {
        let (host, own) = self.clients[at];
        self.world.host_mut(host).to_send.push(Packet::udp(own, to, word));
        self.world.run(Limits { time: Duration::MAX, events: u64::MAX }, |_| false);
    }

    fn heard(&mut self, at: usize) -> Vec<(Word, SocketAddr)> {
        let got = std::mem::take(&mut self.world.host_mut(self.clients[at].0).got);
        let words = got.into_iter().filter_map(|packet| match packet.payload {
            Payload::Udp(bytes) => Some((Word::try_from(&bytes[..]).ok()?, packet.from)),
            _ => None,
        });
        words.collect()
    }
}
