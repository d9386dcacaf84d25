//! A network in a box: hosts, links, routers, firewalls and NATs, in virtual time and without a socket.
//!
//! ```text
//!   alice ---- home ---- [NAT] ---- internet ---- [NAT] ---- office ---- bob
//!                                      |
//!                                    server
//! ```
//!
//! A [`World`] is a tree of networks. The first is the internet; every other hangs below one by a [`Router`], which
//! may translate addresses ([`Nat`], RFC 4787) and refuse packets ([`Firewall`]). Hosts sit on networks. Whatever
//! speaks UDP can be a host: it implements [`Host`]. Nothing here knows what the payloads mean.
//!
//! What happens is one list of incidents, [`World::log`]. [`World::journeys`] reads it by packet, leg by leg, and
//! [`World::trace`] is what a capture at any place would hold.
//!
//! Everything is bounded: what is on its way, what the log keeps, what NATs and firewalls remember, and, by [`Limits`],
//! how far a run goes. No packet and no property of a link makes it panic.
//!
//! Time is a [`Duration`](std::time::Duration) since the world began, and jumps from one event to the next. All chance
//! comes from the world's seed, so a world that is built and driven alike does alike, byte for byte. Each direction of each
//! link, and each router, has a chance of its own: what one does changes nothing for the others.

mod alarms;
mod edge;
mod firewall;
mod host;
mod journey;
mod link;
mod log;
mod nat;
mod network;
mod packet;
mod prefix;
mod queue;
mod router;
mod tcp;
mod world;

pub use edge::{BadEdge, Behind, Edge, Home};
pub use firewall::Firewall;
pub use host::{Host, Outbox};
pub use journey::{End, Journey, Leg};
pub use link::Link;
pub use log::{Incident, Place, Reason, Way, What};
pub use nat::{
    Behavior, Dependence, Hairpinning, Mapping, MappingId, Nat, Pooling, PortAssignment, Refresh, Refusal,
};
pub use network::{HostId, NetworkId, NodeId, RouterId, Side};
pub use packet::{Flags, Icmp, IcmpError, Packet, PacketId, Payload, Segment, Transport};
pub use prefix::{BadPrefix, Prefix};
pub use router::Router;
pub use world::{Limits, Stop, World};
