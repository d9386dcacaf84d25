//! Lets all meet whom UDP passes.

use exercises::nat::Dependence::{self, AddressAndPortDependent, EndpointIndependent};
use exercises::nat::punch::Edge;

/// Whether a host behind `left` and one behind `right` can meet.
pub fn can_meet(left: Edge, right: Edge) -> bool {
    let (Some((left_mapping, left_filter)), Some((right_mapping, right_filter))) = (nat(left), nat(right)) else {
        return false;
    };
    true
}

/// Mapping and filtering; None where no UDP passes.
fn nat(edge: Edge) -> Option<(Dependence, Dependence)> {
    match edge {
        Edge::Open => Some((EndpointIndependent, EndpointIndependent)),
        Edge::Nat { mapping, filtering } => Some((mapping, filtering)),
        Edge::Blocked => None,
    }
}

exercises::check!(nat::punch(can_meet));
