//! Building a world: networks, routers between them, hosts on them.

use std::net::IpAddr;
use std::time::Duration;

use super::{Placed, Site, Sited, World};
use crate::host::Host;
use crate::link::{Lane, Link};
use crate::network::{Attachment, HostId, Network, NetworkId, NodeId, RouterId, Side};
use crate::prefix::Prefix;
use crate::router::Router;

impl<H: Host> World<H> {
    /// A network of its own: nobody is on it, and nothing leads there yet.
    pub fn network(&mut self, name: impl Into<String>, prefixes: impl Into<Vec<Prefix>>) -> NetworkId {
        self.networks.push(Network::new(name, prefixes));
        NetworkId(self.networks.len() - 1)
    }

    /// A router between two networks, with its address on each. From now on it takes what is not for `inside`. A NAT's
    /// pool joins the addresses outside. What a NAT does not translate is routed: the networks outside learn of the
    /// prefixes inside, up to the next NAT.
    pub fn router(
        &mut self,
        mut router: Router,
        inside: (NetworkId, IpAddr),
        outside: (NetworkId, IpAddr),
        link: Link,
    ) -> RouterId {
        let id = RouterId(self.routers.len());
        let node = NodeId::Router(id);
        let mut addresses = vec![outside.1];
        if let Some(nat) = &mut router.nat {
            nat.is_watched();
            addresses.extend(nat.pool().iter().filter(|&&one| one != outside.1));
        }
        let inner = self.attach(inside.0, node, Side::Inside, vec![inside.1], Link::of(Duration::ZERO));
        let outer = self.attach(outside.0, node, Side::Outside, addresses, link);
        let network = &mut self.networks[inside.0.0];
        network.gateway = Some(inner.attachment);
        let prefixes = network.prefixes.clone();
        let rng = self.rng.fork();
        self.routers.push(Placed { router, inside: inner, outside: outer, rng });
        self.announce(id, &prefixes);
        id
    }

    /// A host on a network.
    pub fn host(
        &mut self,
        host: H,
        network: NetworkId,
        addresses: impl Into<Vec<IpAddr>>,
        link: Link,
    ) -> HostId {
        let id = HostId(self.hosts.len());
        let site = self.attach(network, NodeId::Host(id), Side::Inside, addresses.into(), link);
        self.hosts.push(Sited { host, sites: vec![site] });
        self.restless.insert(id.0);
        id
    }

    /// One more network that a host is on.
    pub fn also(&mut self, host: HostId, network: NetworkId, addresses: impl Into<Vec<IpAddr>>, link: Link) {
        let site = self.attach(network, NodeId::Host(host), Side::Inside, addresses.into(), link);
        self.hosts[host.0].sites.push(site);
    }

    /// One more block of addresses of a network. The networks outside learn of it, up to the next NAT.
    pub fn prefix(&mut self, network: NetworkId, prefix: Prefix) {
        let inside = &mut self.networks[network.0];
        inside.prefixes.push(prefix);
        let gateway = inside.gateway.map(|gateway| inside.attached[gateway].node);
        if let Some(NodeId::Router(router)) = gateway {
            self.announce(router, &[prefix]);
        }
    }

    pub(super) fn attach(
        &mut self,
        network: NetworkId,
        node: NodeId,
        side: Side,
        addresses: Vec<IpAddr>,
        link: Link,
    ) -> Site {
        let up = Lane::new(link.clone(), self.rng.fork());
        let down = Lane::new(link, self.rng.fork());
        let attachment = Attachment { node, side, addresses, up, down, gone: false };
        Site { network: network.0, attachment: self.networks[network.0].attach(attachment) }
    }

    /// Tells the network outside of a router, and those outside of that, what lies inside.
    fn announce(&mut self, router: RouterId, prefixes: &[Prefix]) {
        let Placed { router, outside, .. } = &self.routers[router.0];
        let outside = *outside;
        let seen =
            |prefix: &&Prefix| !router.nat.as_ref().is_some_and(|nat| nat.translates(prefix.address()));
        let mut seen: Vec<Prefix> = prefixes.iter().filter(seen).copied().collect();
        let network = &mut self.networks[outside.network];
        // What is known there is not told on: routers in a circle would tell each other without end.
        seen.retain(|&prefix| network.route(prefix, outside.attachment));
        if seen.is_empty() {
            return;
        }
        let next = network.gateway.map(|gateway| network.attached[gateway].node);
        if let Some(NodeId::Router(next)) = next {
            self.announce(next, &seen);
        }
    }
}
