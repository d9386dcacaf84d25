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
//! Time is a [`Duration`](std::time::Duration) since the world began, and jumps from one event to the next. All chance
//! comes from the world's seed, so a world that is built and driven alike does alike, byte for byte.

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
