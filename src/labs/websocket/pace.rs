//! How much one connection may say, so that one flood does not take a core for itself: it is read more slowly.

use std::time::Duration;

use tokio::time::Instant;

/// The clock is looked at after so many bytes.
const STRIDE: usize = 256 << 10;
/// After a pause, so many bytes are free.
const BURST: u64 = 64 << 20;

/// The budget of one connection, as the generic cell rate algorithm (ITU-T I.371) keeps it.
#[derive(Debug)]
pub(super) struct Pace {
    /// Bytes a second.
    rate: u64,
    since_looked: usize,
    /// Until when the budget is spent; nothing was said yet.
    spent_until: Option<Instant>,
}

impl Pace {
    pub(super) fn new(rate: u64) -> Self {
        Self { rate: rate.max(1), since_looked: 0, spent_until: None }
    }

    /// After a message of so many bytes: for how long not to read, if at all.
    pub(super) fn after(&mut self, bytes: usize, now: impl FnOnce() -> Instant) -> Option<Duration> {
        // The head of a frame costs too.
        self.since_looked += bytes + 8;
        if self.since_looked < STRIDE {
            return None;
        }
        let now = now();
        let costs = self.lasts(self.since_looked as u64);
        self.since_looked = 0;
        let until = self.spent_until.unwrap_or(now).max(now) + costs;
        self.spent_until = Some(until);
        let pause = (until - now).saturating_sub(self.lasts(BURST));
        (!pause.is_zero()).then_some(pause)
    }

    fn lasts(&self, bytes: u64) -> Duration {
        Duration::from_secs_f64(bytes as f64 / self.rate as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_and_then_the_rate_holds() {
        let (mut pace, start) = (Pace::new(1 << 20), Instant::now());
        // With the head of its frame.
        let piece = (1 << 20) - 8;
        for _ in 0..64 {
            assert_eq!(pace.after(piece, || start), None);
        }
        let pause = pace.after(piece, || start).unwrap();
        assert!(pause > Duration::from_millis(900) && pause < Duration::from_millis(1100), "{pause:?}");
        assert_eq!(pace.after(piece, || start + Duration::from_secs(3600)), None);
    }

    #[test]
    fn many_small_messages_count_as_well() {
        let (mut pace, start) = (Pace::new(1 << 20), Instant::now());
        assert!((0..100_000_000).any(|_| pace.after(0, || start).is_some()));
    }
}
