//! What can sit on a network: whatever speaks UDP or TCP segments.

use std::net::SocketAddr;
use std::time::Duration;

use crate::packet::Packet;

/// A host's program. It owns no clock and no socket: the world calls it, and takes what it sends.
pub trait Host {
    /// A packet for one of the host's addresses arrived.
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox);

    /// When it wants to be woken; `None` while it waits for packets only. A time that is past means at once. It is asked
    /// after each call of its own, and after [`World::host_mut`](crate::World::host_mut); at no other time may its wish
    /// change.
    fn next_wake(&mut self) -> Option<Duration>;

    /// The time that [`Host::next_wake`] named has come.
    fn wake(&mut self, now: Duration, out: &mut Outbox);
}

/// Takes what a host sends.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(crate) packets: Vec<Packet>,
}

impl Outbox {
    /// Sends a packet. Its `from` must be an address of the host, or the network drops it (RFC 2827).
    pub fn send(&mut self, packet: Packet) {
        self.packets.push(packet);
    }

    /// Sends a datagram.
    pub fn udp(&mut self, from: SocketAddr, to: SocketAddr, bytes: impl Into<Vec<u8>>) {
        self.send(Packet::udp(from, to, bytes));
    }
}

impl<H: Host + ?Sized> Host for Box<H> {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        (**self).receive(now, packet, out);
    }

    fn next_wake(&mut self) -> Option<Duration> {
        (**self).next_wake()
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        (**self).wake(now, out);
    }
}
