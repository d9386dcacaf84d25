//! # ice::priority: a solution
//!
//! A priority is three numbers side by side in one, so the first that differs decides. Widen before you shift: a u8
//! that is shifted by 24 has nothing left, and so has a u32 that is shifted by 32.
//!
//! The pair's priority has MIN in its upper half, so a pair is worth what its *worse* candidate is worth. MAX comes
//! next, and the last bit decides between a pair and its mirror image. Both agents know who is G and who is D, so both
//! get the same number.

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
    let (mut sixes, mut fours) = (0, 0);
    // The place of each address in the order: 0, 2, 4 for IPv6, 1, 3, 5 for IPv4.
    let places: Vec<u16> = addresses
        .iter()
        .map(|address| {
            let (count, first) = if address.is_ipv6() { (&mut sixes, 0) } else { (&mut fours, 1) };
            *count += 1;
            (*count - 1) * 2 + first
        })
        .collect();
    // Where there is one kind only, its first address is the best all the same.
    let best = places.iter().min().copied().unwrap_or(0);
    places.iter().map(|place| 65535 - (place - best)).collect()
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
