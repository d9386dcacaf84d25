//! # nat::filter: who may come in?
//!
//! A packet arrives at a NAT, for the external endpoint of a mapping. The mapping says for whom it is. Whether it may
//! pass is another question, and its answer has nothing to do with the kind of mapping: that is the filter (RFC 4787
//! section 5). It goes by whom the internal endpoint wrote to before:
//!
//! ```text
//!   EndpointIndependent       anybody may, once the internal endpoint has written to somebody
//!   AddressDependent          who has an address that it wrote to, from whatever port
//!   AddressAndPortDependent   who has an address and port that it wrote to
//! ```
//!
//! By hand first, where the internal endpoint wrote to 192.0.2.1:3478, and a packet comes from 192.0.2.1:9999: the
//! first two NATs let it in, the third one drops it.
//!
//! Before the first packet out there is no mapping, so there is no external endpoint that a packet could be for.
//!
//! Check: `cargo run -- check nat::filter`. The page: nat.html#filtering-who-may-come-in

use std::net::SocketAddr;

use exercises::nat::Dependence;

/// Whether a packet from `from` may come in. `written_to` has all remote endpoints that the internal endpoint wrote
/// to, the first one first.
///
/// Useful: `written_to.iter().any(|remote| ...)`, `remote.ip()`, `written_to.is_empty()`.
pub fn lets_in(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr) -> bool {
    match filtering {
        Dependence::EndpointIndependent => todo!(),
        Dependence::AddressDependent => todo!(),
        Dependence::AddressAndPortDependent => todo!(),
    }
}

exercises::check!(nat::filter(lets_in));
