//! What passed, for the capture, and what is still to be annotated.
//!
//! Whoever relays only puts something in; he never waits. Where too much waits to be annotated, the rest of that
//! connection is counted and not kept for the page: a stream with a hole cannot be read.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, OwnedSemaphorePermit};
use wire::trace::{Event, Trace};

/// The capture holds the newest: so many events, and so many bytes of them.
const KEPT: usize = 2000;
const KEPT_BYTES: usize = 4 << 20;
/// So much may wait to be annotated.
const QUEUED: usize = 2000;
const QUEUED_BYTES: usize = 4 << 20;

/// A connection's number, counted from 1 as the port accepted them.
pub(super) type No = u32;

/// Something that happened on the port.
#[derive(Debug)]
pub(super) enum Item {
    Opened(No),
    Packet(No, Arc<Event>),
    /// With the place that it held: it is free again once this is taken, so that the queue stays bounded.
    Closed(No, OwnedSemaphorePermit),
}

#[derive(Debug, Default)]
pub(super) struct Recording {
    inner: Mutex<Inner>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    count: u32,
    kept: VecDeque<Arc<Event>>,
    kept_bytes: usize,
    queue: VecDeque<Item>,
    queued_bytes: usize,
    /// Connections of which something did not fit into the queue.
    torn: BTreeSet<No>,
    /// How many packets did not, and were not told of yet.
    lost: u64,
}

impl Recording {
    /// At most as often as there are places, before somebody takes what is queued.
    pub(super) fn opened(&self, connection: No) {
        self.lock().queue.push_back(Item::Opened(connection));
        self.arrived.notify_one();
    }

    pub(super) fn closed(&self, connection: No, place: OwnedSemaphorePermit) {
        let mut inner = self.lock();
        inner.torn.remove(&connection);
        inner.queue.push_back(Item::Closed(connection, place));
        drop(inner);
        self.arrived.notify_one();
    }

    pub(super) fn saw(&self, connection: No, mut event: Event) {
        let mut inner = self.lock();
        inner.count = inner.count.wrapping_add(1);
        event.packet = Some(inner.count);
        let event = Arc::new(event);
        inner.keep(Arc::clone(&event));
        let len = event.bytes.len();
        let fits = inner.queue.len() < QUEUED && inner.queued_bytes + len <= QUEUED_BYTES;
        if fits && !inner.torn.contains(&connection) {
            inner.queued_bytes += len;
            inner.queue.push_back(Item::Packet(connection, event));
        } else {
            inner.torn.insert(connection);
            inner.lost += 1;
        }
        drop(inner);
        self.arrived.notify_one();
    }

    /// Waits for what happened next. To give up waiting loses nothing.
    pub(super) async fn next(&self) -> Item {
        loop {
            if let Some(item) = self.lock().take() {
                return item;
            }
            self.arrived.notified().await;
        }
    }

    /// How many packets were lost since this was asked last.
    pub(super) fn take_lost(&self) -> u64 {
        std::mem::take(&mut self.lock().lost)
    }

    /// What was kept, oldest first.
    pub(super) fn trace(&self) -> Trace {
        self.lock().kept.iter().map(|event| Event::clone(event)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn keep(&mut self, event: Arc<Event>) {
        self.kept_bytes += event.bytes.len();
        self.kept.push_back(event);
        while self.kept.len() > KEPT || self.kept_bytes > KEPT_BYTES {
            let Some(oldest) = self.kept.pop_front() else { return };
            self.kept_bytes -= oldest.bytes.len();
        }
    }

    fn take(&mut self) -> Option<Item> {
        let item = self.queue.pop_front()?;
        if let Item::Packet(_, event) = &item {
            self.queued_bytes -= event.bytes.len();
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::*;

    fn event(bytes: Vec<u8>) -> Event {
        let address = SocketAddr::from(([127, 0, 0, 1], 9001));
        Event::tcp(Duration::ZERO, address, address, bytes)
    }

    #[tokio::test]
    async fn what_does_not_fit_is_counted_and_the_stream_is_not_shown_with_a_hole() {
        let recording = Recording::default();
        for _ in 0..5 {
            recording.saw(1, event(vec![1; QUEUED_BYTES / 4]));
        }
        for _ in 0..4 {
            assert!(matches!(recording.next().await, Item::Packet(1, _)));
        }
        recording.saw(1, event(vec![1]));
        recording.saw(2, event(vec![2]));
        assert!(matches!(recording.next().await, Item::Packet(2, event) if event.packet == Some(7)));
        assert_eq!((recording.take_lost(), recording.take_lost()), (2, 0));
    }

    #[tokio::test]
    async fn many_small_packets_are_bounded_too() {
        let recording = Recording::default();
        for _ in 0..QUEUED + 3 {
            recording.saw(1, event(Vec::new()));
        }
        assert_eq!(recording.take_lost(), 3);
    }

    #[test]
    fn the_capture_holds_the_newest() {
        let recording = Recording::default();
        for n in 0..KEPT + 5 {
            recording.saw(1, event(vec![n as u8]));
        }
        let trace = recording.trace();
        assert_eq!((trace.events.len(), trace.events[0].bytes[0]), (KEPT, 5));
        recording.saw(1, event(vec![0xff; KEPT_BYTES]));
        assert_eq!(recording.trace().events.len(), 1);
    }
}
