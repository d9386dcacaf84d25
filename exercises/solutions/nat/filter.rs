//! # nat::filter: a solution
//!
//! Each line asks whether *one* of those who were written to is the sender, as far as this filter looks. For an
//! endpoint-independent filter any of them will do, so the question is whether there is one.
//!
//! The address and the port must match in the same entry. Two questions, "did we write to that address?" and "did we
//! write to that port?", let in a stranger who has one from here and one from there.

use std::net::SocketAddr;

use exercises::nat::Dependence;

/// Whether a packet from `from` may come in.
pub fn lets_in(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr) -> bool {
    match filtering {
        Dependence::EndpointIndependent => !written_to.is_empty(),
        Dependence::AddressDependent => written_to.iter().any(|remote| remote.ip() == from.ip()),
        Dependence::AddressAndPortDependent => written_to.contains(&from),
    }
}

exercises::check!(nat::filter(lets_in));
