//! From the world's log to a film.

use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

use sim::{Incident, Mapping, MappingId, PacketId, Payload, Place, Reason, Side, Way, What};
use wire::trace::Event;
use wire::{Dissection, Session};

use super::cast::{Cast, Kind};
use super::words::{Passing, lets_in, name};
use super::{Change, Changed, Fate, Film, Happening, Leg, Packet, Role, Step};

/// Reads a log, incident by incident.
#[derive(Debug)]
pub struct Reel<'c> {
    cast: &'c Cast,
    /// How long a link takes, to draw how far what it loses came.
    latency: Duration,
    session: Session,
    packets: Vec<Packet>,
    known: HashMap<PacketId, usize>,
    /// Who asked with which transaction id.
    questions: HashMap<Vec<u8>, usize>,
    /// The pairs of addresses that firewalls remember, and when they saw them last.
    flows: Vec<(usize, String, u64)>,
    lines: HashMap<(usize, MappingId), Mapping>,
    steps: Vec<(Duration, Step)>,
    open: Option<Open>,
    left_out: usize,
    icmp: usize,
    /// The newest packet so far. They are numbered in the order in which they are first sent.
    newest: Option<PacketId>,
}

/// What one router does at one moment with one packet takes several incidents.
#[derive(Debug)]
struct Open {
    at: Duration,
    id: PacketId,
    place: usize,
    step: usize,
    came: sim::Packet,
    after: Option<sim::Packet>,
    made: Option<Vec<String>>,
    inward: bool,
}

impl<'c> Reel<'c> {
    /// So many packets are shown.
    pub const MOST_PACKETS: usize = 600;

    /// A film without a picture.
    #[must_use]
    pub fn new(cast: &'c Cast, latency: Duration) -> Self {
        Self {
            cast,
            latency,
            session: Session::new(None),
            packets: Vec::new(),
            known: HashMap::new(),
            questions: HashMap::new(),
            flows: Vec::new(),
            lines: HashMap::new(),
            steps: Vec::new(),
            open: None,
            left_out: 0,
            icmp: 0,
            newest: None,
        }
    }

    /// Something that a peer learned or decided.
    pub fn note(&mut self, at: Duration, lane: usize, text: String) {
        self.step(at, lane, Happening::Noted, None, text);
    }

    /// The next incident of the log.
    pub fn take(&mut self, incident: &Incident) {
        let Incident { at, place, packet: id, way, what } = incident;
        let lane = self.cast.lane(*place);
        match (what, id, lane) {
            (What::Sent(packet), Some(id), Some(lane)) => self.sent(*at, *id, lane, *way, packet),
            (What::Arrived(packet), Some(id), Some(lane)) => self.arrived(incident, *id, lane, packet),
            (What::Translated { after, .. }, Some(id), Some(lane)) => {
                if let Some(open) = self.now_open(*at, *id, lane) {
                    open.after = Some(after.clone());
                }
            }
            (What::Mapped(mapping), _, Some(lane)) => self.changed(*at, *id, lane, mapping, Changed::Made),
            (What::Refreshed(mapping), _, Some(lane)) => self.changed(*at, *id, lane, mapping, Changed::Used),
            (What::Expired(line), _, Some(lane)) => self.expired(*at, lane, *line),
            (What::Dropped(reason), Some(id), _) if reason.is_on_the_way() => {
                self.lost(*at, *id, *way, *reason);
            }
            (What::Dropped(reason), Some(id), Some(lane)) => self.refused(*at, *id, lane, *reason),
            _ => {}
        }
    }

    /// The film so far.
    #[must_use]
    pub fn finish(mut self) -> Film {
        self.close();
        // What happens at the same time stays in its order; but what a peer learned stands before what it sends for it.
        let mut order: Vec<usize> = (0..self.steps.len()).collect();
        order.sort_by_key(|&step| self.order(step));
        let mut place = vec![0; order.len()];
        for (new, &old) in order.iter().enumerate() {
            if let Some(place) = place.get_mut(old) {
                *place = new;
            }
        }
        let moved = |step: usize| place.get(step).copied().unwrap_or_default();
        for leg in self.packets.iter_mut().flat_map(|packet| &mut packet.legs) {
            leg.starts = moved(leg.starts);
            leg.ends = leg.ends.map(moved);
        }
        let steps = order.iter().filter_map(|&step| self.steps.get(step).map(|(_, step)| step.clone()));
        Film {
            lanes: self.cast.lanes().to_vec(),
            steps: steps.collect(),
            packets: self.packets,
            icmp: self.icmp,
            left_out: self.left_out,
        }
    }

