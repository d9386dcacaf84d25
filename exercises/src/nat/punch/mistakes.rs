//! Rules that people go by.

use super::super::Dependence::{self, AddressAndPortDependent, EndpointIndependent};
use super::Edge;

/// A rule that is wrong, and what is wrong with it.
pub(super) struct Mistake {
    pub(super) rule: fn(Edge, Edge) -> bool,
    pub(super) says: &'static str,
}

/// Mapping, then filtering.
type Nat = (Dependence, Dependence);

pub(super) const MISTAKES: [Mistake; 10] = [
    Mistake {
        rule: |left, right| both(left, right, |_, _| true),
        says: "you let all meet whom UDP passes. The port that the server saw may not be the one that the other side meets",
    },
    Mistake { rule: |_, _| true, says: "you let all meet" },
    Mistake {
        rule: |left, right| {
            both(left, right, |l, r| l.0 == EndpointIndependent || r.0 == EndpointIndependent)
        },
        says: "\u{201c}one side must be endpoint-independent\u{201d} is half a rule. Mapping is not all: if one told port is \
               right, its side's filter decides; and if none is, two filters may still let them meet",
    },
    Mistake {
        rule: |left, right| {
            both(left, right, |l, r| l.0 == EndpointIndependent && r.0 == EndpointIndependent)
        },
        says: "you let them meet only where both told ports are right. A side that was told a wrong port can learn the right \
               one from a packet that comes in",
    },
    Mistake {
        rule: |left, right| {
            both(left, right, |l, r| l.1 != AddressAndPortDependent && r.1 != AddressAndPortDependent)
        },
        says: "you look at the filters alone. Where both told ports are right, both may filter as they like",
    },
    Mistake {
        rule: |left, right| both(left, right, |l, r| meets(l, r, |_, _| false)),
        says: "\u{201c}two symmetric NATs never meet\u{201d} is true of RFC 3489's symmetric NAT, whose filter looks at ports. \
               With a dependent mapping and an open filter it is another matter",
    },
    Mistake {
        rule: |left, right| {
            both(left, right, |l, r| {
                meets(l, r, |l, r| l.1 == EndpointIndependent || r.1 == EndpointIndependent)
            })
        },
        says: "if neither told port is right, one open filter gets a packet in, and the other one's filter decides about the way \
               back",
    },
    Mistake {
        rule: |left, right| both(left, right, |l, r| meets(l, r, open_and_no_port)),
        says: "the filters are as they must be, and still the mappings matter: a NAT that makes a port for each port it writes \
               to runs away from one that does the same",
    },
    Mistake {
        rule: |left, right| {
            both(left, right, |l, r| match (l.0 == EndpointIndependent, r.0 == EndpointIndependent) {
                (true, false) => r.1 != AddressAndPortDependent,
                (false, true) => l.1 != AddressAndPortDependent,
                _ => right_rule(l, r),
            })
        },
        says: "you ask the filter of the wrong side. Packets come from the new port of the side whose mapping depends; the \
               other side's filter must let them in",
    },
    Mistake {
        rule: |left, right| [left, right].contains(&Edge::Open) || both(left, right, right_rule),
        says: "who has no NAT is met by all, as long as they can send at all",
    },
];

fn both(left: Edge, right: Edge, rule: impl Fn(Nat, Nat) -> bool) -> bool {
    left.behavior().zip(right.behavior()).is_some_and(|(left, right)| rule(left, right))
}

/// The rule, with something else for two mappings that depend.
fn meets(l: Nat, r: Nat, none_told: fn(Nat, Nat) -> bool) -> bool {
    match (l.0 == EndpointIndependent, r.0 == EndpointIndependent) {
        (true, true) => true,
        (true, false) => l.1 != AddressAndPortDependent,
        (false, true) => r.1 != AddressAndPortDependent,
        (false, false) => none_told(l, r),
    }
}

fn right_rule(l: Nat, r: Nat) -> bool {
    meets(l, r, |l, r| {
        open_and_no_port(l, r) && !(l.0 == AddressAndPortDependent && r.0 == AddressAndPortDependent)
    })
}

fn open_and_no_port(l: Nat, r: Nat) -> bool {
    [l.1, r.1].contains(&EndpointIndependent) && ![l.1, r.1].contains(&AddressAndPortDependent)
}
