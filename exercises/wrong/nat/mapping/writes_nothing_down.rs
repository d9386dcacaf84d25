//! Chooses a port and forgets it.

use std::net::SocketAddr;

use exercises::nat::Dependence;
use exercises::nat::mapping::Mapping;

/// The external port by which a packet leaves.
pub fn external_port(
    mapping: Dependence,
    table: &mut Vec<Mapping>,
    internal: SocketAddr,
    remote: SocketAddr,
) -> u16 {
    let same = |known: SocketAddr| match mapping {
        Dependence::EndpointIndependent => true,
        Dependence::AddressDependent => known.ip() == remote.ip(),
        Dependence::AddressAndPortDependent => known == remote,
    };
    if let Some(known) = table.iter().find(|known| known.internal == internal && same(known.remote)) {
        return known.external;
    }
    let taken = |port: u16| table.iter().any(|known| known.external == port);
    let mut external = internal.port();
    while taken(external) {
        external = external.checked_add(1).unwrap_or(1024);
    }
    external
}

exercises::check!(nat::mapping(external_port));