    /// Where a step belongs: its time, then its place in the log.
    fn order(&self, step: usize) -> (Duration, usize) {
        let Some((at, told)) = self.steps.get(step) else { return (Duration::MAX, step) };
        if told.kind != Happening::Noted {
            return (*at, 2 * step + 1);
        }
        let sends = |(other, sent): &(Duration, Step)| {
            other == at && sent.lane == told.lane && sent.kind == Happening::Sent
        };
        (*at, self.steps.iter().position(sends).map_or(usize::MAX, |sent| 2 * sent))
    }

    fn sent(&mut self, at: Duration, id: PacketId, lane: usize, way: Option<Way>, packet: &sim::Packet) {
        let passes = self.now_open(at, id, lane).map(|open| open.step);
        let step = match passes {
            Some(step) => step,
            None => {
                self.close();
                let Some(index) = self.appear(at, id, packet) else { return };
                let label = self.label(index);
                let text = format!("The {} sends {label} to {}.", self.name(lane), packet.to);
                self.step(at, lane, Happening::Sent, Some(index), text)
            }
        };
        let to = way.and_then(|way| way.to).and_then(|to| self.cast.lane(to));
        let to = to.unwrap_or_else(|| self.cast.inward(lane));
        if let Some(packet_index) = self.known.get(&id).copied()
            && let Some(known) = self.packets.get_mut(packet_index)
        {
            known.legs.push(Leg {
                from: lane,
                to,
                way: way.map_or(0, |way| way.number),
                at: at.into(),
                until: at.into(),
                source: packet.from,
                target: packet.to,
                fate: Fate::Flying,
                why: None,
                again: false,
                starts: step,
                ends: None,
            });
        }
    }

    fn arrived(&mut self, incident: &Incident, id: PacketId, lane: usize, packet: &sim::Packet) {
        let Incident { at, place, way, .. } = *incident;
        self.close();
        let Some(index) = self.known.get(&id).copied() else { return };
        let label = self.label(index);
        let (kind, text) = match place {
            Place::Host(_) => {
                let who = self.name(lane);
                (Happening::Arrived, format!("The {who} gets {label} from {}.", packet.from))
            }
            _ => (Happening::Passed, String::new()),
        };
        let step = self.step(at, lane, kind, Some(index), text);
        self.land(index, at, way, lane, step);
        if let Place::Router(_, side) = place {
            self.open = Some(Open {
                at,
                id,
                place: lane,
                step,
                came: packet.clone(),
                after: None,
                made: None,
                inward: side == Side::Outside,
            });
        }
    }

    /// Ends the leg that was on its way to `lane`; where that ended already, the link delivered the packet twice.
    fn land(&mut self, packet: usize, at: Duration, way: Option<Way>, lane: usize, step: usize) {
        let Some(packet) = self.packets.get_mut(packet) else { return };
        let way = way.map_or(0, |way| way.number);
        let flying = packet.legs.iter().position(|leg| leg.fate == Fate::Flying && leg.way == way);
        let leg = match flying {
            Some(leg) => leg,
            None => {
                let Some(twice) = packet.legs.iter().rfind(|leg| leg.way == way).cloned() else { return };
                packet.legs.push(Leg { again: true, why: None, ..twice });
                packet.legs.len() - 1
            }
        };
        if let Some(leg) = packet.legs.get_mut(leg) {
            (leg.to, leg.until, leg.fate, leg.ends) = (lane, at.into(), Fate::Arrived, Some(step));
        }
    }

    fn refused(&mut self, at: Duration, id: PacketId, lane: usize, reason: Reason) {
        if self.now_open(at, id, lane).is_none() {
            return;
        }
        let (Some(index), Some(open)) = (self.known.get(&id).copied(), self.open.take()) else { return };
        let label = self.label(index);
        let arrived = |leg: &&mut Leg| leg.ends == Some(open.step);
        if let Some(leg) =
            self.packets.get_mut(index).and_then(|packet| packet.legs.iter_mut().rfind(arrived))
        {
            (leg.fate, leg.why) = (Fate::Dropped, Some(reason.to_string()));
        }
        let name = self.name(lane);
        let line = self
            .lines
            .iter()
            .filter(|((at, _), mapping)| *at == lane && mapping.external == open.came.to)
            .map(|((_, line), _)| line.0)
            .max();
        let Some((_, told)) = self.steps.get_mut(open.step) else { return };
        told.kind = Happening::Dropped;
        told.text =
            format!("The {name} drops {label} from {} to {}: {reason}.", open.came.from, open.came.to);
        if let (Some(line), true) = (line, open.inward) {
            told.changes.push(Change {
                lane,
                what: Changed::Refused,
                line,
                internal: None,
                external: Some(open.came.to),
                lets_in: Vec::new(),
                expires: None,
                refused: Some(open.came.from),
            });
        }
    }

