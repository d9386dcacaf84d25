//! Building a world: networks, routers between them, hosts on them.

use std::net::IpAddr;
use std::time::Duration;

use super::{Placed, Site, Sited, World};
use crate::host::Host;
use crate::link::Link;
use crate::network::{Attachment, HostId, Network, NetworkId, NodeId, RouterId, Side};
use crate::prefix::Prefix;
use crate::router::Router;

impl<H: Host> World<H> {
    /// A network of its own: nobody is on it, and nothing leads there yet.
    pub fn network(&mut self, name: impl Into<String>, prefixes: impl Into<Vec<Prefix>>) -> NetworkId {
        self.networks.push(Network {
            name: name.into(),
            prefixes: prefixes.into(),
            attached: Vec::new(),
            gateway: None,
        });
        NetworkId(self.networks.len() - 1)
    }

    /// A router between two networks. From now on it takes what is not for `inside`. `at` are its addresses inside and
    /// outside; a NAT's pool joins the latter. Without a NAT, it leads from outside to all that is inside.
    pub fn router(
        &mut self,
        router: Router,
        inside: (NetworkId, IpAddr),
        outside: (NetworkId, IpAddr),
        link: Link,
    ) -> RouterId {
        let id = RouterId(self.routers.len());
        let node = NodeId::Router(id);
        let mut addresses = vec![outside.1];
        let mut routes = Vec::new();
        match &router.nat {
            Some(nat) => addresses.extend(nat.pool().iter().filter(|&&one| one != outside.1)),
            None => routes.clone_from(&self.networks[inside.0.0].prefixes),
        }
        let inner =
            self.attach(inside.0, node, Side::Inside, vec![inside.1], Vec::new(), Link::of(Duration::ZERO));
        let outer = self.attach(outside.0, node, Side::Outside, addresses, routes, link);
        self.networks[inside.0.0].gateway = Some(inner.attachment);
        self.routers.push(Placed { router, inside: inner, outside: outer });
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
        let site = self.attach(network, NodeId::Host(id), Side::Inside, addresses.into(), Vec::new(), link);
        self.hosts.push(Sited { host, sites: vec![site] });
        id
    }

    /// One more network that a host is on.
    pub fn also(&mut self, host: HostId, network: NetworkId, addresses: impl Into<Vec<IpAddr>>, link: Link) {
        let site = self.attach(network, NodeId::Host(host), Side::Inside, addresses.into(), Vec::new(), link);
        self.hosts[host.0].sites.push(site);
    }

    /// Gives a host another link on all its networks from now on: a cable cut, a radio that got worse.
    pub fn relink(&mut self, host: HostId, link: &Link) {
        for site in &self.hosts[host.0].sites {
            self.networks[site.network].attached[site.attachment].link = link.clone();
        }
    }

    fn attach(
        &mut self,
        network: NetworkId,
        node: NodeId,
        side: Side,
        addresses: Vec<IpAddr>,
        routes: Vec<Prefix>,
        link: Link,
    ) -> Site {
        let attached = &mut self.networks[network.0].attached;
        attached.push(Attachment {
            node,
            side,
            addresses,
            routes,
            link,
            up_free: Duration::ZERO,
            down_free: Duration::ZERO,
        });
        Site { network: network.0, attachment: attached.len() - 1 }
    }
}
