//! Looks at the port alone.

use std::net::SocketAddr;

use exercises::nat::Dependence;

/// Whether a packet from `from` may come in.
pub fn lets_in(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr) -> bool {
    match filtering {
        Dependence::EndpointIndependent => !written_to.is_empty(),
        Dependence::AddressDependent => written_to.iter().any(|remote| remote.port() == from.port()),
        Dependence::AddressAndPortDependent => written_to.contains(&from),
    }
}

exercises::check!(nat::filter(lets_in));
