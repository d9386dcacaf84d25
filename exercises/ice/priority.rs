//! # ice::priority: two numbers that order everything
//!
//! Each agent gives each of its candidates a priority, and tells it with the candidate (RFC 8445 section 5.1.2.1):
//!
//! ```text
//!   priority = 2^24 * type preference + 2^8 * local preference + (256 - component)
//!
//!   type preference (section 5.1.2.2):  host 126, peer-reflexive 110, server-reflexive 100, relayed 0
//! ```
//!
//! Then both agents make the same pairs, and must try them in the same order, though each sees them from its own side.
//! So the priority of a pair does not ask which candidate is mine. It asks whose agent is controlling (section 6.1.2.3):
//!
//! ```text
//!   G = priority of the candidate of the controlling agent
//!   D = priority of the candidate of the controlled agent
//!   pair priority = 2^32 * MIN(G, D) + 2 * MAX(G, D) + (1 if G > D, else 0)
//! ```
//!
//! By hand first, where we are controlling: our host candidate has 2130706431, theirs, which a relay lends, has 16777215.
//! MIN is 16777215, MAX is 2130706431, and G > D: the pair has 72057594004373503.
//!
//! Check: `cargo run -- check ice::priority`. The page: ice.html#candidates-and-what-each-is-worth

use std::net::IpAddr;

use exercises::ice::{Kind, Role};

/// The priority of a candidate. The component is 1 to 256.
pub fn priority(kind: Kind, local_preference: u16, component: u16) -> u32 {
    todo!()
}

/// A local preference for each address of a host, in the order of `addresses` (RFC 8421 section 4, RFC 8445 section
/// 5.1.2.1). Any numbers will do that keep these rules:
///
/// - where there is one address only, it has 65535;
/// - no two addresses have the same;
/// - an IPv6 address is the highest, where there is one;
/// - but an IPv4 address, where there is one, has at most (N4 + N6) / N4 addresses of IPv6 above it, rounded down. N4 and
///   N6 are how many there are of each. So IPv4 gets its turn also where IPv6 leads nowhere.
pub fn local_preferences(addresses: &[IpAddr]) -> Vec<u16> {
    todo!()
}

/// What a check says in PRIORITY (RFC 8445 section 7.1.1): the priority that its local candidate would have, were it
/// peer-reflexive. `of_the_candidate` is that candidate's priority, by whatever kind it is.
///
/// Useful: 2^24 is `1 << 24`, and the lower 24 bits of a number are `number & 0x00ff_ffff`.
pub fn priority_in_a_check(of_the_candidate: u32) -> u32 {
    todo!()
}

/// The priority of a pair, as the agent sees it whose role is `role`: `local` is the priority of its own candidate,
/// `remote` that of the other agent's.
pub fn pair_priority(role: Role, local: u32, remote: u32) -> u64 {
    todo!()
}

exercises::check!(ice::priority(priority, local_preferences, priority_in_a_check, pair_priority));
