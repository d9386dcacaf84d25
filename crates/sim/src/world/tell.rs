//! Telling what happened: the log, and captures.

use std::collections::VecDeque;
use std::time::Duration;

use wire::trace::{Event, Trace};

use super::{Site, World};
use crate::host::Host;
use crate::log::{Incident, Place, What};
use crate::nat::Change;
use crate::network::NodeId;
use crate::packet::{Packet, PacketId, Payload};

impl<H: Host> World<H> {
    /// What happened so far, and how much of it is forgotten already.
    #[must_use]
    pub fn log(&self) -> (&VecDeque<Incident>, u64) {
        (&self.log, self.forgotten)
    }

    /// What a capture at that place would hold.
    #[must_use]
    pub fn trace(&self, place: Place) -> Trace {
        let seen = self.log.iter().filter(|incident| self.is_seen_at(incident.place, place));
        seen.filter_map(|incident| match &incident.what {
            What::Sent(packet) | What::Arrived(packet) => event(incident.at, packet),
            _ => None,
        })
        .collect()
    }

    pub(super) fn note_changes(&mut self, place: Place, packet: Option<PacketId>, changes: Vec<Change>) {
        for change in changes {
            let what = match change {
                Change::Made(mapping) => What::Mapped(mapping),
                Change::Refreshed(mapping) => What::Refreshed(mapping),
                Change::Expired(id) => What::Expired(id),
            };
            self.note(place, packet, what);
        }
    }

    pub(super) fn note(&mut self, place: Place, packet: Option<PacketId>, what: What) {
        if self.log.len() >= Self::LOG {
            self.log.pop_front();
            self.forgotten += 1;
        }
        self.log.push_back(Incident { at: self.now, place, packet, what });
    }

    pub(super) fn place(&self, site: Site) -> Place {
        let attachment = &self.networks[site.network].attached[site.attachment];
        match attachment.node {
            NodeId::Host(host) => Place::Host(host),
            NodeId::Router(router) => Place::Router(router, attachment.side),
        }
    }

    /// Whether what happened at one place is seen by a tap at another. A network's tap sees what is sent onto it.
    fn is_seen_at(&self, happened: Place, tap: Place) -> bool {
        happened == tap
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
