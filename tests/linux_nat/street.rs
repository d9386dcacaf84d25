//! Namespaces in a row, joined by virtual cables, with the addresses that the simulator uses.
//!
//! ```text
//!    client            router                         server
//!  192.168.1.2 --- 192.168.1.1 | 198.51.100.1 --- 192.0.2.1, 192.0.2.2
//!                              |  (192.0.2.254)
//! ```
//!
//! Many clients around one server have their public addresses in 198.18.0.0/15 (RFC 2544). Two NATs have 100.64.1.0/24 between them. Without a NAT the client itself is 198.51.100.1, and without a router
//! 192.0.2.254.

use std::net::Ipv4Addr;

use anyhow::Result;

use crate::namespace::Namespace;
use crate::rules::{Kind, Place};

/// The server's addresses.
pub(crate) const SERVER: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
/// Between two NATs: the outer one's inside, the inner one's outside.
const SHARED: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 64, 1, 1), Ipv4Addr::new(100, 64, 1, 2)];

/// The addresses of a side.
#[derive(Clone, Copy, Debug)]
struct Addresses {
    /// The client, where a NAT hides it.
    hidden: Ipv4Addr,
    /// What the server sees of a client behind NATs.
    outside: Ipv4Addr,
    /// The last router, on the cable to the server.
    transit: Ipv4Addr,
    /// The server, on that cable.
    server: Ipv4Addr,
}

impl Addresses {
    const LEFT: Self = Self {
        hidden: Ipv4Addr::new(192, 168, 1, 2),
        outside: Ipv4Addr::new(198, 51, 100, 1),
        transit: Ipv4Addr::new(192, 0, 2, 254),
        server: SERVER[0],
    };

    /// One of many sides, each with its own public address, so that all can share a server.
    fn numbered(number: u8) -> Self {
        Self {
            hidden: Ipv4Addr::new(10, 0, 0, 2),
            outside: Ipv4Addr::new(198, 19, number, 1),
            transit: Ipv4Addr::new(198, 18, number, 1),
            server: Ipv4Addr::new(198, 18, number, 254),
        }
    }
}

/// A client, what is between, and a server.
#[derive(Debug)]
pub(crate) struct Street {
    pub(crate) client: Namespace,
    /// The one nearest to the client first.
    pub(crate) routers: Vec<Namespace>,
    pub(crate) server: Namespace,
    pub(crate) client_address: Ipv4Addr,
}

impl Street {
    pub(crate) fn build(kind: &Kind) -> Result<Self> {
        let server = Namespace::new("server")?;
        let Side { client, routers, client_address } =
            side(kind, &server, ("outside", &SERVER), Addresses::LEFT)?;
        Ok(Self { client, routers, server, client_address })
    }

    /// One more address for the client: to the NAT, a second host.
    pub(crate) fn second_client(&self) -> Result<Ipv4Addr> {
        let second = Ipv4Addr::new(192, 168, 1, 3);
        address(&self.client, "outside", second)?;
        Ok(second)
    }
}

/// A client and what stands between it and a server.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) client: Namespace,
    routers: Vec<Namespace>,
    pub(crate) client_address: Ipv4Addr,
}

/// Clients of several kinds around a server that also carries what they send to each other.
#[derive(Debug)]
pub(crate) struct Square {
    pub(crate) server: Namespace,
    pub(crate) sides: Vec<Side>,
}

impl Square {
    pub(crate) fn build(kinds: &[Kind]) -> Result<Self> {
        let server = Namespace::new("server")?;
        server.write("/proc/sys/net/ipv4/ip_forward", "1")?;
        server.run(&format!("ip address add {}/32 dev lo", SERVER[0]))?;
        let sides = (1..).zip(kinds).map(|(number, kind)| {
            let addresses = Addresses::numbered(number);
            side(kind, &server, (&format!("side{number}"), &[addresses.server]), addresses)
        });
        let sides = sides.collect::<Result<_>>()?;
        Ok(Self { server, sides })
    }
}

/// Builds a side. `cable` is what the server's end is called, and the server's addresses there.
fn side(kind: &Kind, server: &Namespace, cable: (&str, &[Ipv4Addr]), addresses: Addresses) -> Result<Side> {
    let count = kind.routers.len();
    let hidden = kind.routers.iter().any(|rules| rules.translates());
    let client_address = match count {
        0 => addresses.transit,
        _ if hidden => addresses.hidden,
        _ => addresses.outside,
    };
    let side = Side {
        client: Namespace::new("client")?,
        routers: (0..count).map(|at| Namespace::new(&format!("router{at}"))).collect::<Result<_>>()?,
        client_address,
    };
    let mut below = (&side.client, client_address);
    for (at, router) in side.routers.iter().enumerate() {
        let inside = if at == 0 { gateway(client_address) } else { SHARED[0] };
        join((below.0, "outside"), (router, "inside"))?;
        address(below.0, "outside", below.1)?;
        address(router, "inside", inside)?;
        below.0.run(&format!("ip route add default via {inside}"))?;
        router.write("/proc/sys/net/ipv4/ip_forward", "1")?;
        below = (router, if at + 1 == count { addresses.transit } else { SHARED[1] });
    }
    join((below.0, "outside"), (server, cable.0))?;
    address(below.0, "outside", addresses.transit)?;
    if hidden {
        below.0.run(&format!("ip address add {}/32 dev outside", addresses.outside))?;
    }
    for own in cable.1 {
        address(server, cable.0, *own)?;
    }
    below.0.run(&format!("ip route add default via {}", addresses.server))?;
    server.run(&format!("ip route add {}/32 via {}", addresses.outside, addresses.transit))?;
    for (at, (router, rules)) in side.routers.iter().zip(&kind.routers).enumerate() {
        let place = Place {
            inside: if at == 0 { client_address } else { SHARED[1] },
            outside: if at + 1 == count { addresses.outside } else { SHARED[1] },
        };
        rules.lay(router, place)?;
    }
    Ok(side)
}

/// A virtual cable: each end is made inside its namespace, so that the machine's own never sees one.
fn join(left: (&Namespace, &str), right: (&Namespace, &str)) -> Result<()> {
    let peer = format!("peer name {} netns {}", right.1, right.0.name());
    left.0.run(&format!("ip link add {} type veth {peer}", left.1))?;
    left.0.run(&format!("ip link set {} up", left.1))?;
    right.0.run(&format!("ip link set {} up", right.1)).map(drop)
}

fn address(namespace: &Namespace, interface: &str, address: Ipv4Addr) -> Result<()> {
    namespace.run(&format!("ip address add {address}/24 dev {interface}")).map(drop)
}

/// The inside of the client's router, in the client's /24.
fn gateway(client: Ipv4Addr) -> Ipv4Addr {
    let [a, b, c, _] = client.octets();
    Ipv4Addr::new(a, b, c, 254)
}
