//! What the ICE exercises call right is what their pages print, and what the other exercises compute.

use std::collections::HashSet;

use exercises::ice::Kind;
use exercises::ice::priority::{formula, pair_formula};
use exercises::ice::prune::{Candidate, lists};

#[test]
fn the_numbers_that_are_printed_are_right() {
    let (host, relayed) = (formula(Kind::Host, 65535, 1), formula(Kind::Relayed, 65535, 1));
    let pair = pair_formula(host, relayed);
    let stub = include_str!("../../exercises/ice/priority.rs");
    for number in [host.to_string(), relayed.to_string(), pair.to_string()] {
        assert!(stub.contains(&number), "{number}");
    }
    assert!(include_str!("../../exercises/sdp/candidate.rs").contains(&host.to_string()));
}

/// A list without an order of its own could be sorted in two ways, and both would be right.
#[test]
fn no_check_list_leaves_a_choice() {
    for (name, local, remote, list) in lists() {
        let priorities: HashSet<u64> = list.iter().map(|pair| pair.priority).collect();
        assert_eq!(priorities.len(), list.len(), "{name}");
        assert!(list.is_sorted_by_key(|pair| std::cmp::Reverse(pair.priority)), "{name}");
        for candidates in [local, remote] {
            let of = |candidate: &Candidate| (candidate.priority, candidate.component);
            let different: HashSet<_> = candidates.iter().map(of).collect();
            assert_eq!(different.len(), candidates.len(), "{name}: section 5.1.2 wants each priority once");
        }
    }
}
