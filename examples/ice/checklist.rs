//! The check list: each candidate of one side with each of the other, best first.

use std::cmp::Reverse;
use std::fmt::Write;
use std::time::Duration;

use scenario::{CheckState, Moment, PairView, Side, Story, What};
use tap::Tap;

/// The pairs that an agent ever had, best first, and how they fared.
pub(crate) struct Pairs {
    side: Side,
    pairs: Vec<PairView>,
    /// What was seen of them, and when.
    seen: Vec<(Duration, Vec<Option<Mark>>)>,
}

/// How far a pair is, in one letter.
#[derive(Clone, Copy, PartialEq)]
pub(crate) struct Mark(char);

impl Mark {
    const MEANING: &str = "w waiting   p in progress   S succeeded   F failed   \
                           N nominated   * in use";

    fn of(pair: &PairView) -> Self {
        Self(match pair.state {
            _ if pair.selected => '*',
            _ if pair.nominated => 'N',
            CheckState::Waiting => 'w',
            CheckState::InProgress => 'p',
            CheckState::Succeeded => 'S',
            CheckState::Failed => 'F',
        })
    }
}

// ANCHOR: checklist
/// The formula of RFC 8445 section 6.1.2.3. G is the priority of the controlling
/// agent's candidate, D of the controlled agent's: both sides get the same order.
fn priority(g: u32, d: u32) -> u64 {
    let (low, high) = (u64::from(g.min(d)), u64::from(g.max(d)));
    (low << 32) + 2 * high + u64::from(g > d)
}

impl Pairs {
    /// Goes through the story: each change of the list becomes a row of marks.
    pub(crate) fn of(side: Side, story: &Story) -> Self {
        let lists = || {
            story.moments.iter().filter_map(move |moment| match moment {
                Moment { at, side: whose, what: What::CheckList(list) }
                    if *whose == side =>
                {
                    Some((*at, list))
                }
                _ => None,
            })
        };
        let mut all = Self { side, pairs: Vec::new(), seen: Vec::new() };
        for pair in lists().flat_map(|(_, list)| list) {
            match all.number(pair) {
                Some(number) => all.pairs[number] = pair.clone(),
                None => all.pairs.push(pair.clone()),
            }
        }
        all.pairs.sort_by_key(|pair| Reverse(priority(pair.g, pair.d)));
        lists().for_each(|(at, list)| all.see(at, list));
        all
    }

    fn see(&mut self, at: Duration, list: &[PairView]) {
        let now = |known: &PairView| {
            list.iter().find(|pair| same(pair, known)).map(Mark::of)
        };
        let marks: Vec<_> = self.pairs.iter().map(now).collect();
        match self.seen.last_mut() {
            Some((_, last)) if *last == marks => {}
            Some((when, last)) if *when == at => *last = marks,
            _ => self.seen.push((at, marks)),
        }
    }
    // ANCHOR_END: checklist

    fn number(&self, pair: &PairView) -> Option<usize> {
        self.pairs.iter().position(|known| same(pair, known))
    }

    /// All pairs, as they were last seen, each with its name.
    pub(crate) fn named(&self) -> impl Iterator<Item = (String, &PairView)> {
        let letter = if self.side == Side::Left { 'L' } else { 'R' };
        (1..)
            .zip(&self.pairs)
            .map(move |(number, pair)| (format!("{letter}{number}"), pair))
    }

    /// What a pair is called.
    pub(crate) fn name(&self, pair: &PairView) -> String {
        let number = self.number(pair);
        self.named()
            .nth(number.unwrap_or(usize::MAX))
            .map_or("?".to_owned(), |(name, _)| name)
    }

    /// Each pair, and what its priority is made of.
    pub(crate) fn tell(&self, tap: &Tap) {
        tap.print(&format!("\n{}:", self.side));
        for (name, pair) in self.named() {
            let (local, remote) = (&pair.local, &pair.remote);
            tap.print(&format!(
                "  {name:<3} {:<5} {:<21} - {:<5} {}\n      \
                 G {g}, D {d}: 2^32 min + 2 max + {more} = {}",
                local.kind.to_string(),
                local.address.to_string(),
                remote.kind.to_string(),
                remote.address,
                priority(pair.g, pair.d),
                g = pair.g,
                d = pair.d,
                more = u8::from(pair.g > pair.d),
            ));
        }
    }

    /// The list as it changes: a line a change, a column a pair.
    pub(crate) fn tell_changes(&self, tap: &Tap) {
        let mut head = format!("\n{:>11} ", self.side.to_string());
        for (name, _) in self.named() {
            let _ = write!(head, " {name:>3}");
        }
        tap.print(&head);
        for (at, marks) in &self.seen {
            let mut line = format!("{:>8.1} ms ", at.as_secs_f64() * 1e3);
            for mark in marks {
                let _ =
                    write!(line, " {:>3}", mark.map_or('-', |Mark(letter)| letter));
            }
            tap.print(&line);
        }
    }

    pub(crate) fn tell_meaning(tap: &Tap) {
        tap.print(&format!("\n  {}", Mark::MEANING));
    }
}

fn same(one: &PairView, other: &PairView) -> bool {
    one.local.address == other.local.address
        && one.local.kind == other.local.kind
        && one.remote.address == other.remote.address
}
