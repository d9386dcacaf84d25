//! Knows no firewall and no NAT.

use exercises::nat::Dependence::{self, AddressAndPortDependent, EndpointIndependent};
use exercises::nat::punch::Edge;

/// Whether a host behind `left` and one behind `right` can meet.
pub fn can_meet(left: Edge, right: Edge) -> bool {
    true
}
exercises::check!(nat::punch(can_meet));
