//! Pairs media with RTCP.

use std::cmp::Reverse;

use exercises::ice::prune::{Candidate, Pair, is_link_local};

/// The check list.
pub fn check_list(local: &[Candidate], remote: &[Candidate], limit: usize) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::new();
    for ours in local {
        for theirs in remote {
            let alike = ours.address.is_ipv6() == theirs.address.is_ipv6()
                && is_link_local(ours.address) == is_link_local(theirs.address);
            if alike {
                pairs.push(Pair::of(ours, theirs));
            }
        }
    }
    pairs.sort_by_key(|pair| Reverse(pair.priority));
    let mut list: Vec<Pair> = Vec::new();
    for pair in pairs {
        if !list.iter().any(|kept| (kept.local, kept.remote) == (pair.local, pair.remote)) {
            list.push(pair);
        }
    }
    list.truncate(limit);
    list
}

exercises::check!(ice::prune(check_list));
