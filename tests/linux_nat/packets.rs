//! Each mapping and each filter, packet by packet: what leaves Linux' NAT, what comes in, and the same in the simulator.

mod linux;
mod simulated;

use std::fmt;
use std::net::SocketAddr;

use sim::{Behavior, Dependence, PortAssignment};

pub(crate) use linux::{Linux, one_after_the_other, open};
pub(crate) use simulated::{Mailbox, Simulated};

use crate::namespace::possible;
use crate::process::installed;
use crate::rules::{Filtering, Kind, Mapping};
use crate::street::Street;

/// A way from a client to a server's four endpoints (two addresses with two ports each), and back.
pub(crate) trait Way {
    /// Sends from the client's port to an endpoint of the server: what the server sees as the source.
    fn out(&mut self, port: u16, to: usize) -> SocketAddr;
    /// Sends from an endpoint of the server to what it saw of a packet: whether that reaches the client's port.
    fn back(&mut self, from: usize, sent: Sent) -> bool;
}

/// A packet that went out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sent {
    /// The client's port.
    pub(crate) port: u16,
    /// The server's endpoint.
    pub(crate) to: usize,
    /// What the server saw.
    pub(crate) seen: SocketAddr,
}

/// The server has so many endpoints.
const ENDPOINTS: usize = 4;

/// What a NAT did with a packet, as far as two NATs that are alike do alike.
#[derive(Debug, PartialEq, Eq)]
struct Row {
    port: u16,
    to: usize,
    /// The first packet that got the same external endpoint.
    shares: usize,
    /// Which endpoints then come in.
    lets_in: [bool; ENDPOINTS],
}

/// For each set of endpoints one internal port writes to each of the set; then all four try every mapping there is.
fn table(way: &mut impl Way) -> (Vec<Row>, Vec<Sent>) {
    let mut sent = Vec::new();
    for set in 1u16..1 << ENDPOINTS {
        for to in (0..ENDPOINTS).filter(|to| set >> to & 1 == 1) {
            let port = 5000 + set;
            sent.push(Sent { port, to, seen: way.out(port, to) });
        }
    }
    let rows = sent.iter().map(|&one| Row {
        port: one.port,
        to: one.to,
        shares: sent.iter().position(|other| other.seen == one.seen).unwrap(),
        lets_in: std::array::from_fn(|from| way.back(from, one)),
    });
    (rows.collect(), sent)
}

/// A kind of NAT in RFC 4787's words, and how Linux is made one.
struct Pair {
    mapping: Dependence,
    filtering: Dependence,
    linux: Kind,
    needs_nft: bool,
}

fn nine() -> Vec<Pair> {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
    let mappings = [
        (EndpointIndependent, Mapping::Preserving),
        (AddressDependent, Mapping::PerAddress),
        (AddressAndPortDependent, Mapping::Random),
    ];
    let filterings = [
        (EndpointIndependent, Filtering::Learned),
        (AddressDependent, Filtering::LearnedPerAddress),
        (AddressAndPortDependent, Filtering::Tracked),
    ];
    let pairs = mappings.into_iter().flat_map(|(mapping, maps)| {
        filterings.into_iter().map(move |(filtering, filters)| Pair {
            mapping,
            filtering,
            linux: Kind::nat(maps, filters),
            needs_nft: filters != Filtering::Tracked,
        })
    });
    let full_cone = Pair {
        mapping: EndpointIndependent,
        filtering: EndpointIndependent,
        linux: Kind::nat(Mapping::Preserving, Filtering::Forwarded),
        needs_nft: false,
    };
    pairs.chain([full_cone]).collect()
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "mapping {}, filtering {}: {:?}", self.mapping, self.filtering, self.linux)
    }
}

#[test]
fn the_nine_kinds_map_and_filter_as_the_simulators_do() {
    if !possible() {
        return;
    }
    let nft = installed("nft");
    let pairs = nine();
    for pair in pairs.iter().filter(|pair| nft || !pair.needs_nft) {
        let preserving = pair.mapping == Dependence::EndpointIndependent;
        let ports = if preserving { PortAssignment::Preserving } else { PortAssignment::Sequential };
        let behavior = Behavior { ports, ..Behavior::of(pair.mapping, pair.filtering) };
        let (simulated, simulated_sent) = table(&mut Simulated::new(behavior));
        // Ports that are drawn at random may meet by chance, once in some hundred tables; not three times.
        let tries = if preserving { 1 } else { 3 };
        let mut linux = None;
        for _ in 0..tries {
            let (rows, sent) = table(&mut Linux::new(Street::build(&pair.linux).unwrap()));
            let same = rows == simulated;
            linux = Some((rows, sent));
            if same {
                break;
            }
        }
        let (linux, linux_sent) = linux.unwrap();
        assert_eq!(linux, simulated, "{pair}");
        if preserving {
            assert_eq!(linux_sent, simulated_sent, "{pair}");
        }
    }
}
