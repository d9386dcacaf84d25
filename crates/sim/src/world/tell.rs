//! Telling what happened: the log, journeys of packets, and captures.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use wire::trace::{Event, Trace};

use super::{Site, World};
use crate::host::Host;
use crate::journey::{self, Journey};
use crate::log::{Incident, Place, Way, What};
use crate::nat::{Change, Nat};
use crate::network::{NodeId, RouterId, Side};
use crate::packet::{Packet, PacketId, Payload};

impl<H: Host> World<H> {
    /// What happened so far, and how much of it is forgotten already.
    #[must_use]
    pub fn log(&self) -> (&VecDeque<Incident>, u64) {
        (&self.log.incidents, self.log.forgotten)
    }

    /// Where each packet went, leg by leg. Those of which the log has forgotten a part are left out.
    #[must_use]
    pub fn journeys(&self) -> Vec<Journey> {
        let mut all = journey::journeys(self.log.incidents.iter());
        all.retain(|one| self.log.holds_all_of(one.id));
        all
    }

    /// Where one packet went; `None` where the log does not know it, or not all of it any more.
    #[must_use]
    pub fn journey(&self, id: PacketId) -> Option<Journey> {
        if !self.log.holds_all_of(id) {
            return None;
        }
        let about = |one: &&Incident| one.packet == Some(id) || one.what == What::Caused(id);
        let mut all = journey::journeys(self.log.incidents.iter().filter(about));
        let place = all.iter().position(|one| one.id == id)?;
        Some(all.swap_remove(place))
    }

    /// What a capture at that place would hold: at a host or on one side of a router what it sends and what arrives, on a
    /// network what anybody sends onto it. The comment on a packet that was dropped says where and why; on one of which a
    /// copy was dropped, and another got where it should, that it was a copy. ICMP is not in it: a trace holds UDP and
    /// TCP.
    #[must_use]
    pub fn trace(&self, place: Place) -> Trace {
        // What the log still knows of a packet's end is true whether or not it knows the beginning.
        let journeys = journey::journeys(self.log.incidents.iter());
        let dropped = |one: &Journey| {
            let (place, why) = one.dropped()?;
            let what = if one.got_there() { "a copy was dropped" } else { "dropped" };
            Some((one.id, format!("{what} {}: {why}", self.describe(place))))
        };
        let dropped: BTreeMap<_, _> = journeys.iter().filter_map(dropped).collect();
        let events = self.log.incidents.iter().filter_map(|incident| {
            let event = event(incident.at, seen_at(incident, place)?)?;
            Some(match incident.packet.and_then(|id| dropped.get(&id)) {
                None => event,
                Some(dropped) => event.with_comment(dropped.clone()),
            })
        });
        events.collect()
    }

    /// A place in words: `by the router of left`, `on the way to a host on internet`.
    #[must_use]
    pub fn describe(&self, place: Place) -> String {
        match place {
            Place::Host(host) => match self.hosts[host.0].sites.first() {
                Some(&site) => format!("at a host on {}", self.networks[site.network].name),
                None => "at a host".to_owned(),
            },
            Place::Router(router, _) => {
                format!("at the router of {}", self.networks[self.routers[router.0].inside.network].name)
            }
            Place::Network(network) => format!("on {}", self.name(network)),
        }
    }

    pub(super) fn note_changes(&mut self, router: RouterId, side: Side, packet: Option<(PacketId, Way)>) {
        let Some(nat) = &mut self.routers[router.0].router.nat else { return };
        let changes = nat.take_changes();
        self.expiries.set(router.0, self.routers[router.0].router.nat.as_ref().and_then(Nat::next_expiry));
        for change in changes {
            let what = match change {
                Change::Made(mapping) => What::Mapped(mapping),
                Change::Refreshed(mapping) => What::Refreshed(mapping),
                Change::Expired(id) => What::Expired(id),
            };
            self.note(Place::Router(router, side), packet, what);
        }
    }

    pub(super) fn note(&mut self, place: Place, packet: Option<(PacketId, Way)>, what: What) {
        let (packet, way) = packet.unzip();
        self.log.note(Incident { at: self.now, place, packet, way, what });
    }

    pub(super) fn place(&self, site: Site) -> Place {
        let attachment = self.attachment(site);
        match attachment.node {
            NodeId::Host(host) => Place::Host(host),
            NodeId::Router(router) => Place::Router(router, attachment.side),
        }
    }
}

/// The packet that a tap at `tap` sees of an incident.
fn seen_at(incident: &Incident, tap: Place) -> Option<&Packet> {
    let onto = incident.way.map(|way| Place::Network(way.network));
    match &incident.what {
        What::Sent(packet) if incident.place == tap || onto == Some(tap) => Some(packet),
        What::Arrived(packet) if incident.place == tap => Some(packet),
        _ => None,
    }
}

fn event(at: Duration, packet: &Packet) -> Option<Event> {
    match &packet.payload {
        Payload::Udp(bytes) => Some(Event::udp(at, packet.from, packet.to, bytes.clone())),
        Payload::Tcp(segment) if segment.bytes.is_empty() => None,
        Payload::Tcp(segment) => Some(Event::tcp(at, packet.from, packet.to, segment.bytes.clone())),
        Payload::Icmp(_) => None,
    }
}
