//! The five steps, and how they go wrong.

use std::cmp::Reverse;

use wire::Spec;

use super::super::Kind::{PeerReflexive, ServerReflexive};
use super::{Candidate, FORMING, LIMIT, ORDERING, PRUNING, Pair, is_link_local};

/// A way to make a check list.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one mistake")]
pub(super) struct Way {
    any_component: bool,
    any_family: bool,
    any_link_local: bool,
    no_link_local: bool,
    unsorted: bool,
    worst_first: bool,
    by_remote: bool,
    keeps_reflexive: bool,
    drops_reflexive: bool,
    keeps_duplicates: bool,
    one_a_base: bool,
    keeps_the_worse: bool,
    cuts_first: bool,
    no_limit: bool,
    always_100: bool,
    below_the_limit: bool,
}

pub(super) const RIGHT: Way = Way {
    any_component: false,
    any_family: false,
    any_link_local: false,
    no_link_local: false,
    unsorted: false,
    worst_first: false,
    by_remote: false,
    keeps_reflexive: false,
    drops_reflexive: false,
    keeps_duplicates: false,
    one_a_base: false,
    keeps_the_worse: false,
    cuts_first: false,
    no_limit: false,
    always_100: false,
    below_the_limit: false,
};

/// The list that comes of it.
pub(super) fn follow(way: &Way, local: &[Candidate], remote: &[Candidate], limit: usize) -> Vec<Pair> {
    let limit = match limit {
        _ if way.no_limit => usize::MAX,
        _ if way.always_100 => 100,
        limit if way.below_the_limit => limit.saturating_sub(1),
        limit => limit,
    };
    let mut pairs = Vec::new();
    for ours in local {
        for theirs in remote.iter().filter(|theirs| fits(way, ours, theirs)) {
            let reflexive = matches!(ours.kind, ServerReflexive | PeerReflexive);
            let mut pair = Pair::of(ours, theirs);
            if way.keeps_reflexive {
                pair.local = ours.address;
            }
            if !(reflexive && way.drops_reflexive) {
                pairs.push((pair, theirs.priority));
            }
        }
    }
    match way {
        Way { unsorted: true, .. } => {}
        Way { worst_first: true, .. } => pairs.sort_by_key(|(pair, _)| pair.priority),
        Way { by_remote: true, .. } => pairs.sort_by_key(|(_, priority)| Reverse(*priority)),
        _ => pairs.sort_by_key(|(pair, _)| Reverse(pair.priority)),
    }
    if way.cuts_first {
        pairs.truncate(limit);
    }
    let mut list: Vec<Pair> = Vec::new();
    for (pair, _) in pairs {
        let same = |kept: &Pair| kept.local == pair.local && (way.one_a_base || kept.remote == pair.remote);
        match list.iter().position(same) {
            Some(at) if way.keeps_the_worse => list[at] = pair,
            Some(_) if !way.keeps_duplicates => {}
            _ => list.push(pair),
        }
    }
    list.truncate(limit);
    list
}

fn fits(way: &Way, ours: &Candidate, theirs: &Candidate) -> bool {
    let link_local = [ours, theirs].map(|candidate| is_link_local(candidate.address));
    (way.any_component || ours.component == theirs.component)
        && (way.any_family || ours.address.is_ipv6() == theirs.address.is_ipv6())
        && match link_local {
            [true, true] => !way.no_link_local,
            [one, other] => way.any_link_local || one == other,
        }
}

/// A mistake: what list it gives, and why that is wrong.
pub(super) struct Mistake {
    pub(super) way: Way,
    pub(super) spec: Spec,
    /// Whether our candidate shows it, and not theirs.
    pub(super) ours: bool,
    pub(super) label: &'static str,
    pub(super) why: &'static str,
}

