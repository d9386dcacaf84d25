//! The log read by packet: where each went, leg by leg, and where it ended.
//!
//! ```text
//!   host --- leg 1 ---> NAT --- leg 2 ---> NAT   refused there: filtered
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use crate::log::{Incident, Place, Reason, Way, What};
use crate::packet::{Packet, PacketId};

/// A packet from whoever made it to where it ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Journey {
    /// Its number.
    pub id: PacketId,
    /// The packet that it tells about, if it is an ICMP error.
    pub about: Option<PacketId>,
    /// Its legs, in the order of sending. A packet that a link doubled has two of the same way.
    pub legs: Vec<Leg>,
}

/// One hop of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// From where to where.
    pub way: Way,
    /// The packet as it is on this leg: each NAT rewrites its addresses.
    pub packet: Packet,
    /// When it was sent.
    pub sent: Duration,
    /// How it ended.
    pub end: End,
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Not yet.
    OnItsWay,
    /// It arrived, and was taken: by a host, or by a router that sent it on.
    Arrived(Duration),
    /// It was lost on the way. A link decides that when a packet is sent.
    Lost(Reason),
    /// It arrived, and the node there did not pass it on.
    Refused {
        /// When.
        at: Duration,
        /// Why.
        why: Reason,
    },
}

impl Journey {
    /// Whether a host took it: the packet, or a copy of it.
    #[must_use]
    pub fn got_there(&self) -> bool {
        let by_a_host = |leg: &Leg| matches!((leg.way.to, leg.end), (Some(Place::Host(_)), End::Arrived(_)));
        self.legs.iter().any(by_a_host)
    }

    /// Where and why the packet was dropped; of a packet and its copies, whichever was dropped last: the others may have
    /// [got there](Self::got_there). `None` while all is well.
    #[must_use]
    pub fn dropped(&self) -> Option<(Place, Reason)> {
        self.legs.iter().rev().find_map(|leg| match leg.end {
            End::Lost(why) => Some((leg.way.to.unwrap_or(Place::Network(leg.way.network)), why)),
            End::Refused { why, .. } => Some((leg.way.to?, why)),
            End::OnItsWay | End::Arrived(_) => None,
        })
    }
}

/// The journeys that a log tells of, in the order in which they began. One that began before the log does lacks its first
/// legs.
pub(crate) fn journeys<'a>(log: impl Iterator<Item = &'a Incident>) -> Vec<Journey> {
    let mut all = Vec::new();
    let mut places = BTreeMap::new();
    let mut causes = BTreeMap::new();
    for incident in log {
        let Some(id) = incident.packet else { continue };
        if let What::Caused(error) = incident.what {
            causes.insert(error, id);
        }
        if let (What::Sent(_), None) = (&incident.what, places.get(&id)) {
            places.insert(id, all.len());
            all.push(Journey { id, about: causes.get(&id).copied(), legs: Vec::new() });
        }
        let journey = places.get(&id).and_then(|&place| all.get_mut(place));
        if let (Some(journey), Some(way)) = (journey, incident.way) {
            journey.goes_on(incident.at, way, &incident.what);
        }
    }
    all
}

impl Journey {
    fn goes_on(&mut self, at: Duration, way: Way, what: &What) {
        match what {
            What::Sent(packet) => {
                self.legs.push(Leg { way, packet: packet.clone(), sent: at, end: End::OnItsWay });
            }
            What::Arrived(_) => self.ends(way, End::Arrived(at)),
            What::Dropped(why) if why.is_on_the_way() => self.ends(way, End::Lost(*why)),
            What::Dropped(why) => self.is_refused(way, at, *why),
            What::Translated { .. } | What::Mapped(_) | What::Refreshed(_) | What::Expired(_) => {}
            What::Duplicated | What::Caused(_) => {}
        }
    }

    /// The leg ends so; where it has ended already, it is a copy's.
    fn ends(&mut self, way: Way, end: End) {
        let mut legs = self.legs.iter_mut().rev().filter(|leg| leg.way == way);
        let Some(leg) = legs.next() else { return };
        if leg.end == End::OnItsWay {
            leg.end = end;
        } else {
            let copy = Leg { end, ..leg.clone() };
            self.legs.push(copy);
        }
    }

    /// Whoever took it last, by that way, dropped it.
    fn is_refused(&mut self, way: Way, at: Duration, why: Reason) {
        let arrived = |leg: &&mut Leg| leg.way == way && matches!(leg.end, End::Arrived(_));
        if let Some(leg) = self.legs.iter_mut().rev().find(arrived) {
            leg.end = End::Refused { at, why };
        }
    }
}
