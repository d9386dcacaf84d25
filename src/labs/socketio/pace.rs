//! How much one session may ask, so that a flood is cut off and does not starve the others.
//!
//! A token bucket, written as its equal, the generic cell rate algorithm (ITU-T I.371): one number, until when
//! the budget is spent. `labs::stun` has the same for a table of sources.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The budget of one session.
#[derive(Debug)]
pub(super) struct Pace {
    interval: Duration,
    tolerance: Duration,
    spent_until: Mutex<Instant>,
}

impl Pace {
    /// `rate` events a second in the long run, `burst` at once after a pause.
    pub(super) fn new(rate: u32, burst: u32, now: Instant) -> Self {
        let interval = Duration::from_secs(1) / rate.max(1);
        Self { interval, tolerance: interval * burst.saturating_sub(1), spent_until: Mutex::new(now) }
    }

    /// Takes the price of `events` from the budget; `false` where not even one is left of it.
    pub(super) fn allows(&self, events: u32, now: Instant) -> bool {
        // One number cannot be left half written.
        let mut spent_until = self.spent_until.lock().unwrap_or_else(PoisonError::into_inner);
        let start = (*spent_until).max(now);
        let within = start - now <= self.tolerance;
        if within {
            *spent_until = start + self.interval * events;
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let begin = Instant::now();
        let pace = Pace::new(10, 5, begin);
        let granted =
            |at, asked| (0..asked).filter(|_| pace.allows(1, begin + Duration::from_millis(at))).count();
        assert_eq!(granted(0, 100), 5);
        assert_eq!(granted(99, 100), 0);
        assert_eq!(granted(300, 100), 3);
        assert_eq!(granted(3_600_000, 100), 5, "a pause saves up no more");
    }

    #[test]
    fn what_is_large_costs_more() {
        let begin = Instant::now();
        let pace = Pace::new(10, 5, begin);
        assert!(pace.allows(10, begin), "the first is taken on credit");
        assert!(!pace.allows(1, begin + Duration::from_millis(500)));
        assert!(pace.allows(1, begin + Duration::from_millis(600)));
    }
}
