//! # nat::mapping: which port does the world see?
//!
//! A packet leaves a NAT with another source than it came with: the NAT's own address, and a port that the NAT chose.
//! That choice is a mapping (RFC 4787 section 4.1). A NAT reuses one that it has, or makes one. Three kinds of NAT
//! differ in when they reuse:
//!
//! ```text
//!   EndpointIndependent       same internal endpoint, whatever the remote endpoint
//!   AddressDependent          same internal endpoint, and the same remote address
//!   AddressAndPortDependent   same internal endpoint, and the same remote address and port
//! ```
//!
//! An endpoint is an address with a port. A new mapping gets the port that the internal endpoint has, if no mapping has
//! that port outside: RFC 4787 section 4.2.1 calls it port preservation. Else it gets any port from 1024 on that no
//! mapping has; which one is left to you.
//!
//! By hand first, with `AddressDependent` and an empty table:
//!
//! ```text
//!   10.0.0.2:5000 -> 192.0.2.1:3478      leaves as :5000    new: 5000 is free
//!   10.0.0.2:5000 -> 192.0.2.1:3479      leaves as :5000    reused: the same remote address
//!   10.0.0.2:5000 -> 192.0.2.2:3478      leaves as :5001    new: another address; 5000 is taken
//! ```
//!
//! Check: `cargo run -- check nat::mapping`. The page: nat.html#mapping-which-outside-port

use std::net::SocketAddr;

use exercises::nat::Dependence;
use exercises::nat::mapping::Mapping;

/// The external port by which a packet leaves. `table` has all mappings, and gets the new one where one is made.
/// There is always a free port.
///
/// Useful: `table.iter().find(|known| ...)`, `internal == known.internal`, `remote.ip()`, `remote.port()`.
pub fn external_port(
    mapping: Dependence,
    table: &mut Vec<Mapping>,
    internal: SocketAddr,
    remote: SocketAddr,
) -> u16 {
    todo!()
}

exercises::check!(nat::mapping(external_port));
