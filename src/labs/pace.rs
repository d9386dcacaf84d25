//! How fast one may speak, in messages, bytes or datagrams: a bucket that fills with the time.

use std::time::Instant;

/// So much a second in the long run, and `burst` at once.
#[derive(Debug)]
pub(super) struct Pace {
    rate: f64,
    burst: f64,
    left: f64,
    filled: Instant,
}

impl Pace {
    pub(super) fn new(rate: u32, burst: u32, now: Instant) -> Self {
        let (rate, burst) = (f64::from(rate), f64::from(burst));
        Self { rate, burst, left: burst, filled: now }
    }

    /// Whether so much more may come now.
    pub(super) fn admits(&mut self, amount: usize, now: Instant) -> bool {
        let grown = now.saturating_duration_since(self.filled).as_secs_f64() * self.rate;
        self.left = (self.left + grown).min(self.burst);
        self.filled = now;
        // What is longer than any message is too much; that it is rounded does not matter.
        let amount = u32::try_from(amount).map_or(f64::INFINITY, f64::from);
        if self.left < amount {
            return false;
        }
        self.left -= amount;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_so_much_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(10, 40, start);
        let admitted = |pace: &mut Pace, at: Instant| (0..100).filter(|_| pace.admits(1, at)).count();
        assert_eq!(admitted(&mut pace, start), 40);
        assert_eq!(admitted(&mut pace, start + Duration::from_millis(550)), 5);
        assert_eq!(admitted(&mut pace, start + Duration::from_secs(60)), 40);
        assert!(!pace.admits(41, start + Duration::from_secs(600)), "more than ever fits");
        assert!(pace.admits(40, start + Duration::from_secs(600)));
    }
}
