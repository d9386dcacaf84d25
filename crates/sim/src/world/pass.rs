//! Passing packets: onto a link, across a network, through a router, to a host.

use std::time::Duration;

use super::{Arrival, Site, World};
use crate::host::{Host, Outbox};
use crate::link::Fate;
use crate::log::{Place, Reason, Way, What};
use crate::network::{NetworkId, NodeId, RouterId, Side};
use crate::packet::{IcmpError, Packet, PacketId};

impl<H: Host> World<H> {
    /// Sends what a host sends, each packet from the network on which the host has the address.
    pub(super) fn send_all(&mut self, host: usize, out: Outbox) {
        for packet in out.packets {
            let id = self.number();
            let owns = |site: &&Site| self.attachment(**site).addresses.contains(&packet.from.ip());
            let sites = &self.hosts[host].sites;
            let Some(site) = sites.iter().find(owns).or(sites.first()).copied() else { continue };
            if self.attachment(site).addresses.contains(&packet.from.ip()) {
                if let Some(error) = self.transmit(site, id, &packet) {
                    self.tell_itself(site, id, &packet, error);
                }
            } else {
                let way = self.way(site.network, self.place(site), None);
                self.note(way.from, Some((id, way)), What::Sent(packet));
                self.note(way.from, Some((id, way)), What::Dropped(Reason::Spoofed));
            }
        }
    }

    /// Puts a packet onto the link of `from`, across the network and down the link of whoever takes it. Where it does
    /// not get onto the network, the error is for the node to send on, or to take.
    fn transmit(&mut self, from: Site, id: PacketId, packet: &Packet) -> Option<IcmpError> {
        let network = &self.networks[from.network];
        let to = network
            .next_hop(packet.to.ip(), from.attachment)
            .map(|attachment| Site { network: from.network, attachment });
        let way = self.way(from.network, self.place(from), to.map(|to| self.place(to)));
        self.note(way.from, Some((id, way)), What::Sent(packet.clone()));
        let Some(to) = to else {
            self.drop(Place::Network(way.network), id, way, Reason::NoRoute);
            return Some(IcmpError::HostUnreachable);
        };
        let now = self.now;
        let sender = self.attachment_mut(from);
        let fate = sender.up.pass(now, now, packet);
        let mtu = sender.up.link.mtu;
        match fate {
            Fate::Arrives(first, second) => {
                if second.is_some() {
                    self.note(way.from, Some((id, way)), What::Duplicated);
                }
                for delay in [Some(first), second].into_iter().flatten() {
                    self.deliver(to, id, way, packet, now.saturating_add(delay));
                }
                return None;
            }
            Fate::TooBig => {
                self.drop(way.from, id, way, Reason::TooBig);
                return Some(IcmpError::TooBig { mtu });
            }
            Fate::Lost => self.drop(way.from, id, way, Reason::Lost),
            Fate::QueueFull => self.drop(way.from, id, way, Reason::QueueFull),
        }
        None
    }

    /// Down the link of whoever takes it, from `at` on.
    fn deliver(&mut self, to: Site, id: PacketId, way: Way, packet: &Packet, at: Duration) {
        let (place, now) = (self.place(to), self.now);
        let receiver = self.attachment_mut(to);
        let fate = receiver.down.pass(now, at, packet);
        let mtu = receiver.down.link.mtu;
        match fate {
            Fate::Arrives(first, second) => {
                if second.is_some() {
                    self.note(place, Some((id, way)), What::Duplicated);
                }
                for delay in [Some(first), second].into_iter().flatten() {
                    self.queue(
                        at.saturating_add(delay),
                        Arrival { id, packet: packet.clone(), at: to, by: way },
                    );
                }
            }
            Fate::Lost => self.drop(place, id, way, Reason::Lost),
            Fate::QueueFull => self.drop(place, id, way, Reason::QueueFull),
            Fate::TooBig => {
                self.drop(place, id, way, Reason::TooBig);
                self.network_tells(to, id, way, packet, IcmpError::TooBig { mtu });
            }
        }
    }

    fn queue(&mut self, at: Duration, arrival: Arrival) {
        let (id, way, bytes) = (arrival.id, arrival.by, arrival.packet.length());
        if !self.queue.push(at, arrival, bytes) {
            self.drop(Place::Network(way.network), id, way, Reason::Crowded);
        }
    }

