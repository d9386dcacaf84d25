//! Who stands where.

use std::net::{IpAddr, Ipv4Addr};

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

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Who offers.
    Left,
    /// Who answers.
    Right,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    Host(HostId),
    Router(RouterId),
}

impl Cast {
    /// The cast of a play between two edges. `hosts` and `routers` are the left's and the right's, the nearest router
    /// first, as [`sim::Behind`] has them.
    #[must_use]
    pub fn new(
        edges: [&Edge; 2],
        hosts: [HostId; 2],
        routers: [&[RouterId]; 2],
        server: (HostId, Ipv4Addr),
    ) -> Self {
        let mut cast = Self::default();
        cast.side(Side::Left, edges[0], hosts[0], routers[0]);
        cast.push(
            Node::Host(server.0),
            Lane {
                name: "STUN server",
                kind: Kind::Server,
                side: None,
                addresses: vec![server.1.into()],
                does: None,
                depth: 0,
                filtering: None,
            },
        );
        cast.side(Side::Right, edges[1], hosts[1], routers[1]);
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

    /// Where a packet that `from` sends to `address` would come next.
    pub(super) fn next(&self, from: usize, address: IpAddr) -> usize {
        let goal = self.lanes.iter().position(|lane| lane.addresses.contains(&address));
        let goal = goal.unwrap_or_else(|| self.lanes.len() / 2);
        let (Some(here), Some(there)) = (self.lanes.get(from), self.lanes.get(goal)) else { return from };
        if here.side.is_some() && here.side == there.side {
            let step = if there.depth > here.depth { here.depth + 1 } else { here.depth.saturating_sub(1) };
            return self.at(here.side, step).unwrap_or(goal);
        }
        // Out to the internet first; then in at the other side's door.
        here.side.and_then(|side| self.at(Some(side), here.depth + 1)).unwrap_or_else(|| {
            let doors = self.lanes.iter().enumerate().filter(|(_, lane)| lane.side == there.side);
            doors.max_by_key(|(_, lane)| lane.depth).map_or(goal, |(door, _)| door)
        })
    }

    fn at(&self, side: Option<Side>, depth: usize) -> Option<usize> {
        self.lanes.iter().position(|lane| lane.side == side && lane.depth == depth)
    }

    fn side(&mut self, side: Side, edge: &Edge, host: HostId, routers: &[RouterId]) {
        let home = if side == Side::Left { Home::LEFT } else { Home::RIGHT };
        let inside = matches!(edge, Edge::Nat(_) | Edge::NatBehindNat { .. });
        let address = if inside { home.host } else { home.outside };
        let mut lanes = vec![(
            Node::Host(host),
            Lane {
                name: if side == Side::Left { "left peer" } else { "right peer" },
                kind: Kind::Peer,
                side: Some(side),
                addresses: vec![address.into()],
                does: None,
                depth: 0,
                filtering: None,
            },
        )];
        for (no, &router) in routers.iter().enumerate() {
            let mut lane = router_lane(side, edge, no, &home);
            lane.depth = no + 1;
            lanes.push((Node::Router(router), lane));
        }
        if side == Side::Right {
            lanes.reverse();
        }
        for (node, lane) in lanes {
            self.push(node, lane);
        }
    }

    fn push(&mut self, node: Node, lane: Lane) {
        self.places.push(node);
        self.lanes.push(lane);
    }
}

fn router_lane(side: Side, edge: &Edge, no: usize, home: &Home) -> Lane {
    let left = side == Side::Left;
    let (name, behavior, address) = match (edge, no) {
        (Edge::NatBehindNat { home: inner, .. }, 0) => {
            (if left { "left home NAT" } else { "right home NAT" }, Some(inner), Some(home.shared))
        }
        (Edge::NatBehindNat { carrier, .. }, _) => {
            let name = if left { "left carrier's NAT" } else { "right carrier's NAT" };
            (name, Some(carrier), Some(home.outside))
        }
        (Edge::Nat(behavior), _) => {
            (if left { "left NAT" } else { "right NAT" }, Some(behavior), Some(home.outside))
        }
        _ => (if left { "left firewall" } else { "right firewall" }, None, None),
    };
    let does = match (edge, behavior) {
        (_, Some(behavior)) => says(behavior),
        (Edge::UdpBlocked, _) => "lets no UDP through".to_owned(),
        _ => "lets in only what answers a packet that went out".to_owned(),
    };
    Lane {
        name,
        kind: if behavior.is_some() { Kind::Nat } else { Kind::Firewall },
        side: Some(side),
        addresses: address.map(IpAddr::from).into_iter().collect(),
        does: Some(does),
        depth: 0,
        filtering: behavior.map(|behavior| behavior.filtering),
    }
}

fn says(behavior: &Behavior) -> String {
    format!("{} mapping, {} filtering", behavior.mapping, behavior.filtering)
}
