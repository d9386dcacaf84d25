//! A conversation as a sequence diagram: a line a host, an arrow a packet, time running down.
//!
//! [`Ladder::of`] draws it up from events, [`Ladder::figure`] and [`Ladder::svg`] put it on a page, and
//! [`Ladder::text`] on a terminal.

mod svg;
mod terminal;

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::time::Duration;

use crate::protocols;
use crate::trace::Event;
use crate::tree::{Dissection, Severity};

/// Who talks, and what was said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ladder {
    /// The lines, from left to right.
    pub hosts: Vec<Host>,
    /// The arrows, from top to bottom.
    pub steps: Vec<Step>,
    /// How many steps were left out because they are too many.
    pub more: usize,
}

/// One end: an address, and what to call it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Host {
    /// "ping"; without one the address is the name.
    pub name: Option<String>,
    /// "127.0.0.1:5000"
    pub address: String,
}

/// One packet on its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// When. Shown as the time since the first step.
    pub at: Duration,
    /// The line it starts from, as a place in [`Ladder::hosts`].
    pub from: usize,
    /// The line it goes to.
    pub to: usize,
    /// What is said of it.
    pub said: Said,
    /// Whether it never arrived.
    pub lost: bool,
}

/// What is said of a packet: all that [`Ladder::of`] cannot know from its event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What it says, in some forty characters.
    pub label: String,
    /// More, in smaller letters: its size, what is wrong with it.
    pub detail: Option<String>,
    /// Where a click on the arrow leads: the packet.
    pub link: Option<String>,
    /// The worst that is to say of it.
    pub worst: Option<Severity>,
}

impl Said {
    /// What a dissection says of itself: the layer's summary, and what is wrong.
    #[must_use]
    pub fn of(d: &Dissection<'_>) -> Self {
        let worst = d.worst();
        let wrong = worst.filter(|worst| *worst >= Severity::Warning);
        let note = wrong.and_then(|worst| d.notes().iter().find(|note| note.severity == worst));
        let detail = note.map(|note| note.text.clone().into_owned());
        Self { label: d.summary(), detail, link: None, worst }
    }

    /// As [`Said::of`], of the protocol that the bytes look like.
    #[must_use]
    pub fn guess(event: &Event) -> Self {
        Self::of(&protocols::guess(&event.bytes).dissect(&event.bytes[..]))
    }

    /// The same, with a link.
    #[must_use]
    pub fn with_link(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }
}

impl Ladder {
    /// So many lines are drawn. Where more hosts talk, the last line stands for all that came later.
    pub const MOST_HOSTS: usize = 8;
    /// So many steps are drawn by [`Ladder::of`]; the rest are counted.
    pub const MOST_STEPS: usize = 200;

    /// Draws up a ladder. Hosts stand in the order in which they first appear; two ports of one address
    /// are two hosts, unless they have one name: a client opens many connections. `name` gives a host a name, `say` says what a packet is and is asked only for
    /// packets that are drawn: [`Said::guess`] does where there is no session.
    pub fn of<'e>(
        events: impl IntoIterator<Item = &'e Event>,
        name: &dyn Fn(SocketAddr) -> Option<String>,
        say: &mut dyn FnMut(&Event) -> Said,
    ) -> Self {
        let mut events = events.into_iter();
        let mut hosts = Hosts::default();
        let mut steps = Vec::new();
        for event in events.by_ref().take(Self::MOST_STEPS) {
            let (from, to) = (hosts.place(event.from, name), hosts.place(event.to, name));
            steps.push(Step { at: event.at, from, to, said: say(event), lost: false });
        }
        let hosts = hosts.drawn();
        for step in &mut steps {
            step.from = step.from.min(Self::MOST_HOSTS - 1);
            step.to = step.to.min(Self::MOST_HOSTS - 1);
        }
        Self { hosts, steps, more: events.count() }
    }

    /// What a screen reader, or a tooltip, says of a step.
    fn sentence(&self, step: &Step) -> impl Display {
        let name = |at: usize| self.hosts.get(at).map_or("?", Host::called).to_owned();
        let time = Since(step.at.saturating_sub(self.start()));
        let lost = if step.lost { ", lost" } else { "" };
        let wrong = match step.said.worst {
            Some(Severity::Error) => ", error",
            Some(Severity::Warning) => ", warning",
            _ => "",
        };
        format!("{time}, {} to {}: {}{lost}{wrong}", name(step.from), name(step.to), step.said.label)
    }

    fn start(&self) -> Duration {
        self.steps.iter().map(|step| step.at).min().unwrap_or_default()
    }

    /// The steps that can be drawn: those whose ends are there, as many as are allowed.
    fn drawn(&self) -> impl Iterator<Item = &Step> {
        let drawable = |step: &&Step| step.from < self.lines() && step.to < self.lines();
        self.steps.iter().filter(drawable).take(Self::MOST_STEPS)
    }

    /// How many steps the drawing leaves out.
    fn left_out(&self) -> usize {
        self.more + self.steps.len() - self.drawn().count()
    }

    fn lines(&self) -> usize {
        self.hosts.len().min(Self::MOST_HOSTS)
    }
}

