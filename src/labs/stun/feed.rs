//! What the server sees, for those who watch.
//!
//! While nobody watches, nothing is recorded. While somebody does, the last [`KEPT`] datagrams are kept for the
//! capture, and each watcher has at most [`QUEUED`] before it: a slow one loses the oldest and is told how many.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::broadcast::{self, error::RecvError};
use wire::trace::{Event, Trace};

/// So many datagrams may wait for a watcher.
const QUEUED: usize = 256;
/// So many datagrams the capture holds: 4 MiB if each had the longest length that the lab reads.
const KEPT: usize = 1000;
/// So many may watch at once.
pub(super) const WATCHERS: usize = 32;

/// One datagram, and its number since the lab began.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) no: u64,
    pub(super) event: Event,
}

#[derive(Debug)]
pub(super) struct Feed {
    /// Read for each request, so it stands outside of the lock.
    watchers: Arc<AtomicUsize>,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    count: u64,
    kept: VecDeque<Arc<Sighting>>,
    /// `None` once the lab stops.
    sender: Option<broadcast::Sender<Arc<Sighting>>>,
}

/// Somebody watches, until this is dropped.
#[derive(Debug)]
pub(super) struct Watch {
    receiver: broadcast::Receiver<Arc<Sighting>>,
    watchers: Arc<AtomicUsize>,
}

/// What a watcher gets.
#[derive(Debug)]
pub(super) enum Next {
    Saw(Arc<Sighting>),
    /// So many datagrams went by unseen.
    Lost(u64),
}

impl Default for Feed {
    fn default() -> Self {
        let inner = Inner { count: 0, kept: VecDeque::new(), sender: Some(broadcast::Sender::new(QUEUED)) };
        Self { watchers: Arc::default(), inner: Mutex::new(inner) }
    }
}

impl Feed {
    pub(super) fn is_watched(&self) -> bool {
        self.watchers.load(Ordering::Relaxed) > 0
    }

    /// Shows datagrams, in the order in which they were seen.
    pub(super) fn saw(&self, events: impl IntoIterator<Item = Event>) {
        let mut inner = self.lock();
        for mut event in events {
            inner.count += 1;
            // So that a note on a response names its request by the number that the page shows.
            event.packet = u32::try_from(inner.count).ok();
            let sighting = Arc::new(Sighting { no: inner.count, event });
            if inner.kept.len() == KEPT {
                inner.kept.pop_front();
            }
            inner.kept.push_back(Arc::clone(&sighting));
            if let Some(sender) = &inner.sender {
                // The last watcher may have gone a moment ago.
                let _ = sender.send(sighting);
            }
        }
    }

    /// Begins to watch; `None` where too many do, or the lab stops.
    pub(super) fn watch(&self) -> Option<Watch> {
        let inner = self.lock();
        let receiver = inner.sender.as_ref()?.subscribe();
        let free = |watching| (watching < WATCHERS).then_some(watching + 1);
        self.watchers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, free).ok()?;
        Some(Watch { receiver, watchers: Arc::clone(&self.watchers) })
    }

    /// What was kept, oldest first.
    pub(super) fn trace(&self) -> Trace {
        self.lock().kept.iter().map(|sighting| sighting.event.clone()).collect()
    }

    /// Ends every watch.
    pub(super) fn close(&self) {
        self.lock().sender = None;
    }

    /// Nothing is left half done where a panic could have poisoned the lock.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits for the next datagram; `None` once the lab stops.
    pub(super) async fn next(&mut self) -> Option<Next> {
        match self.receiver.recv().await {
            Ok(sighting) => Some(Next::Saw(sighting)),
            Err(RecvError::Lagged(lost)) => Some(Next::Lost(lost)),
            Err(RecvError::Closed) => None,
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.watchers.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(n: u8) -> Event {
        let address = std::net::SocketAddr::from(([127, 0, 0, 1], 3478));
        Event::udp(std::time::Duration::ZERO, address, address, [n])
    }

    #[tokio::test]
    async fn a_slow_watcher_loses_the_oldest_and_is_told_how_many() {
        let feed = Feed::default();
        let mut watch = feed.watch().unwrap();
        feed.saw((0..QUEUED + 44).map(|n| event(n as u8)));
        assert!(matches!(watch.next().await, Some(Next::Lost(44))));
        assert!(matches!(watch.next().await, Some(Next::Saw(s)) if s.no == 45));
    }

    #[tokio::test]
    async fn closing_ends_the_watch_after_what_was_seen() {
        let feed = Feed::default();
        let mut watch = feed.watch().unwrap();
        feed.saw([event(1)]);
        feed.close();
        assert!(matches!(watch.next().await, Some(Next::Saw(_))));
        assert!(watch.next().await.is_none());
        assert!(feed.watch().is_none());
    }

    #[test]
    fn the_capture_holds_the_last_thousand() {
        let feed = Feed::default();
        feed.saw((0..KEPT + 5).map(|n| event(n as u8)));
        let trace = feed.trace();
        assert_eq!((trace.events.len(), trace.events[0].bytes[0]), (KEPT, 5));
    }

    #[test]
    fn watchers_are_counted_and_bounded() {
        let feed = Feed::default();
        assert!(!feed.is_watched());
        let watches: Vec<_> = (0..WATCHERS).map(|_| feed.watch().unwrap()).collect();
        assert!(feed.watch().is_none());
        drop(watches);
        assert!(!feed.is_watched());
    }
}
