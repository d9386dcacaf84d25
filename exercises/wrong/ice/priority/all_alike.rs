//! Gives all addresses the same.

use std::net::IpAddr;

use exercises::ice::{Kind, Role};

/// The priority of a candidate.
pub fn priority(kind: Kind, local_preference: u16, component: u16) -> u32 {
    let type_preference: u32 = match kind {
        Kind::Host => 126,
        Kind::PeerReflexive => 110,
        Kind::ServerReflexive => 100,
        Kind::Relayed => 0,
    };
    type_preference << 24 | u32::from(local_preference) << 8 | (256 - u32::from(component))
}

/// A local preference for each address: IPv6 and IPv4 take turns, IPv6 begins.
pub fn local_preferences(addresses: &[IpAddr]) -> Vec<u16> {
    vec![65535; addresses.len()]
}

/// What a check says in PRIORITY.
pub fn priority_in_a_check(of_the_candidate: u32) -> u32 {
    110 << 24 | of_the_candidate & 0x00ff_ffff
}

/// The priority of a pair.
pub fn pair_priority(role: Role, local: u32, remote: u32) -> u64 {
    let (g, d) = match role {
        Role::Controlling => (u64::from(local), u64::from(remote)),
        Role::Controlled => (u64::from(remote), u64::from(local)),
    };
    (g.min(d) << 32) + 2 * g.max(d) + u64::from(g > d)
}

exercises::check!(ice::priority(priority, local_preferences, priority_in_a_check, pair_priority));
