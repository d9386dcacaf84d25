//! # ice::prune: what to try, and in which order
//!
//! Two agents know each other's candidates. Now each makes its check list: all pairs that are worth a check, the best
//! one first (RFC 8445 sections 6.1.2.2 to 6.1.2.5). Five steps:
//!
//! ```text
//!   1  pair each local candidate with each remote one that has the same component and the same IP version;
//!      an IPv6 link-local address only with an IPv6 link-local address
//!   2  sort by the priority of the pair, the highest first
//!   3  where the local candidate is reflexive, put its base in its place: nobody can send from an address that
//!      is the NAT's, only from the one behind it
//!   4  of pairs with the same local base and the same remote candidate, only the one with the highest priority stays
//!   5  at most `limit` stay: the ones with the highest priority
//! ```
//!
//! By hand first: local are a host candidate 192.168.1.2:5000 and a server-reflexive one 198.51.100.1:40000, whose base
//! is 192.168.1.2:5000. Remote is 203.0.113.1:40000. That makes two pairs. Both checks would leave from
//! 192.168.1.2:5000 and go to 203.0.113.1:40000: they are the same check, so the list has one pair.
//!
//! `Pair::of(local, remote)` gives a pair with its priority (exercise ice::priority), and `local` as the base already.
//!
//! Check: `cargo run -- check ice::prune`. The page: ice.html#the-check-list

use exercises::ice::prune::{Candidate, Pair};

/// The check list.
///
/// Useful: `candidate.address.is_ipv6()`, `exercises::ice::prune::is_link_local(candidate.address)`,
/// `pairs.sort_by_key(|pair| std::cmp::Reverse(pair.priority))`, `pairs.truncate(limit)`.
pub fn check_list(local: &[Candidate], remote: &[Candidate], limit: usize) -> Vec<Pair> {
    todo!()
}

exercises::check!(ice::prune(check_list));
