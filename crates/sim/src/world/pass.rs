//! Passing packets: onto a link, across a network, through a router, to a host.

use super::{Arrival, Site, World};
use crate::host::{Host, Outbox};
use crate::link::Fate;
use crate::log::{Place, Reason, What};
use crate::nat::Nat;
use crate::network::{HostId, NetworkId, NodeId, RouterId, Side};
use crate::packet::{IcmpError, Packet, PacketId};
use crate::router::through;

impl<H: Host> World<H> {
    pub(super) fn send_all(&mut self, host: usize, out: Outbox) {
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

    pub(super) fn arrive(&mut self, Arrival { id, packet, at }: Arrival) {
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
}
