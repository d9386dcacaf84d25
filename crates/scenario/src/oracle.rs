//! Whether two edges will connect, without playing it: a function of what they do, and of nothing else.
//!
//! # The rule
//! Each agent knows one address of the other that the internet can reach: the one that the STUN server saw. A check
//! from A to it must do two things.
//!
//! 1. **Get in.** It goes to the mapping that B used for the STUN server ([RFC 4787 section 4.1]). B's filter
//!    ([section 5]) goes by whom B wrote to *through that mapping*:
//!    - an endpoint-independent filter lets anybody in;
//!    - else B must have written to A through it. That is so only if B's mapping is endpoint-independent: otherwise B's
//!      own checks left through another mapping, and this one knows the STUN server only;
//!    - and what B wrote to is the address of A that *it* knows. A filter that looks at ports lets A in only if A's
//!      check comes from just there: if A's mapping is endpoint-independent.
//! 2. **Be answered.** B answers through the mapping that it uses for A. If B's mapping is endpoint-independent, that is
//!    the address that A wrote to, and A's filter knows it. Otherwise it is a new port of B's, which A learns of as a
//!    peer-reflexive candidate ([RFC 8445 section 7.3.1.3]) only if A's filter does not look at ports. And then A writes
//!    to that port: if the mappings of *both* look at ports, A does so from a new port of its own, B answers from yet
//!    another one, and no two ports ever belong together ([RFC 8445 section 7.2.5.2.1]).
//!
//! They connect if a check of either side does both. The other way is open then too: each has written to the other.
//! Which side begins does not matter, as agents repeat their checks.
//!
//! Where several NATs stand in a row, a check must get in through each. What one of them uses for the STUN server and
//! for A alike is the same only if all NATs before it do so too.
//!
//! [RFC 4787 section 4.1]: https://www.rfc-editor.org/rfc/rfc4787#section-4.1
//! [section 5]: https://www.rfc-editor.org/rfc/rfc4787#section-5
//! [RFC 8445 section 7.2.5.2.1]: https://www.rfc-editor.org/rfc/rfc8445#section-7.2.5.2.1
//! [RFC 8445 section 7.3.1.3]: https://www.rfc-editor.org/rfc/rfc8445#section-7.3.1.3

use sim::{Behavior, Dependence, Edge};

use Dependence::{AddressAndPortDependent, EndpointIndependent};

/// Whether two agents, each behind one of these edges of its own, find a pair without a relay.
#[must_use]
pub fn connects(left: &Edge, right: &Edge) -> bool {
    match (layers(left), layers(right)) {
        (Some(left), Some(right)) => reaches(&left, &right) || reaches(&right, &left),
        _ => false,
    }
}

/// Whether a check of A's gets in at B, and its answer back.
fn reaches(a: &[Layer], b: &[Layer]) -> bool {
    let gets_in = |layer: usize| match b[layer].filtering {
        EndpointIndependent => true,
        Dependence::AddressDependent => maps_alike(&b[..=layer]),
        AddressAndPortDependent => maps_alike(&b[..=layer]) && maps_alike(a),
    };
    let filters_ports = |layer: &Layer| layer.filtering == AddressAndPortDependent;
    let maps_ports = |layer: &Layer| layer.mapping == AddressAndPortDependent;
    let learns = !a.iter().any(filters_ports);
    let settles = !(a.iter().any(maps_ports) && b.iter().any(maps_ports));
    (0..b.len()).all(gets_in) && (maps_alike(b) || learns && settles)
}

/// Whether the STUN server and the other agent see the same address.
fn maps_alike(layers: &[Layer]) -> bool {
    layers.iter().all(|layer| layer.mapping == EndpointIndependent)
}

/// One thing on the way that remembers.
struct Layer {
    mapping: Dependence,
    filtering: Dependence,
}

/// What stands between the host and the internet, the nearest first; `None` where nothing passes. A firewall is a NAT
/// that maps each address to itself.
fn layers(edge: &Edge) -> Option<Vec<Layer>> {
    let nat = |behavior: &Behavior| Layer { mapping: behavior.mapping, filtering: behavior.filtering };
    Some(match edge {
        Edge::Open => Vec::new(),
        Edge::Nat(behavior) => vec![nat(behavior)],
        Edge::NatBehindNat { home, carrier } => vec![nat(home), nat(carrier)],
        Edge::SymmetricFirewall => {
            vec![Layer { mapping: EndpointIndependent, filtering: AddressAndPortDependent }]
        }
        Edge::UdpBlocked => return None,
    })
}
