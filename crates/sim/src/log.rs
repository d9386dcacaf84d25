//! What happened, step by step.

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
    /// What.
    pub what: What,
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
    /// The link delivered it a second time.
    Duplicated,
}

/// Why a packet ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Lost on a link.
    Lost,
    /// The link's queue was full.
    QueueFull,
    /// It does not fit the link.
    TooBig,
    /// Nobody has that address, and there is no way to it.
    NoRoute,
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

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Lost => "lost on the link",
            Self::QueueFull => "the link's queue was full",
            Self::TooBig => "too big for the link",
            Self::NoRoute => "no route to that address",
            Self::Spoofed => "not an address of its sender",
            Self::TooManyHops => "passed too many routers",
            Self::Nat(refusal) => return refusal.fmt(f),
            Self::BlockedOut => "the firewall lets it not out",
            Self::BlockedIn => "the firewall lets it not in: nothing went out there before",
        })
    }
}
