//! Changing a world while it runs: links get worse, hosts get more addresses, or move.

use std::net::IpAddr;

use super::{Site, World};
use crate::host::Host;
use crate::link::Link;
use crate::log::Place;
use crate::network::{HostId, NetworkId, NodeId, Side};

impl<H: Host> World<H> {
    /// Changes the link at a place, both directions of it; the links of all that a network joins, if the place is one.
    /// What is on its way arrives as it would have.
    pub fn set_link(&mut self, place: Place, link: &Link) {
        self.set_links(place, link, link);
    }

    /// Changes the two directions of a link: up from the node, and down to it.
    pub fn set_links(&mut self, place: Place, up: &Link, down: &Link) {
        for site in self.sites(place) {
            let attachment = self.attachment_mut(site);
            attachment.up.link.clone_from(up);
            attachment.down.link.clone_from(down);
        }
    }

    /// The link at a place, up and down: of a host on several networks the first, of a network nothing.
    #[must_use]
    pub fn links(&self, place: Place) -> Option<(&Link, &Link)> {
        let site = match place {
            Place::Network(_) => None,
            place => self.sites(place).first().copied(),
        };
        site.map(|site| self.attachment(site)).map(|one| (&one.up.link, &one.down.link))
    }

    /// One more address of a host, on the first of its networks, or of a router on one side. Whoever has it already
    /// keeps it.
    pub fn address(&mut self, place: Place, address: IpAddr) {
        if let (Some(site), false) = (self.sites(place).first(), matches!(place, Place::Network(_))) {
            self.networks[site.network].address(site.attachment, address);
        }
    }

    /// Takes a host off its networks and puts it on another, as a phone that leaves the house. Its program learns of
    /// it by [`World::host_mut`] only. What was on its way to it is dropped.
    pub fn move_host(
        &mut self,
        host: HostId,
        network: NetworkId,
        addresses: impl Into<Vec<IpAddr>>,
        link: Link,
    ) {
        for site in std::mem::take(&mut self.hosts[host.0].sites) {
            self.networks[site.network].detach(site.attachment);
        }
        let site = self.attach(network, NodeId::Host(host), Side::Inside, addresses.into(), link);
        self.hosts[host.0].sites.push(site);
    }

    fn sites(&self, place: Place) -> Vec<Site> {
        match place {
            Place::Host(host) => self.hosts[host.0].sites.clone(),
            Place::Router(router, Side::Inside) => vec![self.routers[router.0].inside],
            Place::Router(router, Side::Outside) => vec![self.routers[router.0].outside],
            Place::Network(NetworkId(network)) => {
                let attached = 0..self.networks[network].attached.len();
                attached.map(|attachment| Site { network, attachment }).collect()
            }
        }
    }
}
