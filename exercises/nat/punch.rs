//! # nat::punch: can they meet?
//!
//! Two hosts want to talk without a relay. Each asks a server on the internet which endpoint it sees, and tells it to
//! the other one, by signaling. Then both write to what they were told, again and again:
//!
//! ```text
//!   left ---- [NAT] ---- internet ---- [NAT] ---- right
//!                           |
//!                         server
//! ```
//!
//! Who gets a packet from an endpoint that nobody told remembers it, and writes there too. A way counts once a packet
//! was answered, and the answer came from where the packet had gone (RFC 8445 section 7.2.5.2.1). Nobody guesses ports.
//!
//! What matters of a NAT is its mapping (may the port that the server saw be used by the other side?) and its filtering
//! (who may come in?). You can see any pair of NATs meet, or not, packet by packet: on the page nat.html.
//!
//! By hand first: two NATs with endpoint-independent mapping meet, whatever they filter. Both were told the right
//! port. The first packet of one side may be dropped; but it opened its own NAT for the other one's.
//!
//! Verdicts name a NAT by its mapping and its filtering: `eim-apdf` has endpoint-independent mapping, and address and
//! port-dependent filtering; `adm-eif` has address-dependent mapping, and endpoint-independent filtering.
//!
//! Check: `cargo run -- check nat::punch`. The page: nat.html#which-pairs

use exercises::nat::Dependence::{self, AddressAndPortDependent, AddressDependent, EndpointIndependent};
use exercises::nat::punch::Edge;

/// Whether a host behind `left` and one behind `right` can meet. It is checked for all pairs of eleven: no NAT, the
/// nine kinds of NAT, and a firewall that no UDP passes.
///
/// Useful: an `Edge::Open` is as open as `Edge::Nat { mapping: EndpointIndependent, filtering: EndpointIndependent }`;
/// `matches!(mapping, AddressDependent)`, or `==`.
pub fn can_meet(left: Edge, right: Edge) -> bool {
    todo!()
}

exercises::check!(nat::punch(can_meet));