    /// Ends a leg on its way. A copy that a link made may still arrive.
    fn lost(&mut self, at: Duration, id: PacketId, way: Option<Way>, reason: Reason) {
        let Some(index) = self.known.get(&id).copied() else { return };
        let (label, way) = (self.label(index), way.map_or(0, |way| way.number));
        let steps = self.steps.len();
        let Some(packet) = self.packets.get_mut(index) else { return };
        let flies = |leg: &&mut Leg| leg.fate == Fate::Flying && leg.way == way;
        let Some(leg) = packet.legs.iter_mut().rfind(flies) else { return };
        (leg.fate, leg.why, leg.ends) = (Fate::Lost, Some(reason.to_string()), Some(steps));
        leg.until = (at + self.latency).into();
        let (from, target) = (leg.from, leg.target);
        let text = match reason {
            Reason::Lost => format!("The link loses {label} to {target}."),
            Reason::NoRoute => {
                format!("Nobody out there has the address {}: {label} ends on the way.", target.ip())
            }
            _ => format!("{label} to {target} ends on the way: {reason}."),
        };
        self.step(at + self.latency / 2, from, Happening::Lost, Some(index), text);
    }

    fn changed(&mut self, at: Duration, id: Option<PacketId>, lane: usize, mapping: &Mapping, what: Changed) {
        let filtering = self.cast.lanes().get(lane).and_then(|lane| lane.filtering);
        let open_to = lets_in(mapping, filtering);
        self.lines.insert((lane, mapping.id), mapping.clone());
        let change = Change {
            lane,
            what,
            line: mapping.id.0,
            internal: Some(mapping.internal),
            external: Some(mapping.external),
            lets_in: open_to.clone(),
            expires: Some(mapping.expires.into()),
            refused: None,
        };
        let step = id.and_then(|id| {
            let open = self.now_open(at, id, lane)?;
            if what == Changed::Made {
                open.made = Some(open_to);
            }
            Some(open.step)
        });
        if let Some((_, step)) = step.and_then(|step| self.steps.get_mut(step)) {
            step.changes.push(change);
        }
    }

    fn expired(&mut self, at: Duration, lane: usize, line: MappingId) {
        let Some(mapping) = self.lines.remove(&(lane, line)) else { return };
        let text = format!(
            "The {} forgets that {} was {}: nothing refreshed the mapping in time.",
            self.name(lane),
            mapping.internal,
            mapping.external
        );
        // The world notices when something happens next; the time is that at which it ended.
        let step = self.step(at.min(mapping.expires.max(mapping.made)), lane, Happening::Expired, None, text);
        if let Some((_, step)) = self.steps.get_mut(step) {
            step.changes.push(Change {
                lane,
                what: Changed::Expired,
                line: line.0,
                internal: Some(mapping.internal),
                external: Some(mapping.external),
                lets_in: Vec::new(),
                expires: None,
                refused: None,
            });
        }
    }

    /// The router's work that is under way, if it is this one.
    fn now_open(&mut self, at: Duration, id: PacketId, lane: usize) -> Option<&mut Open> {
        self.open.as_mut().filter(|open| open.at == at && open.id == id && open.place == lane)
    }

