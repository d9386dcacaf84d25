//! The server as a host of the network simulator.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use sim::{Host, Outbox, Packet, Payload};

use crate::{Endpoint, Server};

/// A [`Server`] that sits on a simulated network, at all of its addresses.
#[derive(Clone, Debug)]
pub struct Hosted {
    server: Server,
    response: Vec<u8>,
}

impl Hosted {
    /// Puts the server up. [`Hosted::addresses`] says which addresses its host must have.
    #[must_use]
    pub fn new(server: Server) -> Self {
        Self { server, response: Vec::new() }
    }

    /// The IP addresses that it listens on: one, or two.
    #[must_use]
    pub fn addresses(&self) -> Vec<IpAddr> {
        let mut all: Vec<_> = self.server.addresses().map(|(_, address)| address.ip()).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn endpoint(&self, address: SocketAddr) -> Option<Endpoint> {
        self.server.addresses().find(|(_, listens)| *listens == address).map(|(endpoint, _)| endpoint)
    }
}

impl Host for Hosted {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        let (Payload::Udp(request), Some(arrived_at)) = (&packet.payload, self.endpoint(packet.to)) else {
            return;
        };
        let reply = self.server.respond(request, packet.from, arrived_at, &mut self.response);
        if let Some(reply) = reply
            && let Some(from) = self.server.address(reply.from)
        {
            out.udp(from, reply.to, self.response.clone());
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        None
    }

    fn wake(&mut self, _now: Duration, _out: &mut Outbox) {}
}
