//! How much one source may ask, so that a flood does not starve the others.
//!
//! A token bucket for each source, written as its equal, the generic cell rate algorithm (ITU-T I.371): one
//! number a source says until when its budget is spent. The numbers stand in a table of fixed size, so that a
//! flood of forged sources takes no memory. Sources whose hashes fall together share a budget; the hash is
//! keyed, so nobody can choose with whom.

use std::hash::{BuildHasher, RandomState};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How many requests of one source are answered. A source is an IP address; on loopback, where all clients share
/// one, it is an address and a port.
#[derive(Clone, Copy, Debug)]
pub struct PerSource {
    /// In the long run, in a second.
    pub rate: u32,
    /// At once, after a pause.
    pub burst: u32,
}

/// An ICE agent sends some ten requests, and a class of thirty behind one relay some hundreds.
impl Default for PerSource {
    fn default() -> Self {
        Self { rate: 500, burst: 1000 }
    }
}

/// The budgets of all sources.
#[derive(Debug)]
pub(super) struct Budget {
    /// Until when the budget is spent, in nanoseconds.
    spent_until: Box<[AtomicU64]>,
    hash: RandomState,
    interval: u64,
    tolerance: u64,
}

/// 32 KiB of table.
const CELLS: usize = 4096;

impl Budget {
    pub(super) fn new(per_source: PerSource) -> Self {
        let interval = 1_000_000_000 / u64::from(per_source.rate.max(1));
        Self {
            spent_until: (0..CELLS).map(|_| AtomicU64::new(0)).collect(),
            hash: RandomState::new(),
            interval,
            tolerance: interval * u64::from(per_source.burst.saturating_sub(1)),
        }
    }

    /// Takes one request from the budget of `source`, at `now` since some fixed beginning; `false` where
    /// nothing is left of it.
    pub(super) fn allows(&self, source: SocketAddr, now: Duration) -> bool {
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX);
        let port = if source.ip().is_loopback() { source.port() } else { 0 };
        let at = self.hash.hash_one((source.ip(), port)) as usize % CELLS;
        let Some(cell) = self.spent_until.get(at) else { return true };
        // Two threads that read the same number give one request away for nothing. That is cheap.
        let start = cell.load(Ordering::Relaxed).max(now);
        let within = start - now <= self.tolerance;
        if within {
            cell.store(start.saturating_add(self.interval), Ordering::Relaxed);
        }
        within
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(port: u16) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], port))
    }

    fn granted(budget: &Budget, port: u16, at: Duration, asked: usize) -> usize {
        (0..asked).filter(|_| budget.allows(source(port), at)).count()
    }

    #[test]
    fn a_burst_passes_and_then_the_rate() {
        let budget = Budget::new(PerSource { rate: 10, burst: 5 });
        assert_eq!(granted(&budget, 1, Duration::ZERO, 100), 5);
        assert_eq!(granted(&budget, 1, Duration::from_millis(99), 100), 0);
        assert_eq!(granted(&budget, 1, Duration::from_millis(300), 100), 3);
        assert_eq!(granted(&budget, 1, Duration::from_secs(3600), 100), 5, "a pause saves up no more");
    }

    #[test]
    fn other_ports_of_a_machine_elsewhere_earn_it_nothing() {
        let budget = Budget::new(PerSource { rate: 10, burst: 5 });
        let asked = (1..100).filter(|&port| budget.allows(([192, 0, 2, 1], port).into(), Duration::ZERO));
        assert_eq!(asked.count(), 5);
    }

    #[test]
    fn a_flood_of_one_source_leaves_the_others_their_budget() {
        let budget = Budget::new(PerSource { rate: 10, burst: 5 });
        granted(&budget, 1, Duration::ZERO, 100_000);
        // A single other source could share the cell; of twenty, few do.
        let served = (2..22).filter(|&port| granted(&budget, port, Duration::ZERO, 1) == 1).count();
        assert!(served >= 18, "{served} of 20");
    }
}
