//! Packets on their way through a network, as a drawing: a line a place, time running down, and each packet slants
//! from where it was sent to where it arrived, or to the cross where it was dropped.
//!
//! Unlike a [`Ladder`](super::ladder::Ladder) this knows the places between the ends, and that a packet takes its
//! time: two that are on their way at once cross each other. It is small, since a page may hold a hundred: arrows and
//! crosses are drawn once a page, by [`marks`].

use std::fmt::{self, Write};
use std::time::Duration;

use super::html::escape;
use super::plain;
use crate::journey::{Journey, Stop};

/// What is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journeys {
    /// The places that get a line, from left to right.
    pub lanes: Vec<String>,
    /// The packets, in the order in which they were sent.
    pub packets: Vec<Traveler>,
}

/// A packet, and how it fared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traveler {
    /// What it says, in some sixty characters.
    pub label: String,
    /// Where it was. A place without a line is half-way to the middle.
    pub journey: Journey,
    /// How many like it went the same way at the same time: they share its line.
    pub times: usize,
    /// What is said after it, of packets that are not drawn.
    pub more: Option<String>,
}

impl Traveler {
    /// Whether another says the same and went the same way at the same time.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        self.label == other.label && self.journey == other.journey
    }
}

/// In units of the drawing, which is never shown smaller than its size.
const WIDTH: usize = 760;
const LEFT: usize = 84;
const RIGHT: usize = 46;
/// Where the first packet may begin, below the names of the places.
const TOP: usize = 26;
/// Down the page: to a packet's beginning, whose label stands above it; to a place that it passes; to its end; to a
/// reason; to what is said after it.
const BEGIN: usize = 25;
const PASS: usize = 3;
const END: usize = 7;
const REASON: usize = 15;
const MORE: usize = 20;
/// So many letters stand between the first line and the right edge.
const LETTERS: usize = 104;

/// What every drawing on a page points at: write it once, before them.
///
/// # Errors
/// Those of `out`.
pub fn marks(out: &mut impl Write) -> fmt::Result {
    out.write_str(
        "<svg class=\"journey-marks\" width=\"0\" height=\"0\" aria-hidden=\"true\"><defs>\
         <marker id=\"arrived\" viewBox=\"0 0 9 10\" refX=\"9\" refY=\"5\" markerWidth=\"9\" markerHeight=\"10\" \
         markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path d=\"M9 5L0 0V10z\"/></marker>\
         <marker id=\"dropped\" viewBox=\"0 0 12 12\" refX=\"6\" refY=\"6\" markerWidth=\"12\" markerHeight=\"12\" \
         markerUnits=\"userSpaceOnUse\"><path d=\"M1 1L11 11M11 1L1 11\"/></marker></defs></svg>\n",
    )
}

