//! # nat::punch: a solution
//!
//! Ask how many of the two told ports are right. A told port is right where the mapping is endpoint-independent: the
//! server and the peer see the same.
//!
//! - **Both**: each writes to the right place, and opens its own filter by that. They meet.
//! - **One**, left's say: right's packets go to the right place, but come from a port that nobody told. Left's filter
//!   must let in another port of an address it wrote to. Then left learns the port and answers, and is let in.
//! - **None**: somebody must let in a packet that comes to the port which was made for the server, so from a stranger:
//!   one filter must be endpoint-independent. That side now knows the other's true port, and writes there, but from a
//!   port of its own that is new: so the other filter must not look at ports. And if both make a new port for each
//!   *port* they write to, each answer comes from yet another one, and the chase never ends.

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
        (false, false) => {
            let filters = [left_filter, right_filter];
            let chase = left_mapping == AddressAndPortDependent && right_mapping == AddressAndPortDependent;
            filters.contains(&EndpointIndependent) && !filters.contains(&AddressAndPortDependent) && !chase
        }
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
