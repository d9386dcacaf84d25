//! Each packet of a story once, as it crossed the internet, and its way.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use scenario::{LegView, PacketView, Story};
use sim::{Packet, Payload, What};
use wire::journey::{Journey, Stop};
use wire::trace::Event;
use wire::{Dissection, Meaning, Node, Session};

/// A packet: what it says, and how it fared.
#[derive(Clone)]
pub(crate) struct Told {
    /// As it crossed the internet, or as far as it came, with its way as the comment.
    pub(crate) event: Event,
    /// As its sender sent it: from which place, and to which address.
    pub(crate) from: usize,
    pub(crate) to: SocketAddr,
    pub(crate) kind: Kind,
    /// What a response says that its sender saw.
    pub(crate) seen: Option<SocketAddr>,
    pub(crate) journey: Journey,
    /// Where it ended.
    pub(crate) end: Option<usize>,
}

/// What a packet is to ICE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A Binding request to the STUN server, while gathering.
    Asks,
    /// A connectivity check, by who believes to control, or not to.
    Check {
        controlling: bool,
    },
    /// A check with USE-CANDIDATE.
    Nominates,
    Success,
    Error(u64),
    Other,
}

impl Kind {
    fn of(d: &Dissection<'_>) -> Self {
        let has = |name| d.find(name).is_some();
        match d.find("Class").map(|class| class.meaning) {
            Some(Meaning::Name("request")) if has("USE-CANDIDATE") => {
                Self::Nominates
            }
            Some(Meaning::Name("request")) if has("PRIORITY") => {
                Self::Check { controlling: has("ICE-CONTROLLING") }
            }
            Some(Meaning::Name("request")) => Self::Asks,
            Some(Meaning::Name("success response")) => Self::Success,
            Some(Meaning::Name("error response")) => {
                Self::Error(d.find("ERROR-CODE").and_then(Node::uint).unwrap_or(0))
            }
            _ => Self::Other,
        }
    }

    pub(crate) fn is_check(self) -> bool {
        matches!(self, Self::Check { .. } | Self::Nominates)
    }
}

impl Told {
    /// "check to 203.0.113.1:40001, as controlling"
    pub(crate) fn words(&self) -> String {
        let to = self.to;
        match (self.kind, self.seen) {
            (Kind::Asks, _) => format!("asks {to}: who am I?"),
            (Kind::Check { controlling: true }, _) => {
                format!("check to {to}, controlling")
            }
            (Kind::Check { controlling: false }, _) => {
                format!("check to {to}, controlled")
            }
            (Kind::Nominates, _) => format!("check to {to}, nominates"),
            (Kind::Success, Some(seen)) => format!("answer: you are {seen}"),
            (Kind::Error(487), _) => format!("error 487 to {to}: role conflict"),
            (Kind::Error(code), _) => format!("error {code} to {to}"),
            (Kind::Success | Kind::Other, _) => format!("packet to {to}"),
        }
    }

    pub(crate) fn at(&self) -> Duration {
        self.journey.stops.first().map_or(Duration::ZERO, |stop| stop.at)
    }

    fn is_like(&self, other: &Self) -> bool {
        let end = |told: &Self| (told.end, told.journey.dropped.clone());
        (self.from, self.to, self.kind) == (other.from, other.to, other.kind)
            && self.seen == other.seen
            && end(self) == end(other)
    }
}

/// All packets of a story, but for ICMP errors: no capture format of datagrams has them.
pub(crate) fn all(story: &Story) -> Vec<Told> {
    let mut sent: HashMap<u64, &Packet> = HashMap::new();
    for incident in &story.log {
        if let (Some(id), What::Sent(packet)) = (incident.packet, &incident.what) {
            sent.entry(id.0).or_insert(packet);
        }
    }
    let mut session = Session::default();
    let told = story.packets.iter().filter_map(|view| {
        let Payload::Udp(bytes) = &sent.get(&view.id)?.payload else { return None };
        tell(view, bytes, story, &mut session)
    });
    told.collect()
}

