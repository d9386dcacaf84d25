//! How fast datagrams may come: a bucket that fills with the time.

use std::time::Instant;

/// So many, and as many a second.
#[derive(Debug)]
pub(super) struct Pace {
    rate: u32,
    left: f64,
    filled: Instant,
}

impl Pace {
    pub(super) fn new(rate: u32, now: Instant) -> Self {
        Self { rate, left: f64::from(rate), filled: now }
    }

    /// Whether one more may come now.
    pub(super) fn admits(&mut self, now: Instant) -> bool {
        let rate = f64::from(self.rate);
        let grown = now.saturating_duration_since(self.filled).as_secs_f64() * rate;
        self.left = (self.left + grown).min(rate);
        self.filled = now;
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_passes_and_then_so_many_a_second() {
        let start = Instant::now();
        let mut pace = Pace::new(10, start);
        let admitted = |pace: &mut Pace, at: Instant| (0..100).filter(|_| pace.admits(at)).count();
        assert_eq!(admitted(&mut pace, start), 10);
        assert_eq!(admitted(&mut pace, start + Duration::from_millis(550)), 5);
        assert_eq!(admitted(&mut pace, start + Duration::from_secs(60)), 10);
    }
}
