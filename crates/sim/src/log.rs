//! What happened, step by step.

use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use crate::nat::{Mapping, MappingId, Refusal};
use crate::network::{HostId, NetworkId, RouterId, Side};
use crate::packet::{Packet, PacketId};

/// Something that happened to a packet, or in a NAT.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    /// When.
    pub at: Duration,
    /// Where.
    pub place: Place,
    /// To which packet; `None` for what happens by itself, as a mapping that expires.
    pub packet: Option<PacketId>,
    /// On which way: the one it is sent onto, the one it came by, or the one on which it was lost.
    pub way: Option<Way>,
    /// What.
    pub what: What,
}

/// From one node to the next, across one network. A packet that passes three routers goes four ways; a copy that a link
/// made shares its original's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Way {
    /// Its number, counted from 1 in the order of sending.
    pub number: u64,
    /// The network that is crossed.
    pub network: NetworkId,
    /// Who sends.
    pub from: Place,
    /// Who is to take it; `None` where the network knows nobody.
    pub to: Option<Place>,
}

/// A place in a world: where things happen, and where a tap may sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A host's own interface: what a capture taken there would show.
    Host(HostId),
    /// One side of a router.
    Router(RouterId, Side),
    /// A network: everything that anybody attached sends, as it was sent.
    Network(NetworkId),
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The node at that place put the packet onto its link.
    Sent(Packet),
    /// The packet arrived at that place.
    Arrived(Packet),
    /// A NAT rewrote it: how it was, how it is.
    Translated {
        /// As it came.
        before: Packet,
        /// As it goes on.
        after: Packet,
    },
    /// A NAT made a mapping.
    Mapped(Mapping),
    /// A mapping's filter learned of a new remote endpoint, or its life was renewed.
    Refreshed(Mapping),
    /// A mapping's time was up.
    Expired(MappingId),
    /// The packet ends here.
    Dropped(Reason),
    /// A link made a second one of it.
    Duplicated,
    /// It made that place send an ICMP error, which has this number.
    Caused(PacketId),
}

/// Why a packet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Lost on a link.
    Lost,
    /// The link's queue was full.
    QueueFull,
    /// As much was on its way in the whole world as may be.
    Crowded,
    /// It does not fit the link.
    TooBig,
    /// Nobody has that address, and there is no way to it.
    NoRoute,
    /// Whom it was for moved away meanwhile.
    Gone,
    /// A host sent it with an address that is not its own (RFC 2827).
    Spoofed,
    /// It passed too many routers.
    TooManyHops,
    /// The NAT did not take it.
    Nat(Refusal),
    /// The firewall did not let it out.
    BlockedOut,
    /// The firewall did not let it in.
    BlockedIn,
}

impl Reason {
    /// Whether it ended between two nodes, and not at one that would not pass it on.
    #[must_use]
    pub fn is_on_the_way(self) -> bool {
        match self {
            Self::Lost | Self::QueueFull | Self::Crowded | Self::TooBig => true,
            Self::NoRoute | Self::Gone | Self::Spoofed => true,
            Self::TooManyHops | Self::Nat(_) | Self::BlockedOut | Self::BlockedIn => false,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost on the link",
            Self::QueueFull => "the link's queue was full",
            Self::Crowded => "too much is on its way in this world",
            Self::TooBig => "too big for the link",
            Self::NoRoute => "no route to that address",
            Self::Gone => "whom it was for moved away",
            Self::Spoofed => "not an address of its sender",
            Self::TooManyHops => "passed too many routers",
            Self::Nat(refusal) => return refusal.fmt(f),
            Self::BlockedOut => "the firewall does not let it out",
            Self::BlockedIn => "the firewall does not let it in: nothing went out there before",
        })
    }
}

/// What happened so far, within bounds: the oldest goes first.
#[derive(Clone, Debug)]
pub(crate) struct Log {
    pub(crate) most: usize,
    pub(crate) incidents: VecDeque<Incident>,
    pub(crate) forgotten: u64,
    /// The last packet of which something is forgotten. Packets are numbered in the order in which they begin, so of
    /// all later ones the log holds everything.
    forgotten_packet: Option<PacketId>,
}

impl Log {
    pub(crate) fn of(most: usize) -> Self {
        Self { most, incidents: VecDeque::new(), forgotten: 0, forgotten_packet: None }
    }

    pub(crate) fn note(&mut self, incident: Incident) {
        if self.most == 0 {
            return;
        }
        if self.incidents.len() >= self.most {
            self.forget_first();
        }
        self.incidents.push_back(incident);
    }

    fn forget_first(&mut self) {
        let Some(incident) = self.incidents.pop_front() else { return };
        self.forgotten += 1;
        let caused = match incident.what {
            What::Caused(error) => Some(error),
            _ => None,
        };
        self.forgotten_packet = self.forgotten_packet.max(incident.packet).max(caused);
    }

    /// Whether it holds all that happened to a packet so far.
    pub(crate) fn holds_all_of(&self, packet: PacketId) -> bool {
        self.forgotten_packet.is_none_or(|last| packet > last)
    }
}
