//! One open filter is enough.

use exercises::nat::Dependence::{self, AddressAndPortDependent, EndpointIndependent};
use exercises::nat::punch::Edge;

/// Whether a host behind `left` and one behind `right` can meet.
pub fn can_meet(left: Edge, right: Edge) -> bool {
    let (Some((left_mapping, left_filter)), Some((right_mapping, right_filter))) = (nat(left), nat(right)) else {
        return false;
    };
    match (left_mapping == EndpointIndependent, right_mapping == EndpointIndependent) {
        (true, true) => true,
        (true, false) => left_filter != AddressAndPortDependent,
        (false, true) => right_filter != AddressAndPortDependent,
        (false, false) => left_filter == EndpointIndependent || right_filter == EndpointIndependent,
    }
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