    pub(super) fn arrive(&mut self, Arrival { id, packet, at, by }: Arrival) {
        let place = self.place(at);
        let attachment = self.attachment(at);
        let (node, side, gone) = (attachment.node, attachment.side, attachment.gone);
        if gone {
            return self.drop(Place::Network(NetworkId(at.network)), id, by, Reason::Gone);
        }
        self.note(place, Some((id, by)), What::Arrived(packet.clone()));
        match node {
            NodeId::Host(host) => self.call(host.0, |host, now, out| host.receive(now, packet, out)),
            NodeId::Router(router) => self.forward(router, side, id, by, &packet),
        }
    }

    fn forward(&mut self, router: RouterId, side: Side, id: PacketId, by: Way, packet: &Packet) {
        let now = self.now;
        let placed = &mut self.routers[router.0];
        let (came, goes) = match side {
            Side::Inside => (placed.inside, placed.outside),
            Side::Outside => (placed.outside, placed.inside),
        };
        let result = placed.router.forward(now, side, packet, &mut placed.rng);
        let silent = placed.router.silent;
        self.note_changes(router, side, Some((id, by)));
        let place = Place::Router(router, side);
        let error = match result {
            Ok(passed) => {
                let after = passed.packet;
                if (after.from, after.to) != (packet.from, packet.to) {
                    let what = What::Translated { before: packet.clone(), after: after.clone() };
                    self.note(place, Some((id, by)), what);
                }
                self.transmit(if passed.turns_back { came } else { goes }, id, &after)
            }
            Err((reason, error)) => {
                self.drop(place, id, by, reason);
                error
            }
        };
        if let Some(error) = error.filter(|_| !silent) {
            self.router_tells(came, id, by, packet, error);
        }
    }

    /// A router tells whoever sent the packet, to the side from which it came, about the packet as it came.
    fn router_tells(&mut self, at: Site, id: PacketId, by: Way, packet: &Packet, error: IcmpError) {
        if let Some((number, icmp)) = self.error(at, self.place(at), id, by, packet, error) {
            // An error about an error is not sent (RFC 1122 section 3.2.2).
            let _ = self.transmit(at, number, &icmp);
        }
    }

    /// A host's own stack tells its program.
    fn tell_itself(&mut self, at: Site, id: PacketId, packet: &Packet, error: IcmpError) {
        let place = self.place(at);
        let way = self.way(at.network, place, Some(place));
        if let Some((number, packet)) = self.error(at, place, id, way, packet, error) {
            self.note(place, Some((number, way)), What::Sent(packet.clone()));
            self.queue(self.now, Arrival { id: number, packet, at, by: way });
        }
    }

    /// Whoever runs the far end of a link tells the sender of what does not fit it. The error bears the address of the
    /// node there, as a network has none.
    fn network_tells(&mut self, far: Site, id: PacketId, by: Way, packet: &Packet, error: IcmpError) {
        let from = Place::Network(by.network);
        let Some((number, icmp)) = self.error(far, from, id, by, packet, error) else { return };
        let next = self.networks[far.network].next_hop(icmp.to.ip(), far.attachment);
        let to = next.map(|attachment| Site { network: far.network, attachment });
        let way = self.way(far.network, from, to.map(|to| self.place(to)));
        self.note(from, Some((number, way)), What::Sent(icmp.clone()));
        match to {
            Some(to) => self.deliver(to, number, way, &icmp, self.now),
            None => self.drop(from, number, way, Reason::NoRoute),
        }
    }

    /// The ICMP error that a packet causes, from an address that the node at `site` has, and its number.
    fn error(
        &mut self,
        site: Site,
        place: Place,
        id: PacketId,
        by: Way,
        packet: &Packet,
        error: IcmpError,
    ) -> Option<(PacketId, Packet)> {
        let addresses = &self.attachment(site).addresses;
        let from = addresses.iter().copied().find(|one| one.is_ipv4() == packet.from.is_ipv4())?;
        let icmp = packet.error(from, error)?;
        let number = self.number();
        self.note(place, Some((id, by)), What::Caused(number));
        Some((number, icmp))
    }

    fn drop(&mut self, place: Place, id: PacketId, way: Way, why: Reason) {
        self.note(place, Some((id, way)), What::Dropped(why));
    }

    fn number(&mut self) -> PacketId {
        self.packets += 1;
        PacketId(self.packets)
    }

    fn way(&mut self, network: usize, from: Place, to: Option<Place>) -> Way {
        self.ways += 1;
        Way { number: self.ways, network: NetworkId(network), from, to }
    }
}
