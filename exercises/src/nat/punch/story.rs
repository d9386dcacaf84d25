//! What became of each packet, as text.

use std::net::SocketAddr;
use std::ops::Range;

use sim::{Home, HostId, Packet, PacketId, Payload, Place, Reason, RouterId, What};

use super::Edge;
use super::puncher::{ANSWER, Meeting, QUESTION};

/// So many lines a story has; the last one tells how it ends.
const LINES: usize = 10;

/// The packets between the two, each once, with what became of it.
pub(super) struct Story {
    pub(super) text: String,
    lines: Vec<Line>,
}

struct Line {
    at: Range<usize>,
    packet: Seen,
}

/// What became of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    UnderWay,
    Arrived,
    /// An answer that came from elsewhere than the question had gone to.
    FromElsewhere,
    /// By what of which side.
    Dropped(&'static str, &'static str),
}

impl Story {
    pub(super) fn of(meeting: &Meeting, left: Edge, right: Edge) -> Self {
        let mut story = Self { text: String::new(), lines: Vec::new() };
        for ((host, _), (side, edge)) in meeting.sides.iter().zip([("left", left), ("right", right)]) {
            let seen = meeting.puncher(*host).and_then(|puncher| puncher.seen);
            let seen = seen.map_or_else(|| "sees nothing".to_owned(), |seen| format!("sees {}", short(seen)));
            story.text += &format!("{side:<5} is behind {:<10} the server {seen}\n", edge.name());
        }
        let mut told: Vec<String> = Vec::new();
        for packet in packets(meeting) {
            let what = if packet.answer { "yes!" } else { "hole" };
            let fate = match packet.fate {
                Fate::UnderWay => continue,
                Fate::Arrived => "comes in".to_owned(),
                Fate::FromElsewhere => "comes from a wrong port".to_owned(),
                Fate::Dropped(whose, what) => format!("dropped by {whose}'s {what}"),
            };
            let way = format!("{} -> {}", short(packet.from), short(packet.to));
            let line = format!("{way:<26} {what}  {fate}");
            if told.contains(&line) {
                continue;
            }
            told.push(line.clone());
            if told.len() > LINES {
                story.text += "and so on\n";
                break;
            }
            let start = story.text.len();
            story.text += &line;
            story.lines.push(Line { at: start..story.text.len(), packet });
            story.text.push('\n');
        }
        story
    }

    /// The packet that shows the student's mistake.
    pub(super) fn point(&self, returned: bool) -> (Range<usize>, String) {
        let dropped = |line: &&Line| matches!(line.packet.fate, Fate::Dropped(..));
        let elsewhere = |line: &&Line| line.packet.fate == Fate::FromElsewhere;
        let answered = |line: &&Line| line.packet.answer && line.packet.fate == Fate::Arrived;
        let line = if returned {
            self.lines.iter().rev().find(dropped).or(self.lines.iter().find(elsewhere))
        } else {
            self.lines.iter().find(answered)
        };
        let Some(Line { at, packet }) = line else {
            return (0..self.text.find('\n').unwrap_or(0), "not even a first packet".to_owned());
        };
        let (from, to) = (short(packet.from), short(packet.to));
        let label = match packet.fate {
            Fate::Dropped(_, FILTER) => format!("{to} did not write to {from}"),
            Fate::Dropped(..) => "no UDP passes".to_owned(),
            Fate::FromElsewhere => format!("{to} had asked {}", short(packet.asked)),
            Fate::Arrived | Fate::UnderWay => format!("{to} had asked {from}: they meet"),
        };
        (at.clone(), label)
    }
}

const FILTER: &str = "filter";

/// A packet as the internet saw it.
struct Seen {
    from: SocketAddr,
    to: SocketAddr,
    /// The endpoint that was written to: of an answer, by the question.
    asked: SocketAddr,
    answer: bool,
    fate: Fate,
}

/// All holes and answers, in the order in which they ended.
fn packets(meeting: &Meeting) -> Vec<Seen> {
    let (log, _) = meeting.world.log();
    let mut under_way: Vec<(PacketId, Seen)> = Vec::new();
    for incident in log {
        let Some(id) = incident.packet else { continue };
        match &incident.what {
            What::Sent(packet) if is_host(incident.place) => {
                under_way.extend(seen(packet).map(|seen| (id, seen)))
            }
            What::Translated { after, .. } => {
                // Out by the sender's NAT; what the receiver's NAT does, nobody outside sees.
                if let Some(seen) = find(&mut under_way, id).filter(|seen| seen.to == after.to) {
                    seen.from = after.from;
                }
            }
            What::Arrived(_) if is_host(incident.place) => {
                if let Some(seen) = find(&mut under_way, id) {
                    let right = !seen.answer || seen.asked == seen.from;
                    seen.fate = if right { Fate::Arrived } else { Fate::FromElsewhere };
                }
            }
            What::Dropped(reason) => {
                if let Some(seen) = find(&mut under_way, id) {
                    let what = if matches!(reason, Reason::Nat(_)) { FILTER } else { "firewall" };
                    seen.fate = Fate::Dropped(whose(meeting, incident.place), what);
                }
            }
            _ => {}
        }
    }
    under_way.into_iter().map(|(_, seen)| seen).collect()
}

/// A hole or an answer, as its sender put it on the wire.
fn seen(packet: &Packet) -> Option<Seen> {
    let Payload::Udp(bytes) = &packet.payload else { return None };
    let (answer, asked) = match (bytes.strip_prefix(QUESTION), bytes.strip_prefix(ANSWER)) {
        (Some(asked), _) => (false, asked),
        (None, Some(asked)) => (true, asked),
        (None, None) => return None,
    };
    let asked = std::str::from_utf8(asked).ok()?.parse().ok()?;
    Some(Seen { from: packet.from, to: packet.to, asked, answer, fate: Fate::UnderWay })
}

fn find(under_way: &mut [(PacketId, Seen)], id: PacketId) -> Option<&mut Seen> {
    under_way.iter_mut().find(|(other, _)| *other == id).map(|(_, seen)| seen)
}

fn is_host(place: Place) -> bool {
    matches!(place, Place::Host(_))
}

/// On which side a place is.
fn whose(meeting: &Meeting, place: Place) -> &'static str {
    let names = ["left", "right"];
    let on = |(host, routers): &(HostId, Vec<RouterId>)| match place {
        Place::Host(other) => *host == other,
        Place::Router(router, _) => routers.contains(&router),
        Place::Network(_) => false,
    };
    meeting.sides.iter().position(on).map_or("the internet", |side| names[side])
}

/// `left:40000` for the left side's outside, `right:40000` for the right one's.
fn short(endpoint: SocketAddr) -> String {
    let name = [("left", Home::LEFT), ("right", Home::RIGHT)]
        .into_iter()
        .find(|(_, home)| endpoint.ip() == home.outside || endpoint.ip() == home.host);
    match name {
        Some((name, _)) => format!("{name}:{}", endpoint.port()),
        None => endpoint.to_string(),
    }
}
