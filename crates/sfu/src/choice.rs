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
