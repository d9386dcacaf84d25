//! How many bytes of long messages the lab holds at once, over all connections.
//!
//! A short message needs no permission. A longer one takes a place among those of its length, and until one is free the
//! connection is not read: TCP then slows its client down, and nobody is thrown out. A message
//! of several fragments grows from class to class, and places are taken from the lower class to the higher only, so
//! the one in the highest class waits for nobody, and no two wait for each other.
//!
//! Who holds a place and does not get on while others wait for one loses it: [`Held::is_overdue`].

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// The longest message. The Autobahn testsuite sends this much.
pub const LONGEST: u64 = 16 << 20;
/// Up to here a message needs no place.
pub(super) const SHORT: u64 = 8 << 10;

/// Messages up to this many bytes, and how many of them there may be: 64 MiB altogether.
const CLASSES: [(u64, usize); 3] = [(128 << 10, 128), (1 << 20, 16), (LONGEST, 2)];

/// So long may a message take while others wait for its place.
const FAIR: Duration = Duration::from_secs(30);

/// The places of a lab.
#[derive(Debug)]
pub(super) struct Budget {
    classes: [Arc<Class>; 3],
}

#[derive(Debug)]
struct Class {
    upto: u64,
    places: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// What a message holds: places in its class and those below.
#[derive(Debug)]
pub(super) struct Held {
    places: Vec<(Arc<Class>, OwnedSemaphorePermit)>,
    since: Instant,
}

impl Default for Budget {
    fn default() -> Self {
        let class = |(upto, places)| {
            Arc::new(Class { upto, places: Arc::new(Semaphore::new(places)), waiting: AtomicUsize::new(0) })
        };
        Self { classes: CLASSES.map(class) }
    }
}

impl Budget {
    /// Takes the places that a message of `size` bytes needs beyond those that it holds, and says up to which size
    /// it may grow now.
    pub(super) async fn take(&self, size: u64, held: &mut Held) -> u64 {
        let mut upto = SHORT;
        for (at, class) in self.classes.iter().enumerate() {
            if upto >= size {
                break;
            }
            upto = class.upto;
            if held.places.len() <= at
                && let Some(permit) = class.place().await
            {
                held.places.push((Arc::clone(class), permit));
                // To have waited is not to have held.
                held.since = Instant::now();
            }
        }
        upto
    }
}

impl Class {
    async fn place(&self) -> Option<OwnedSemaphorePermit> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Some(permit);
        }
        self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        // `None` only once the semaphore is closed, which nobody does.
        Arc::clone(&self.places).acquire_owned().await.ok()
    }
}

/// One who waits, however that ends.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Held {
    pub(super) fn nothing() -> Self {
        Self { places: Vec::new(), since: Instant::now() }
    }

    pub(super) fn is_nothing(&self) -> bool {
        self.places.is_empty()
    }

    /// Whether others wait for a place that this has had for longer than is fair.
    pub(super) fn is_overdue(&self, now: Instant) -> bool {
        now - self.since > FAIR
            && self.places.iter().any(|(class, _)| class.waiting.load(Ordering::Relaxed) > 0)
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// What a future gives at once.
    fn at_once<T>(future: impl Future<Output = T>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(value) => Some(value),
            Poll::Pending => None,
        }
    }

    fn take(budget: &Budget, size: u64) -> Option<Held> {
        let mut held = Held::nothing();
        at_once(budget.take(size, &mut held)).map(|_| held)
    }

    #[tokio::test]
    async fn what_is_held_altogether_is_64_mib() {
        let budget = Budget::default();
        for (upto, places) in CLASSES {
            let held: Vec<_> = std::iter::from_fn(|| take(&budget, upto)).collect();
            assert_eq!(held.len(), places);
            drop(held);
            assert!(take(&budget, upto).is_some(), "they come back");
        }
        assert_eq!(CLASSES.iter().map(|(upto, places)| upto * *places as u64).sum::<u64>(), 64 << 20);
    }

    #[tokio::test]
    async fn a_message_grows_and_short_ones_never_wait() {
        let budget = Budget::default();
        let mut held = Held::nothing();
        for (size, upto) in [(SHORT, SHORT), (SHORT + 1, 128 << 10), (200 << 10, 1 << 20), (LONGEST, LONGEST)]
        {
            assert_eq!(at_once(budget.take(size, &mut held)), Some(upto));
        }
        let _second = take(&budget, LONGEST).unwrap();
        assert!(take(&budget, LONGEST).is_none());
        assert!(take(&budget, SHORT).is_some());
        assert!(take(&budget, SHORT + 1).is_some(), "who waits for a long one keeps nobody from the others");
    }

    #[tokio::test]
    async fn only_who_keeps_others_waiting_is_overdue() {
        let budget = Arc::new(Budget::default());
        let held = [take(&budget, LONGEST).unwrap(), take(&budget, LONGEST).unwrap()];
        let later = Instant::now() + FAIR * 2;
        assert!(!held[0].is_overdue(later));
        let waiting = tokio::spawn({
            let budget = Arc::clone(&budget);
            async move { budget.take(LONGEST, &mut Held::nothing()).await }
        });
        tokio::task::yield_now().await;
        assert!(held[0].is_overdue(later) && !held[0].is_overdue(Instant::now()));
        drop(held);
        assert_eq!(waiting.await.unwrap(), LONGEST);
    }
}
