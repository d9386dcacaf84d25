//! What stands between a host and the internet: the usual things, by name.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};
use std::str::FromStr;

use crate::firewall::Firewall;
use crate::host::Host;
use crate::link::Link;
use crate::nat::{Behavior, Dependence, Nat};
use crate::network::{NetworkId, RouterId};
use crate::prefix::Prefix;
use crate::router::Router;
use crate::world::World;

/// What stands between a host and the internet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edge {
    /// Nothing: the host has an address of the internet.
    Open,
    /// A NAT.
    Nat(Behavior),
    /// A NAT at home, behind a carrier's (RFC 6888).
    NatBehindNat {
        /// The one next to the host.
        home: Behavior,
        /// The one next to the internet.
        carrier: Behavior,
    },
    /// An address of the internet, and a firewall that lets in only what answers.
    SymmetricFirewall,
    /// An address of the internet, and a firewall that no UDP passes.
    UdpBlocked,
}

/// Where a host lives, and what its addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Home {
    /// What its network is called.
    pub name: &'static str,
    /// The host, where a NAT hides it.
    pub host: Ipv4Addr,
    /// The router's inside; the network is the /24 around both.
    pub gateway: Ipv4Addr,
    /// What the internet sees: of the NAT, or of the host where there is none.
    pub outside: Ipv4Addr,
    /// Between a home's NAT and its carrier's, of 100.64.0.0/10 (RFC 6598).
    pub shared: Ipv4Addr,
}

/// A place for a host, made by [`World::behind`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    /// The network to put the host on.
    pub network: NetworkId,
    /// The address that the host is to have.
    pub address: IpAddr,
    /// The routers on its way to the internet, the nearest first.
    pub routers: Vec<RouterId>,
}

impl Home {
    /// Alice's.
    pub const LEFT: Self = Self {
        name: "left",
        host: Ipv4Addr::new(192, 168, 1, 2),
        gateway: Ipv4Addr::new(192, 168, 1, 1),
        outside: Ipv4Addr::new(198, 51, 100, 1),
        shared: Ipv4Addr::new(100, 64, 1, 2),
    };
    /// Bob's.
    pub const RIGHT: Self = Self {
        name: "right",
        host: Ipv4Addr::new(10, 0, 0, 2),
        gateway: Ipv4Addr::new(10, 0, 0, 1),
        outside: Ipv4Addr::new(203, 0, 113, 1),
        shared: Ipv4Addr::new(100, 64, 2, 2),
    };
}

impl<H: Host> World<H> {
    /// Builds what `edge` names at `home`. `link` joins it to the internet; inside, all is near.
    pub fn behind(&mut self, edge: &Edge, home: &Home, link: Link) -> Behind {
        let internet = self.internet();
        let near = Link::of(std::time::Duration::from_millis(1));
        match edge {
            Edge::Open => Behind { network: internet, address: home.outside.into(), routers: Vec::new() },
            Edge::Nat(behavior) => {
                let network = self.network(home.name, [around(home.host)]);
                let nat = Router::nat(Nat::new(behavior.clone(), [home.outside.into()]));
                let router =
                    self.router(nat, (network, home.gateway.into()), (internet, home.outside.into()), link);
                Behind { network, address: home.host.into(), routers: vec![router] }
            }
            Edge::NatBehindNat { home: inner, carrier } => {
                let shared = self.network(format!("{}'s carrier", home.name), [around(home.shared)]);
                let gateway = first_of(home.shared);
                let outer = Router::nat(Nat::new(carrier.clone(), [home.outside.into()]));
                let outer =
                    self.router(outer, (shared, gateway.into()), (internet, home.outside.into()), link);
                let network = self.network(home.name, [around(home.host)]);
                let nat = Router::nat(Nat::new(inner.clone(), [home.shared.into()]));
                let nat =
                    self.router(nat, (network, home.gateway.into()), (shared, home.shared.into()), near);
                Behind { network, address: home.host.into(), routers: vec![nat, outer] }
            }
            Edge::SymmetricFirewall => self.walled(Firewall::symmetric(), home, link),
            Edge::UdpBlocked => self.walled(Firewall::without_udp(), home, link),
        }
    }

