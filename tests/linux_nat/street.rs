//! Namespaces in a row, joined by virtual cables, with the addresses that the simulator uses.
//!
//! ```text
//!    client            router                         server
//!  192.168.1.2 --- 192.168.1.1 | 198.51.100.1 --- 192.0.2.1, 192.0.2.2
//!                              |  (192.0.2.254)
//! ```
//!
//! Two NATs have 100.64.1.0/24 between them. Without a NAT the client itself is 198.51.100.1, and without a router
//! 192.0.2.254.

use std::net::Ipv4Addr;

use anyhow::Result;

use crate::namespace::Namespace;
use crate::rules::{Kind, Place};

/// The server's addresses.
pub(crate) const SERVER: [Ipv4Addr; 2] = [Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2)];
/// What the server sees of a client behind NATs.
pub(crate) const OUTSIDE: Ipv4Addr = Ipv4Addr::new(198, 51, 100, 1);
/// The client, where a NAT hides it.
const HIDDEN: Ipv4Addr = Ipv4Addr::new(192, 168, 1, 2);
/// Between two NATs: the outer one's inside, the inner one's outside.
const SHARED: [Ipv4Addr; 2] = [Ipv4Addr::new(100, 64, 1, 1), Ipv4Addr::new(100, 64, 1, 2)];
/// Between the last router and the server.
const TRANSIT: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 254);

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
        let count = kind.routers.len();
        let hidden = kind.routers.iter().any(|rules| rules.translates());
        let client_address = match count {
            0 => TRANSIT,
            _ if hidden => HIDDEN,
            _ => OUTSIDE,
        };
        let street = Self {
            client: Namespace::new("client")?,
            routers: (0..count).map(|at| Namespace::new(&format!("router{at}"))).collect::<Result<_>>()?,
            server: Namespace::new("server")?,
            client_address,
        };
        let mut below = (&street.client, client_address);
        for (at, router) in street.routers.iter().enumerate() {
            let inside = if at == 0 { gateway(client_address) } else { SHARED[0] };
            join((below.0, "outside"), (router, "inside"))?;
            address(below.0, "outside", below.1)?;
            address(router, "inside", inside)?;
            below.0.run(&format!("ip route add default via {inside}"))?;
            router.write("/proc/sys/net/ipv4/ip_forward", "1")?;
            below = (router, if at + 1 == count { TRANSIT } else { SHARED[1] });
        }
        join((below.0, "outside"), (&street.server, "outside"))?;
        address(below.0, "outside", TRANSIT)?;
        if hidden {
            below.0.run(&format!("ip address add {OUTSIDE}/32 dev outside"))?;
        }
        for own in SERVER {
            address(&street.server, "outside", own)?;
        }
        street.server.run(&format!("ip route add 198.51.100.0/24 via {TRANSIT}"))?;
        for (at, (router, rules)) in street.routers.iter().zip(&kind.routers).enumerate() {
            let place = Place {
                inside: if at == 0 { client_address } else { SHARED[1] },
                outside: if at + 1 == count { OUTSIDE } else { SHARED[1] },
            };
            rules.lay(router, place)?;
        }
        Ok(street)
    }

    /// One more address for the client: to the NAT, a second host.
    pub(crate) fn second_client(&self) -> Result<Ipv4Addr> {
        let second = Ipv4Addr::new(192, 168, 1, 3);
        address(&self.client, "outside", second)?;
        Ok(second)
    }
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