impl Journeys {
    /// Writes the drawing, as one `<svg>` that takes its colors from its surroundings. `title` is what a screen reader
    /// calls it; it then reads the labels and reasons in their order.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn svg(&self, title: &str, out: &mut impl Write) -> fmt::Result {
        let (places, bottom) = self.laid_out();
        write!(
            out,
            "<svg class=\"journeys\" viewBox=\"0 0 {WIDTH} {}\" width=\"{WIDTH}\" role=\"group\" aria-label=\"",
            bottom + 6
        )?;
        escape(title, out)?;
        out.write_str("\">\n<g class=\"lanes\">")?;
        for (lane, name) in self.lanes.iter().enumerate() {
            let x = self.x_of(lane);
            write!(out, "<path d=\"M{x} {}V{bottom}\"/><text x=\"{x}\" y=\"14\">", TOP - 6)?;
            escape(name, out)?;
            out.write_str("</text>")?;
        }
        out.write_str("</g>\n")?;
        for (class, mark, dropped) in [("go", "arrived", false), ("no", "dropped", true)] {
            write!(out, "<g class=\"{class}\" marker-end=\"url(#{mark})\">")?;
            for (packet, at) in self.packets.iter().zip(&places) {
                if packet.journey.dropped.is_some() == dropped {
                    path(at, out)?;
                }
            }
            out.write_str("</g>\n")?;
        }
        for (packet, at) in self.packets.iter().zip(&places) {
            packet.texts(at, out)?;
        }
        out.write_str("</svg>\n")
    }

    /// For each packet the points of its line; and how far down all of it goes.
    fn laid_out(&self) -> (Vec<Vec<Point>>, usize) {
        let mut stops: Vec<(Duration, usize, usize)> = Vec::new();
        for (number, packet) in self.packets.iter().enumerate() {
            let all = packet.journey.stops.iter().enumerate();
            stops.extend(all.map(|(stop, Stop { at, .. })| (*at, number, stop)));
        }
        stops.sort_unstable();
        let mut places: Vec<Vec<Point>> = vec![Vec::new(); self.packets.len()];
        let mut y = TOP;
        for (_, number, stop) in stops {
            let (packet, points) = (&self.packets[number], &mut places[number]);
            let last = stop + 1 == packet.journey.stops.len();
            y += match stop {
                0 => BEGIN,
                _ if last => END,
                _ => PASS,
            };
            let x = self.x(&packet.journey.stops[stop].place, points.last().map(|point| point.x));
            points.push(Point { x, y });
            if last {
                // A packet that is dropped where it begins still has a line to be seen.
                y += if packet.journey.dropped.is_some() { REASON } else { 0 };
                y += if packet.more.is_some() { MORE } else { 0 };
            }
        }
        (places, y + 10)
    }

    fn x(&self, place: &str, before: Option<usize>) -> usize {
        match self.lanes.iter().position(|lane| lane == place) {
            Some(lane) => self.x_of(lane),
            None => {
                let middle = (LEFT + WIDTH - RIGHT) / 2;
                before.unwrap_or(middle).midpoint(middle)
            }
        }
    }

    fn x_of(&self, lane: usize) -> usize {
        LEFT + lane * (WIDTH - LEFT - RIGHT) / self.lanes.len().saturating_sub(1).max(1)
    }
}

#[derive(Clone, Copy)]
struct Point {
    x: usize,
    y: usize,
}

fn path(points: &[Point], out: &mut impl Write) -> fmt::Result {
    out.write_str("<path d=\"M")?;
    for (number, Point { x, y }) in points.iter().enumerate() {
        write!(out, "{}{x} {y}", if number == 0 { "" } else { "L" })?;
    }
    if let [Point { x, .. }] = points {
        // Dropped before it left.
        write!(out, "H{}", x + 1)?;
    }
    out.write_str("\"/>")
}

impl Traveler {
    fn texts(&self, points: &[Point], out: &mut impl Write) -> fmt::Result {
        let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
        let eastward = last.x >= first.x;
        let at = self.journey.stops.first().map(|stop| stop.at).unwrap_or_default();
        write!(out, "<text class=\"time\" y=\"{}\">{}</text>", first.y - 4, Time(at))?;
        let times = if self.times > 1 { format!("{} × ", self.times) } else { String::new() };
        text("label", *first, first.y - 4, eastward, &format!("{times}{}", self.label), out)?;
        if let Some(why) = &self.journey.dropped {
            text("why", *last, last.y + 14, !eastward, why, out)?;
        }
        if let Some(more) = &self.more {
            let y = last.y + MORE - 4 + if self.journey.dropped.is_some() { REASON } else { 0 };
            text("more", Point { x: LEFT, y }, y, true, more, out)?;
        }
        out.write_char('\n')
    }
}

/// Beside the line at `point`, to its right or its left.
fn text(
    class: &str,
    point: Point,
    y: usize,
    rightward: bool,
    words: &str,
    out: &mut impl Write,
) -> fmt::Result {
    let (x, end) = if rightward { (point.x + 6, "") } else { (point.x - 6, " end") };
    write!(out, "<text class=\"{class}{end}\" x=\"{x}\" y=\"{y}\">")?;
    escape(&clip(&plain(words)), out)?;
    out.write_str("</text>")
}

fn clip(words: &str) -> String {
    match words.char_indices().nth(LETTERS) {
        None => words.to_owned(),
        Some((end, _)) => format!("{}\u{2026}", &words[..end]),
    }
}

/// `51 ms`, `1.25 s`.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_secs_f64() {
            seconds @ 1.0.. => write!(f, "{seconds:.2} s"),
            seconds => write!(f, "{:.0} ms", seconds * 1e3),
        }
    }
}