fn tell(
    view: &PacketView,
    bytes: &[u8],
    story: &Story,
    session: &mut Session,
) -> Option<Told> {
    let journey = journey(view, story)?;
    let first = view.legs.first()?;
    let side = story.nodes.get(first.from)?.side;
    let outside = |leg: &&LegView| {
        side.is_some()
            && story.nodes.get(leg.from).and_then(|node| node.side) == side
    };
    let shown = view.legs.iter().rfind(outside).unwrap_or(first);
    let event = Event::udp(first.sent, shown.source, shown.destination, bytes)
        .with_comment(journey.to_string());
    let dissection = session.dissect(&event);
    let (kind, seen) = (
        Kind::of(&dissection),
        dissection.find("XOR-MAPPED-ADDRESS").and_then(Node::addr),
    );
    drop(dissection);
    let end = match &view.dropped {
        Some(dropped) => dropped.node,
        None => view.legs.last().and_then(|leg| leg.to),
    };
    let (from, to) = (first.from, first.destination);
    Some(Told { event, from, to, kind, seen, journey, end })
}

/// From leg to leg: where it was when, and what NATs made of its addresses.
fn journey(view: &PacketView, story: &Story) -> Option<Journey> {
    let name = |node: usize| {
        story.nodes.get(node).map_or("?".to_owned(), |node| node.name.clone())
    };
    let mut legs = view.legs.iter();
    let mut here = legs.next()?;
    let mut stops =
        vec![Stop { place: name(here.from), at: here.sent, renamed: None }];
    while let Some(to) = here.to {
        let next = legs.find(|leg| leg.from == to && leg.sent >= here.arrived);
        let renamed = next.and_then(|next| match next.source == here.source {
            false => Some(next.source),
            true => Some(next.destination).filter(|to| *to != here.destination),
        });
        stops.push(Stop { place: name(to), at: here.arrived, renamed });
        match next {
            Some(next) => here = next,
            None => break,
        }
    }
    if let Some(dropped) = &view.dropped {
        let place = dropped.node.map_or("internet".to_owned(), name);
        if stops.last().is_none_or(|stop| stop.place != place) {
            stops.push(Stop { place, at: dropped.at, renamed: None });
        }
    }
    let dropped = view.dropped.as_ref().map(|dropped| dropped.why.clone());
    Some(Journey { stops, dropped })
}

/// A packet that is shown, for itself and for those like it.
pub(crate) struct Shown {
    pub(crate) told: Told,
    /// So many like it left at the same time: of pairs that share a base.
    pub(crate) times: usize,
    /// So many like it left later, and are not shown.
    pub(crate) more: usize,
    until: Duration,
}

/// Of packets that say the same and fare the same, the first `rounds` times, and no
/// more than `most` of all; and how many are left out at the end.
pub(crate) fn few(
    packets: &[Told],
    rounds: usize,
    most: usize,
) -> (Vec<Shown>, usize) {
    let mut shown: Vec<Shown> = Vec::new();
    let mut left_out = 0;
    for told in packets {
        let like = |one: &&mut Shown| one.told.is_like(told);
        let full = shown.len() == most;
        let before = shown.iter().filter(|one| one.told.is_like(told)).count();
        match shown.iter_mut().rfind(like) {
            Some(last) if last.told.at() == told.at() => last.times += 1,
            Some(last) if before >= rounds => {
                last.more += 1;
                last.until = told.at();
            }
            _ if full => left_out += 1,
            _ => shown.push(Shown {
                told: told.clone(),
                times: 1,
                more: 0,
                until: told.at(),
            }),
        }
    }
    (shown, left_out)
}

impl Shown {
    /// "2 x check to 203.0.113.1:40001, controlling"
    pub(crate) fn words(&self) -> String {
        match self.times {
            1 => self.told.words(),
            times => format!("{times} x {}", self.told.words()),
        }
    }

    /// "12 more like it, until 30.2 s"
    pub(crate) fn more(&self) -> Option<String> {
        let until = self.until.as_secs_f64();
        (self.more > 0)
            .then(|| format!("{} more like it, until {until:.2} s", self.more))
    }
}
