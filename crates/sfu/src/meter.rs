//! Bits a second, over the last second.

use std::time::{Duration, Instant};

const PIECES: usize = 10;
const PIECE: Duration = Duration::from_millis(100);

/// Ten tenths of a second, and how many bytes each had.
#[derive(Clone, Debug, Default)]
pub(crate) struct Meter {
    pieces: [u64; PIECES],
    /// The piece that is being filled, and when it began.
    at: usize,
    began: Option<Instant>,
}

impl Meter {
    pub(crate) fn add(&mut self, bytes: usize, now: Instant) {
        self.advance(now);
        self.pieces[self.at] += bytes as u64;
    }

    /// Bits in the last second.
    pub(crate) fn rate(&mut self, now: Instant) -> u64 {
        self.advance(now);
        self.pieces.iter().sum::<u64>() * 8
    }

    fn advance(&mut self, now: Instant) {
        let began = *self.began.get_or_insert(now);
        let steps = now.saturating_duration_since(began).as_millis() / PIECE.as_millis();
        if steps >= PIECES as u128 {
            *self = Self { began: Some(now), ..Self::default() };
            return;
        }
        for _ in 0..steps {
            self.at = (self.at + 1) % PIECES;
            self.pieces[self.at] = 0;
        }
        self.began = Some(began + PIECE * steps as u32);
    }
}

/// So many a second, with a reserve.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bucket {
    left: f64,
    rate: Rate,
    at: Instant,
}

/// How often something may be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Times a second.
    pub per_second: f64,
    /// Times at once.
    pub burst: f64,
}

impl Bucket {
    pub(crate) fn new(rate: Rate, now: Instant) -> Self {
        Self { left: rate.burst, rate, at: now }
    }

    /// Whether it may be once more.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        self.take_many(1.0, now)
    }

    /// Whether it may be so many times more; if not, none is taken.
    pub(crate) fn take_many(&mut self, times: f64, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = self.at.max(now);
        self.left = (self.left + passed * self.rate.per_second).min(self.rate.burst);
        let may = self.left >= times;
        if may {
            self.left -= times;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_meter_gives_the_last_second_and_forgets_what_is_older() {
        let (start, mut meter) = (Instant::now(), Meter::default());
        let at = |ms| start + Duration::from_millis(ms);
        for ms in (0..3000).step_by(20) {
            meter.add(125, at(ms));
        }
        assert_eq!(meter.rate(at(2990)), 50_000);
        assert!(meter.rate(at(3500)) < 30_000);
        assert_eq!(meter.rate(at(10_000)), 0);
    }

    #[test]
    fn a_bucket_gives_its_burst_and_then_its_rate() {
        let start = Instant::now();
        let mut bucket = Bucket::new(Rate { per_second: 2.0, burst: 3.0 }, start);
        let taken = |bucket: &mut Bucket, now| (0..10).filter(|_| bucket.take(now)).count();
        assert_eq!(taken(&mut bucket, start), 3);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(1)), 2);
        assert_eq!(taken(&mut bucket, start + Duration::from_secs(100)), 3);
    }
}
