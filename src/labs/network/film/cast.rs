//! Who stands where.

use std::net::IpAddr;

use scenario::{NodeKind, NodeView, Side};
use serde::Serialize;
use sim::{Behavior, Dependence, Edge, Home, HostId, Place, RouterId};

/// Everybody in a run, left to right.
#[derive(Clone, Debug, Default)]
pub struct Cast {
    lanes: Vec<Lane>,
    places: Vec<Node>,
}

/// A vertical line of the ladder.
#[derive(Clone, Debug, Serialize)]
pub struct Lane {
    /// "left NAT".
    pub name: &'static str,
    /// What stands there.
    pub kind: Kind,
    /// On which side of the internet; none for the server.
    pub side: Option<Side>,
    /// The addresses that packets to it carry.
    pub addresses: Vec<IpAddr>,
    /// How it behaves, in a few words.
    pub does: Option<String>,
    /// How far from its peer, which has 0.
    #[serde(skip)]
    pub depth: usize,
    /// How its filter goes, where it has one.
    #[serde(skip)]
    pub filtering: Option<Dependence>,
}

/// What stands in a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One of the two.
    Peer,
    /// Translates.
    Nat,
    /// Refuses.
    Firewall,
    /// Tells who asks from where it came.
    Server,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Host(HostId),
    Router(RouterId),
}

impl Cast {
    /// The cast of a story between two edges, whose nodes stand from left to right. Two who are `together` behind one
    /// NAT stand side by side.
    #[must_use]
    pub fn of(nodes: &[NodeView], edges: [&Edge; 2], together: bool) -> Self {
        let mut nodes: Vec<&NodeView> = nodes.iter().collect();
        if together && nodes.len() > 2 {
            let right = nodes.remove(nodes.len() - 1);
            nodes.insert(1, right);
        }
        let mut cast = Self::default();
        for (at, node) in nodes.iter().enumerate() {
            let on_this_side = |other: &&&NodeView| other.side == node.side && other.router_id().is_some();
            // The nearest to the peer is the first of the left side, and the last of the right one.
            let depth = match (node.router_id(), node.side) {
                (None, _) | (_, None) => 0,
                (_, Some(Side::Left)) => nodes.iter().take(at + 1).filter(on_this_side).count(),
                (_, Some(Side::Right)) => nodes.iter().skip(at).filter(on_this_side).count(),
            };
            let edge = if node.side == Some(Side::Right) { edges[1] } else { edges[0] };
            let place = node.host_id().map(Node::Host).or(node.router_id().map(Node::Router));
            if let Some(place) = place {
                cast.places.push(place);
                cast.lanes.push(lane(node, edge, depth));
            }
        }
        cast
    }

    /// The lanes, left to right.
    #[must_use]
    pub fn lanes(&self) -> &[Lane] {
        &self.lanes
    }

    /// Where a place is drawn.
    #[must_use]
    pub fn lane(&self, place: Place) -> Option<usize> {
        let node = match place {
            Place::Host(host) => Node::Host(host),
            Place::Router(router, _) => Node::Router(router),
            Place::Network(_) => return None,
        };
        self.places.iter().position(|known| *known == node)
    }

    /// The peer of a side.
    #[must_use]
    pub fn peer(&self, side: Side) -> usize {
        let peer = |lane: &Lane| lane.kind == Kind::Peer && lane.side == Some(side);
        self.lanes.iter().position(peer).unwrap_or_default()
    }

    /// Where a packet is drawn to go that nobody was to take: a lane further in.
    pub(super) fn inward(&self, from: usize) -> usize {
        if from * 2 < self.lanes.len() { from + 1 } else { from.saturating_sub(1) }
    }
}

fn lane(node: &NodeView, edge: &Edge, depth: usize) -> Lane {
    let right = node.side == Some(Side::Right);
    let home = if right { Home::RIGHT } else { Home::LEFT };
    let (behavior, address) = match (edge, depth) {
        (Edge::Nat(behavior), 1) => (Some(behavior), Some(home.outside)),
        (Edge::NatBehindNat { home: inner, .. }, 1) => (Some(inner), Some(home.shared)),
        (Edge::NatBehindNat { carrier, .. }, 2) => (Some(carrier), Some(home.outside)),
        _ => (None, None),
    };
    let kind = match node.kind {
        NodeKind::Agent => Kind::Peer,
        NodeKind::Server => Kind::Server,
        NodeKind::Nat => Kind::Nat,
        NodeKind::Firewall => Kind::Firewall,
    };
    let [left_name, right_name] = match (kind, edge, depth) {
        (Kind::Peer, ..) => ["left peer", "right peer"],
        (Kind::Server, ..) => ["STUN server"; 2],
        (Kind::Firewall, ..) => ["left firewall", "right firewall"],
        (Kind::Nat, Edge::NatBehindNat { .. }, 1) => ["left home NAT", "right home NAT"],
        (Kind::Nat, Edge::NatBehindNat { .. }, _) => ["left carrier's NAT", "right carrier's NAT"],
        (Kind::Nat, ..) => ["left NAT", "right NAT"],
    };
    let does = match (kind, behavior, edge) {
        (Kind::Nat, Some(behavior), _) => Some(says(behavior)),
        (Kind::Firewall, _, Edge::UdpBlocked) => Some("lets no UDP through".to_owned()),
        (Kind::Firewall, ..) => Some("lets in only what answers a packet that went out".to_owned()),
        _ => None,
    };
    let own = address.map(IpAddr::from).into_iter();
    Lane {
        name: if right { right_name } else { left_name },
        kind,
        side: node.side,
        addresses: own.chain(node.addresses.iter().copied()).collect(),
        does,
        depth,
        filtering: behavior.map(|behavior| behavior.filtering),
    }
}

fn says(behavior: &Behavior) -> String {
    format!("{} mapping, {} filtering", behavior.mapping, behavior.filtering)
}
