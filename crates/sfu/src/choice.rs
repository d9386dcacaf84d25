//! Which layer of a simulcast a subscriber is sent.
//!
//! - `off`: none.
//! - a rid: that layer; while it is dry, the next smaller one that is not, or else the next larger.
//! - `auto`: the largest that the bandwidth estimate has room for. Down at once where there is none; up only where
//!   there has been [`ROOM`] times what the larger one takes, for [`PATIENCE`]. Both together are the hysteresis
//!   that keeps the picture from flapping.
//!
//! A layer is dry when nothing of it has come for a while: browsers stop the larger ones where their own uplink is short.

use std::time::{Duration, Instant};

/// Upward takes so much room.
pub const ROOM: f64 = 1.25;
/// For so long.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// What a subscriber wants of a video.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Wanted {
    /// The largest that there is room for.
    #[default]
    Auto,
    /// Nothing.
    Off,
    /// A layer by its rid.
    Rid(String),
}

impl Wanted {
    /// Reads what [`Wanted::name`] writes.
    #[must_use]
    pub fn of(name: &str) -> Self {
        match name {
            "auto" => Self::Auto,
            "off" => Self::Off,
            rid => Self::Rid(rid.to_owned()),
        }
    }

    /// `auto`, `off`, or the rid.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Auto => "auto",
            Self::Off => "off",
            Self::Rid(rid) => rid,
        }
    }
}

/// A layer, to be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name.
    pub rid: String,
    /// Bits a second.
    pub rate: u64,
    /// Whether packets come.
    pub alive: bool,
}

/// Chooses for one subscriber, and remembers since when there is room for more.
#[derive(Clone, Debug, Default)]
pub struct Chooser {
    room: Option<(usize, Instant)>,
}

impl Chooser {
    /// The layer to send, of those given, small ones first; `None`: nothing. `budget` is what may be sent, in bits a
    /// second; without it nothing is known against the largest.
    pub fn choose(
        &mut self,
        wanted: &Wanted,
        layers: &[Candidate],
        current: Option<usize>,
        budget: Option<u64>,
        now: Instant,
    ) -> Option<usize> {
        match wanted {
            Wanted::Off => None,
            Wanted::Rid(rid) => {
                let place = layers.iter().position(|layer| layer.rid == *rid).unwrap_or(layers.len());
                nearest(layers, place)
            }
            Wanted::Auto => self.auto(layers, current, budget, now),
        }
    }

    fn auto(
        &mut self,
        layers: &[Candidate],
        current: Option<usize>,
        budget: Option<u64>,
        now: Instant,
    ) -> Option<usize> {
        let fits = |room: f64| {
            layers.iter().rposition(|layer| {
                layer.alive && budget.is_none_or(|budget| layer.rate as f64 * room <= budget as f64)
            })
        };
        let smallest = || nearest(layers, 0);
        let Some(current) = current.filter(|at| layers.get(*at).is_some_and(|layer| layer.alive)) else {
            self.room = None;
            return fits(1.0).or_else(smallest);
        };
        let most = fits(1.0).or_else(smallest)?;
        if most < current {
            self.room = None;
            return Some(most);
        }
        let Some(more) = fits(ROOM).filter(|more| *more > current) else {
            self.room = None;
            return Some(current);
        };
        let since = self.room.filter(|(layer, _)| *layer <= more).map_or(now, |(_, since)| since);
        if now.saturating_duration_since(since) < PATIENCE {
            self.room = Some((more, since));
            return Some(current);
        }
        self.room = None;
        Some(more)
    }
}

/// The layer at a place, or the next smaller one that is alive, or else the next larger.
fn nearest(layers: &[Candidate], place: usize) -> Option<usize> {
    let alive = |at: &usize| layers.get(*at).is_some_and(|layer| layer.alive);
    (0..=place).rev().find(alive).or_else(|| (place..layers.len()).find(alive))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(rates: [(u64, bool); 3]) -> Vec<Candidate> {
        let rids = ["q", "h", "f"].into_iter();
        rids.zip(rates).map(|(rid, (rate, alive))| Candidate { rid: rid.to_owned(), rate, alive }).collect()
    }

    const ALL: [(u64, bool); 3] = [(100, true), (300, true), (1000, true)];

    #[test]
    fn a_rid_gets_its_layer_or_the_nearest_that_is_not_dry() {
        let now = Instant::now();
        for (wanted, rates, expected) in [
            ("h", ALL, Some(1)),
            ("f", [(100, true), (300, true), (0, false)], Some(1)),
            ("f", [(100, true), (0, false), (0, false)], Some(0)),
            ("q", [(0, false), (300, true), (1000, true)], Some(1)),
            ("unheard-of", ALL, Some(2)),
            ("h", [(0, false); 3], None),
            ("off", ALL, None),
        ] {
            let chosen =
                Chooser::default().choose(&Wanted::of(wanted), &layers(rates), Some(1), Some(1), now);
            assert_eq!(chosen, expected, "{wanted} of {rates:?}");
        }
    }

    #[test]
    fn auto_begins_with_the_largest_that_fits_and_never_with_nothing() {
        let now = Instant::now();
        for (budget, expected) in
            [(None, Some(2)), (Some(5000), Some(2)), (Some(999), Some(1)), (Some(10), Some(0))]
        {
            let chosen = Chooser::default().choose(&Wanted::Auto, &layers(ALL), None, budget, now);
            assert_eq!(chosen, expected, "{budget:?}");
        }
        assert_eq!(Chooser::default().choose(&Wanted::Auto, &layers([(0, false); 3]), None, None, now), None);
    }

    /// A script of budgets, one each 100 ms; gives the changes with their times.
    fn play(budgets: impl Iterator<Item = u64>) -> Vec<(u64, usize)> {
        let (start, mut chooser, mut current, mut changes) =
            (Instant::now(), Chooser::default(), Some(1), Vec::new());
        for (tick, budget) in budgets.enumerate() {
            let at = tick as u64 * 100;
            let now = start + Duration::from_millis(at);
            let next = chooser.choose(&Wanted::Auto, &layers(ALL), current, Some(budget), now);
            if next != current {
                changes.push((at, next.unwrap()));
            }
            current = next;
        }
        changes
    }

    #[test]
    fn auto_goes_up_only_after_there_was_room_for_two_seconds() {
        assert_eq!(play(std::iter::repeat_n(1300, 40)), [(2000, 2)]);
        assert_eq!(play(std::iter::repeat_n(1200, 40)), [], "not a quarter more than it takes");
        let flapping = (0..200).map(|tick| if tick % 15 == 0 { 1200 } else { 1300 });
        assert_eq!(play(flapping), [], "never two seconds in a row");
    }

    #[test]
    fn auto_goes_down_at_once_and_what_was_gained_before_is_forgotten() {
        let budgets = [1300; 15].into_iter().chain([290]).chain([1300; 40]);
        assert_eq!(play(budgets), [(1500, 0), (3600, 2)]);
    }

    #[test]
    fn wishes_are_read_as_they_are_written() {
        for name in ["auto", "off", "q", "h"] {
            assert_eq!(Wanted::of(name).name(), name);
        }
    }
}