pub(super) const MISTAKES: [Mistake; 16] = [
    Mistake {
        way: Way { any_component: true, ..RIGHT },
        spec: FORMING,
        ours: false,
        label: "another component",
        why: "component 1 is media, component 2 is RTCP: each is a stream of its own, with a way of its own. A check from one \
              to the other would find a way that nobody uses. (And where one agent has no candidate for a component, the other's \
              are in no pair)",
    },
    Mistake {
        way: Way { any_family: true, ..RIGHT },
        spec: FORMING,
        ours: false,
        label: "the other IP version",
        why: "an IPv4 socket cannot send to an IPv6 address: only candidates of the same IP version make a pair",
    },
    Mistake {
        way: Way { any_link_local: true, ..RIGHT },
        spec: FORMING,
        ours: false,
        label: "link-local on one side only",
        why: "no router passes a link-local address on, so a host that has one cannot use it to reach another network: it \
              is paired with link-local addresses only",
    },
    Mistake {
        way: Way { no_link_local: true, ..RIGHT },
        spec: FORMING,
        ours: false,
        label: "link-local on both sides",
        why: "two link-local addresses may be on the same link: they are paired with each other, and with nothing else",
    },
    Mistake {
        way: Way { keeps_the_worse: true, ..RIGHT },
        spec: PRUNING,
        ours: false,
        label: "with the lower priority",
        why: "of two pairs that are the same check the one with the higher priority stays: it was formed with the host \
              candidate, the other one with the reflexive candidate",
    },
    Mistake {
        way: Way { unsorted: true, ..RIGHT },
        spec: ORDERING,
        ours: false,
        label: "not at its place",
        why: "checks go out one by one, some 50 ms apart, in the order of the list. Both agents sort by pair priority, so both \
              try the same pair at about the same time: that is what opens two NATs",
    },
    Mistake {
        way: Way { worst_first: true, ..RIGHT },
        spec: ORDERING,
        ours: false,
        label: "the wrong way round",
        why: "the highest priority comes first: `sort_by_key` sorts upward, so sort by `std::cmp::Reverse` of the priority",
    },
    Mistake {
        way: Way { by_remote: true, ..RIGHT },
        spec: ORDERING,
        ours: false,
        label: "not at its place",
        why: "the order is that of the pairs' priorities. The other agent sorts too, and your remote candidates are its local \
              ones: only a number that both compute alike gives both the same order",
    },
    Mistake {
        way: Way { keeps_duplicates: true, ..RIGHT },
        spec: PRUNING,
        ours: false,
        label: "the same check twice",
        why: "both checks leave from the same base and go to the same place: on the wire they are one. Only the pair with the \
              higher priority stays",
    },
    Mistake {
        way: Way { keeps_reflexive: true, ..RIGHT },
        spec: PRUNING,
        ours: true,
        label: "no socket has our address in this pair",
        why: "a server-reflexive or peer-reflexive address belongs to the NAT. A packet leaves from the base, and becomes that \
              address on its way: so the base stands in the pair, and then many pairs turn out to be one",
    },
    Mistake {
        way: Way { drops_reflexive: true, ..RIGHT },
        spec: PRUNING,
        ours: true,
        label: "its base can send",
        why: "a pair with a reflexive local candidate is not dropped: its base takes the candidate's place. It is dropped only \
              if such a pair is there already",
    },
    Mistake {
        way: Way { one_a_base: true, ..RIGHT },
        spec: PRUNING,
        ours: false,
        label: "the same base, but another remote candidate",
        why: "two pairs are redundant if they have the same local base *and* the same remote candidate. To different remote \
              candidates these are different checks",
    },
    Mistake {
        way: Way { always_100: true, ..RIGHT },
        spec: LIMIT,
        ours: false,
        label: "one of too many",
        why: "100 is the default, and the limit must be configurable: it is an argument here",
    },
    Mistake {
        way: Way { no_limit: true, ..RIGHT },
        spec: LIMIT,
        ours: false,
        label: "one of too many",
        why: "candidates come from a stranger. Who may name a thousand addresses makes you send packets to all of them, and \
              any of them may be a victim's: so the list has a limit, 100 by default",
    },
    Mistake {
        way: Way { cuts_first: true, ..RIGHT },
        spec: LIMIT,
        ours: false,
        label: "was cut off too early",
        why: "prune first, then cut: the limit counts checks, and a duplicate is none. Cut first, and duplicates take the \
              place of pairs that could have worked",
    },
    Mistake {
        way: Way { below_the_limit: true, ..RIGHT },
        spec: LIMIT,
        ours: false,
        label: "there is room for this pair",
        why: "as many as the limit says may stay. (To the letter, the RFC wants fewer than the limit; this exercise does not)",
    },
];