    /// The host's public address lies behind a router that refuses: no translation.
    fn walled(&mut self, firewall: Firewall, home: &Home, link: Link) -> Behind {
        let internet = self.internet();
        let host = Prefix::new(home.outside.into(), 32);
        let network = self.network(home.name, host.into_iter().collect::<Vec<_>>());
        let outside = first_of(home.outside).octets();
        let router_outside = Ipv4Addr::new(outside[0], outside[1], outside[2], 254);
        let router = self.router(
            Router::firewall(firewall),
            (network, home.gateway.into()),
            (internet, router_outside.into()),
            link,
        );
        Behind { network, address: home.outside.into(), routers: vec![router] }
    }
}

fn around(address: Ipv4Addr) -> Prefix {
    let [a, b, c, _] = address.octets();
    Prefix::new(Ipv4Addr::new(a, b, c, 0).into(), 24).expect("24 bits are no more than 32")
}

fn first_of(address: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, _] = address.octets();
    Ipv4Addr::new(a, b, c, 1)
}

/// Not the name of an edge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadEdge(String);

impl fmt::Display for BadEdge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected none, blocked, firewall, full-cone, restricted-cone, port-restricted-cone, symmetric, a mapping and \
             a filtering (eim, adm or apdm, a hyphen, eif, adf or apdf), or two NATs joined by + with the one at home \
             first; found {:?}",
            self.0
        )
    }
}

impl std::error::Error for BadEdge {}

impl FromStr for Edge {
    type Err = BadEdge;

    fn from_str(text: &str) -> Result<Self, BadEdge> {
        let bad = || BadEdge(text.to_owned());
        match text {
            "none" => Ok(Self::Open),
            "blocked" => Ok(Self::UdpBlocked),
            "firewall" => Ok(Self::SymmetricFirewall),
            _ => match text.split_once('+') {
                None => behavior(text).map(Self::Nat).ok_or_else(bad),
                Some((home, carrier)) => behavior(home)
                    .zip(behavior(carrier))
                    .map(|(home, carrier)| Self::NatBehindNat { home, carrier })
                    .ok_or_else(bad),
            },
        }
    }
}

/// The name that [`Edge::from_str`] reads; of a NAT, by mapping and filtering.
impl fmt::Display for Edge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Open => f.write_str("none"),
            Self::UdpBlocked => f.write_str("blocked"),
            Self::SymmetricFirewall => f.write_str("firewall"),
            Self::Nat(behavior) => f.write_str(&name(behavior)),
            Self::NatBehindNat { home, carrier } => write!(f, "{}+{}", name(home), name(carrier)),
        }
    }
}

fn behavior(text: &str) -> Option<Behavior> {
    Some(match text {
        "full-cone" => Behavior::FULL_CONE,
        "restricted-cone" => Behavior::RESTRICTED_CONE,
        "port-restricted-cone" => Behavior::PORT_RESTRICTED_CONE,
        "symmetric" => Behavior::SYMMETRIC,
        _ => {
            let (mapping, filtering) = text.split_once('-')?;
            Behavior::of(dependence(mapping, 'm')?, dependence(filtering, 'f')?)
        }
    })
}

fn dependence(text: &str, last: char) -> Option<Dependence> {
    Dependence::ALL.into_iter().find(|one| text.strip_suffix(last) == Some(short(*one)))
}

fn name(behavior: &Behavior) -> String {
    format!("{}m-{}f", short(behavior.mapping), short(behavior.filtering))
}

fn short(dependence: Dependence) -> &'static str {
    match dependence {
        Dependence::EndpointIndependent => "ei",
        Dependence::AddressDependent => "ad",
        Dependence::AddressAndPortDependent => "apd",
    }
}
