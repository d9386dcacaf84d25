//! Remembers the first one that was written to.

use std::net::SocketAddr;

use exercises::nat::Dependence;

/// Whether a packet from `from` may come in.
pub fn lets_in(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr) -> bool {
    match filtering {
        Dependence::EndpointIndependent => !written_to.is_empty(),
        Dependence::AddressDependent => written_to.iter().any(|remote| remote.ip() == from.ip()),
        Dependence::AddressAndPortDependent => written_to.first() == Some(&from),
    }
}

exercises::check!(nat::filter(lets_in));
