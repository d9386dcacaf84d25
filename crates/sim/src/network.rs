//! Names of the parts of a world, and how they hang together.

use std::net::IpAddr;
use std::time::Duration;

use crate::link::Link;
use crate::prefix::Prefix;

/// Names a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkId(pub(crate) usize);

/// Names a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostId(pub(crate) usize);

/// Names a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RouterId(pub(crate) usize);

/// A host or a router.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum NodeId {
    /// A host.
    Host(HostId),
    /// A router.
    Router(RouterId),
}

/// A router's two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Towards the network that it serves: "internal" in RFC 4787.
    Inside,
    /// Towards the internet: "external".
    Outside,
}

/// A network: whoever is attached reaches all others that are.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) name: String,
    pub(crate) prefixes: Vec<Prefix>,
    pub(crate) attached: Vec<Attachment>,
    /// Who takes what is not for this network.
    pub(crate) gateway: Option<usize>,
}

/// A node on a network, by a link of its own.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) node: NodeId,
    /// Which side of a router; a host has one side only.
    pub(crate) side: Side,
    pub(crate) addresses: Vec<IpAddr>,
    /// What lies behind a router that does not translate.
    pub(crate) routes: Vec<Prefix>,
    pub(crate) link: Link,
    /// When the link is free again: from the node, and to it.
    pub(crate) up_free: Duration,
    pub(crate) down_free: Duration,
}

impl Network {
    /// Which attachment takes a packet to `address`: its owner, else a router that leads there, else the gateway.
    pub(crate) fn next_hop(&self, address: IpAddr, sender: usize) -> Option<usize> {
        let owner = self.attached.iter().position(|one| one.addresses.contains(&address));
        let local = || self.prefixes.iter().any(|prefix| prefix.contains(address));
        let routed =
            || self.attached.iter().position(|one| one.routes.iter().any(|route| route.contains(address)));
        let gateway = || self.gateway.filter(|&gateway| gateway != sender);
        owner.or_else(routed).or_else(|| if local() { None } else { gateway() })
    }
}