    /// Writes what the router did.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        let Some(index) = self.known.get(&open.id).copied() else { return };
        let label = self.label(index);
        let name = self.name(open.place);
        let text = Passing {
            lane: name,
            label: &label,
            before: (open.came.from, open.came.to),
            after: open.after.as_ref().map(|after| (after.from, after.to)),
            made: open.made.as_deref(),
        }
        .text();
        let flow = self.flow(&open);
        if let Some((_, step)) = self.steps.get_mut(open.step) {
            step.text = text;
            step.changes.extend(flow);
        }
    }

    /// What a firewall remembers of a packet on its way out.
    fn flow(&mut self, open: &Open) -> Option<Change> {
        let firewall = self.cast.lanes().get(open.place).is_some_and(|lane| lane.kind == Kind::Firewall);
        if !firewall || open.inward {
            return None;
        }
        let key = format!("{} {}", open.came.from, open.came.to);
        let known = self.flows.iter().find(|(lane, known, _)| *lane == open.place && *known == key);
        let (what, line) = match known {
            Some((.., line)) => (Changed::Used, *line),
            None => {
                let line = self.flows.len() as u64 + 1;
                self.flows.push((open.place, key, line));
                (Changed::Made, line)
            }
        };
        Some(Change {
            lane: open.place,
            what,
            line,
            internal: Some(open.came.from),
            external: None,
            lets_in: vec![open.came.to.to_string()],
            expires: Some((open.at + sim::Firewall::symmetric().lifetime).into()),
            refused: None,
        })
    }

    /// A packet that nobody saw before; none where there are too many.
    fn appear(&mut self, at: Duration, id: PacketId, packet: &sim::Packet) -> Option<usize> {
        // One that is not shown comes here again with each of its legs.
        let first = self.newest.is_none_or(|newest| newest < id);
        self.newest = self.newest.max(Some(id));
        if matches!(packet.payload, Payload::Icmp(_)) {
            self.icmp += usize::from(first);
            return None;
        }
        if self.packets.len() >= Self::MOST_PACKETS {
            self.left_out += usize::from(first);
            return None;
        }
        let mut told = Packet {
            no: id.0,
            at: at.into(),
            role: Role::Other,
            label: name(packet, ""),
            answers: None,
            bytes: String::new(),
            legs: Vec::new(),
        };
        match &packet.payload {
            Payload::Icmp(_) | Payload::Tcp(_) => {}
            Payload::Udp(bytes) => {
                let event = Event::udp(at, packet.from, packet.to, bytes.to_vec());
                let d = self.session.dissect(&event);
                let transaction = d.find("Transaction ID").map(|node| d.bytes(node.span).to_vec());
                (told.role, told.label) = role(&d, packet);
                for byte in bytes {
                    // Writing to a String cannot fail.
                    let _ = write!(told.bytes, "{byte:02x}");
                }
                match (told.role, transaction) {
                    (Role::Answer | Role::Error, Some(transaction)) => {
                        told.answers = self.questions.get(&transaction).copied();
                    }
                    (Role::Ask | Role::Check | Role::Nominate, Some(transaction)) => {
                        self.questions.entry(transaction).or_insert(self.packets.len());
                    }
                    _ => {}
                }
            }
        }
        self.packets.push(told);
        self.known.insert(id, self.packets.len() - 1);
        Some(self.packets.len() - 1)
    }

    fn step(
        &mut self,
        at: Duration,
        lane: usize,
        kind: Happening,
        packet: Option<usize>,
        text: String,
    ) -> usize {
        self.steps.push((at, Step { at: at.into(), lane, kind, packet, text, changes: Vec::new() }));
        self.steps.len() - 1
    }

    fn name(&self, lane: usize) -> &'static str {
        self.cast.lanes().get(lane).map_or("network", |lane| lane.name)
    }

    fn label(&self, packet: usize) -> String {
        self.packets.get(packet).map(|packet| packet.label.clone()).unwrap_or_default()
    }
}

/// What a datagram is for, and its name in a sentence.
fn role(d: &Dissection<'_>, packet: &sim::Packet) -> (Role, String) {
    let summary = d.summary();
    let is = |name| d.find(name).is_some();
    let mapped = d.find("XOR-MAPPED-ADDRESS").and_then(wire::Node::addr);
    match summary.as_str() {
        text if !text.starts_with("Binding") => (Role::Other, name(packet, text)),
        text if text.contains("request") && is("USE-CANDIDATE") => {
            (Role::Nominate, "a check that nominates".to_owned())
        }
        text if text.contains("request") && is("USERNAME") => (Role::Check, "a check".to_owned()),
        text if text.contains("request") => (Role::Ask, "a Binding request".to_owned()),
        text if text.contains("error") => (Role::Error, name(packet, &format!("a {text}"))),
        text if text.contains("response") => {
            let seen = mapped.map(|address| format!(" \"you are {address}\"")).unwrap_or_default();
            (Role::Answer, format!("the answer{seen}"))
        }
        text => (Role::Indication, name(packet, text)),
    }
}
