//! Packets that leave, one after the other.

use std::net::SocketAddr;

use super::super::Dependence;
use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

/// Packets through one NAT, whose table is empty at first.
pub(super) struct Sequence {
    pub(super) name: String,
    pub(super) mapping: Dependence,
    /// Internal and remote endpoint of each.
    pub(super) packets: Vec<(SocketAddr, SocketAddr)>,
}

type Written = (&'static str, Dependence, &'static [(&'static str, &'static str)]);

const A: &str = "10.0.0.2:5000";
const A_NEXT: &str = "10.0.0.2:5001";
const B: &str = "10.0.0.3:5000";
const B_OTHER: &str = "10.0.0.3:6000";
const S: &str = "192.0.2.1:3478";
const S_OTHER_PORT: &str = "192.0.2.1:3479";
const T: &str = "192.0.2.2:3478";

/// Sequences that show one trap each.
const TRAPS: [Written; 15] = [
    ("the same packet twice", EndpointIndependent, &[(A, S), (A, S)]),
    ("one socket, two servers", EndpointIndependent, &[(A, S), (A, T)]),
    ("two hosts to one server", EndpointIndependent, &[(A, S), (B_OTHER, S)]),
    ("one host, two sockets", EndpointIndependent, &[(A, S), (A_NEXT, S)]),
    ("two hosts with the same port", EndpointIndependent, &[(A, S), (B, S), (A, S)]),
    ("a port that another's mapping has outside", EndpointIndependent, &[(A, S), (B, S), (A_NEXT, S)]),
    ("two ports in a row are taken", EndpointIndependent, &[(A, S), (A_NEXT, S), (B, S)]),
    ("the last port there is", EndpointIndependent, &[("10.0.0.2:65535", S), ("10.0.0.3:65535", S)]),
    ("two ports of one server", AddressDependent, &[(A, S), (A, S_OTHER_PORT)]),
    ("two servers, and back", AddressDependent, &[(A, S), (A, T), (A, S)]),
    ("two hosts to one server", AddressDependent, &[(A, S), (B_OTHER, S)]),
    ("the same packet twice", AddressAndPortDependent, &[(A, S), (A, S)]),
    ("two ports of one server", AddressAndPortDependent, &[(A, S), (A, S_OTHER_PORT), (A, S)]),
    ("two servers with the same port", AddressAndPortDependent, &[(A, S), (A, T), (A, S)]),
    ("two hosts to one server", AddressAndPortDependent, &[(A, S), (B_OTHER, S), (B, S)]),
];

/// The traps, then many packets through each kind of NAT.
pub(super) fn all() -> impl Iterator<Item = Sequence> {
    let traps = TRAPS.into_iter().map(|(name, mapping, packets)| Sequence {
        name: name.to_owned(),
        mapping,
        packets: packets.iter().filter_map(|(from, to)| from.parse().ok().zip(to.parse().ok())).collect(),
    });
    traps.chain(Dependence::ALL.into_iter().flat_map(|mapping| (1..=8).map(move |seed| mixed(mapping, seed))))
}

/// Twelve packets of two hosts with two sockets each, to two servers with two ports each.
fn mixed(mapping: Dependence, seed: u32) -> Sequence {
    let mut state = seed;
    let mut chance = || {
        // Any sequence does, as long as it is the same each time.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 30
    };
    let endpoint = |network: [u8; 3], pick: u32, port: u16| {
        let [a, b, c] = network;
        let address = std::net::Ipv4Addr::new(a, b, c, 2 + (pick & 1) as u8);
        SocketAddr::new(address.into(), port + (pick >> 1) as u16)
    };
    let packets = (0..12)
        .map(|_| (endpoint([10, 0, 0], chance(), 5000), endpoint([192, 0, 2], chance(), 3478)))
        .collect();
    Sequence { name: format!("mix {seed} of 8"), mapping, packets }
}