impl Host {
    /// Its name, or else its address.
    #[must_use]
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.address)
    }
}

#[derive(Default)]
struct Hosts {
    hosts: Vec<Host>,
    places: Vec<(SocketAddr, usize)>,
}

impl Hosts {
    fn place(&mut self, addr: SocketAddr, name: &dyn Fn(SocketAddr) -> Option<String>) -> usize {
        if let Some((_, place)) = self.places.iter().find(|(seen, _)| *seen == addr) {
            return *place;
        }
        let (name, address) = (name(addr), addr.to_string());
        let namesake = |host: &Host| name.is_some() && host.name == name;
        let place = self.hosts.iter().position(namesake).unwrap_or(self.hosts.len());
        match self.hosts.get_mut(place) {
            Some(host) if host.address.ends_with(MORE) => {}
            Some(host) => host.address += MORE,
            None => self.hosts.push(Host { name, address }),
        }
        self.places.push((addr, place));
        place
    }

    fn drawn(mut self) -> Vec<Host> {
        if self.hosts.len() > Ladder::MOST_HOSTS {
            let own = Ladder::MOST_HOSTS - 1;
            let address = format!("{} others", self.hosts.len() - own);
            self.hosts.truncate(own);
            self.hosts.push(Host { name: None, address });
        }
        self.hosts
    }
}

/// Behind the first address of a host that has more.
const MORE: &str = " \u{2026}";

/// A time since the start, in at most nine columns: `0 ms`, `+0.35 ms`, `+12.4 ms`, `+1.50 s`, `+30 d`.
struct Since(Duration);

impl Display for Since {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let ms = self.0.as_secs_f64() * 1e3;
        let text = match ms {
            0.0 => "0 ms".to_owned(),
            ..9.995 => format!("+{ms:.2} ms"),
            ..99.95 => format!("+{ms:.1} ms"),
            ..999.5 => format!("+{ms:.0} ms"),
            ..99_995.0 => format!("+{:.2} s", ms / 1e3),
            ..1e8 => format!("+{:.0} s", ms / 1e3),
            ..8.64e12 => format!("+{:.0} d", ms / 8.64e7),
            // A capture may claim anything; the column has its width.
            _ => format!("+{:.0e} d", ms / 8.64e7),
        };
        f.pad(&text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_short_however_long_they_are() {
        for (us, text) in [
            (0, "0 ms"),
            (3, "+0.00 ms"),
            (347, "+0.35 ms"),
            (9_996, "+10.0 ms"),
            (12_400, "+12.4 ms"),
            (250_000, "+250 ms"),
            (999_900, "+1.00 s"),
            (39_500_000, "+39.50 s"),
            (120_000_000, "+120 s"),
            (86_400_000_000 * 30, "+30 d"),
            (u64::MAX, "+2e8 d"),
        ] {
            assert_eq!(Since(Duration::from_micros(us)).to_string(), text);
        }
    }
}
