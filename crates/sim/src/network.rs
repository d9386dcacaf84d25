//! Names of the parts of a world, and how they hang together.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::link::Lane;
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
#[derive(Debug, Default)]
pub(crate) struct Network {
    pub(crate) name: String,
    /// What is here: no gateway is asked for it.
    pub(crate) prefixes: Vec<Prefix>,
    pub(crate) attached: Vec<Attachment>,
    /// Who takes what is not for this network.
    pub(crate) gateway: Option<usize>,
    owners: BTreeMap<IpAddr, usize>,
    /// Longest prefix first.
    routes: Vec<(Prefix, usize)>,
}

/// A node on a network, by a link of its own.
#[derive(Debug)]
pub(crate) struct Attachment {
    pub(crate) node: NodeId,
    /// Which side of a router; a host has one side only.
    pub(crate) side: Side,
    pub(crate) addresses: Vec<IpAddr>,
    /// From the node, and to it.
    pub(crate) up: Lane,
    pub(crate) down: Lane,
    /// Its node moved away.
    pub(crate) gone: bool,
}

impl Network {
    pub(crate) fn new(name: impl Into<String>, prefixes: impl Into<Vec<Prefix>>) -> Self {
        Self { name: name.into(), prefixes: prefixes.into(), ..Self::default() }
    }

    pub(crate) fn attach(&mut self, attachment: Attachment) -> usize {
        let place = self.attached.len();
        for &address in &attachment.addresses {
            self.owners.entry(address).or_insert(place);
        }
        self.attached.push(attachment);
        place
    }

    /// One more address of who is attached there; the first owner keeps one that is taken.
    pub(crate) fn address(&mut self, place: usize, address: IpAddr) {
        self.owners.entry(address).or_insert(place);
        self.attached[place].addresses.push(address);
    }

    pub(crate) fn detach(&mut self, place: usize) {
        self.owners.retain(|_, owner| *owner != place);
        self.attached[place].gone = true;
        self.attached[place].addresses.clear();
    }

    /// A router that leads to `prefix`; false where that is known.
    pub(crate) fn route(&mut self, prefix: Prefix, place: usize) -> bool {
        if self.routes.contains(&(prefix, place)) {
            return false;
        }
        let after = self.routes.partition_point(|(one, _)| one.length() >= prefix.length());
        self.routes.insert(after, (prefix, place));
        true
    }

    /// Which attachment takes a packet to `address`: its owner, else the router that leads there by the longest prefix
    /// (RFC 1812 section 5.2.4.3), else the gateway.
    pub(crate) fn next_hop(&self, address: IpAddr, sender: usize) -> Option<usize> {
        let owner = self.owners.get(&address).copied();
        let routed = || {
            let route = self.routes.iter().find(|(prefix, _)| prefix.contains(address));
            route.map(|&(_, place)| place).filter(|&place| place != sender)
        };
        let local = || self.prefixes.iter().any(|prefix| prefix.contains(address));
        let gateway = || self.gateway.filter(|&gateway| gateway != sender);
        owner.or_else(routed).or_else(|| if local() { None } else { gateway() })
    }
}
