//! What passed, for the capture, and what is still to be annotated.
//!
//! Whoever relays only puts something in; he never waits. Where too much waits to be annotated, the rest of that
//! connection is counted and not kept for the page: a stream with a hole cannot be read.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use tokio::sync::{Notify, OwnedSemaphorePermit};
use wire::trace::{Event, Trace};

use super::kept::{KEYS, Kept};

/// So much may wait to be annotated.
const QUEUED: usize = 2000;
const QUEUED_BYTES: usize = 4 << 20;

/// A connection's number, counted from 1 as the port accepted them.
pub(super) type No = u32;

/// Something that happened on the port.
#[derive(Debug)]
pub(super) enum Item {
    Opened(No),
    Packet(Packet),
    /// A line of a key log.
    Secret(String),
    State(State),
    /// With the place that it held: it is free again once this is taken, so that the queue stays bounded.
    Closed(No, OwnedSemaphorePermit),
}

/// What the lab's server has to say.
#[derive(Debug)]
pub(super) struct State {
    pub(super) connection: No,
    pub(super) state: Value,
    /// As JSON.
    bytes: usize,
}

/// A piece of a connection, or a datagram that belongs to it.
#[derive(Debug)]
pub(super) struct Packet {
    pub(super) connection: No,
    /// Whether the reader's browser sent it.
    pub(super) sent: bool,
    pub(super) event: Arc<Event>,
}

#[derive(Debug, Default)]
pub(super) struct Recording {
    inner: Mutex<Inner>,
    arrived: Notify,
}

#[derive(Debug, Default)]
struct Inner {
    count: u32,
    kept: Kept,
    queue: VecDeque<Item>,
    queued_bytes: usize,
    /// Connections of which something did not fit into the queue.
    torn: BTreeSet<No>,
    /// How many packets, states and keys did not, and were not told of yet.
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

    /// A piece of a stream. What comes after a hole cannot be read, and is not shown.
    pub(super) fn saw(&self, connection: No, sent: bool, event: Event) {
        let mut inner = self.lock();
        let packet = inner.number(connection, sent, event);
        if inner.torn.contains(&connection) {
            inner.lost += 1;
        } else if !inner.queue(packet) {
            inner.torn.insert(connection);
        }
        drop(inner);
        self.arrived.notify_one();
    }

    /// A datagram that belongs to a connection. It can be read whatever became of the one before.
    pub(super) fn saw_datagram(&self, connection: No, sent: bool, event: Event) {
        let mut inner = self.lock();
        let packet = inner.number(connection, sent, event);
        inner.queue(packet);
        drop(inner);
        self.arrived.notify_one();
    }

    /// A key, for the capture and for what is annotated from now on.
    pub(super) fn learned(&self, line: &str) {
        let mut inner = self.lock();
        if inner.kept.learn(line) {
            inner.queue_secret(line);
        }
        drop(inner);
        self.arrived.notify_one();
    }

    /// What the lab's server says. Where too much waits, it is lost, and counted.
    pub(super) fn told(&self, connection: No, state: Value) {
        let bytes = state.to_string().len();
        let mut inner = self.lock();
        if inner.has_room(bytes) {
            inner.queue_state(State { connection, state, bytes });
        } else {
            inner.lost += 1;
        }
        drop(inner);
        self.arrived.notify_one();
    }

    /// The last thing that the lab's server says of a connection. It is never lost: as with the places, there are no
    /// more of them than connections.
    pub(super) fn told_last(&self, connection: No, state: Value) {
        let bytes = state.to_string().len();
        self.lock().queue_state(State { connection, state, bytes });
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
        self.lock().kept.trace()
    }

    /// The keys that were kept, as a key log.
    pub(super) fn key_log(&self) -> String {
        self.lock().kept.key_log()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn number(&mut self, connection: No, sent: bool, mut event: Event) -> Packet {
        self.count = self.count.wrapping_add(1);
        event.packet = Some(self.count);
        let event = Arc::new(event);
        self.kept.keep(Arc::clone(&event));
        Packet { connection, sent, event }
    }

    /// Whether there was room for it.
    fn queue(&mut self, packet: Packet) -> bool {
        let len = packet.event.bytes.len();
        let fits = self.has_room(len);
        if fits {
            self.queued_bytes += len;
            self.queue.push_back(Item::Packet(packet));
        } else {
            self.lost += 1;
        }
        fits
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.queue.len() < QUEUED && self.queued_bytes + bytes <= QUEUED_BYTES
    }

    fn queue_state(&mut self, state: State) {
        self.queued_bytes += state.bytes;
        self.queue.push_back(Item::State(state));
    }

    /// However much waits: without its key, all that follows stays sealed. No more wait than are kept.
    fn queue_secret(&mut self, line: &str) {
        if self.queue.iter().filter(|item| matches!(item, Item::Secret(_))).count() < KEYS {
            self.queue.push_back(Item::Secret(line.to_owned()));
        } else {
            self.lost += 1;
        }
    }

    fn take(&mut self) -> Option<Item> {
        let item = self.queue.pop_front()?;
        self.queued_bytes -= match &item {
            Item::Packet(packet) => packet.event.bytes.len(),
            Item::State(state) => state.bytes,
            _ => 0,
        };
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use super::super::kept::{KEPT, KEPT_BYTES};
    use super::*;

    fn event(bytes: Vec<u8>) -> Event {
        let address = SocketAddr::from(([127, 0, 0, 1], 9001));
        Event::tcp(Duration::ZERO, address, address, bytes)
    }

    #[tokio::test]
    async fn what_does_not_fit_is_counted_and_the_stream_is_not_shown_with_a_hole() {
        let recording = Recording::default();
        for _ in 0..5 {
            recording.saw(1, true, event(vec![1; QUEUED_BYTES / 4]));
        }
        for _ in 0..4 {
            assert!(matches!(recording.next().await, Item::Packet(Packet { connection: 1, .. })));
        }
        recording.saw(1, true, event(vec![1]));
        recording.saw(2, true, event(vec![2]));
        assert!(
            matches!(recording.next().await, Item::Packet(packet) if packet.connection == 2 && packet.event.packet == Some(7))
        );
        assert_eq!((recording.take_lost(), recording.take_lost()), (2, 0));
    }

    #[tokio::test]
    async fn many_small_packets_are_bounded_too() {
        let recording = Recording::default();
        for _ in 0..QUEUED + 3 {
            recording.saw(1, true, event(Vec::new()));
        }
        assert_eq!(recording.take_lost(), 3);
    }

    #[tokio::test]
    async fn states_are_bounded_by_their_bytes_and_the_last_one_is_not_lost() {
        let recording = Recording::default();
        let long = Value::String("x".repeat(QUEUED_BYTES / 4));
        for _ in 0..5 {
            recording.told(1, long.clone());
        }
        recording.told_last(1, Value::String("over".to_owned()));
        assert_eq!(recording.take_lost(), 2);
        for _ in 0..3 {
            assert!(matches!(recording.next().await, Item::State(State { state, .. }) if state == long));
        }
        assert!(matches!(recording.next().await, Item::State(State { state, .. }) if state == "over"));
        assert_eq!(recording.lock().queued_bytes, 0);
    }

    #[tokio::test]
    async fn a_key_is_told_however_much_waits() {
        let recording = Recording::default();
        for _ in 0..QUEUED {
            recording.saw(1, true, event(vec![1]));
        }
        for n in 0..KEYS + 2 {
            recording.learned(&format!("CLIENT_RANDOM {n} 11"));
        }
        assert_eq!(recording.take_lost(), 2);
        for _ in 0..QUEUED {
            recording.next().await;
        }
        assert!(matches!(recording.next().await, Item::Secret(line) if line == "CLIENT_RANDOM 0 11"));
    }

    #[test]
    fn the_capture_holds_the_newest() {
        let recording = Recording::default();
        for n in 0..KEPT + 5 {
            recording.saw(1, true, event(vec![n as u8]));
        }
        let trace = recording.trace();
        assert_eq!((trace.events.len(), trace.events[0].bytes[0]), (KEPT, 5));
        recording.saw(1, true, event(vec![0xff; KEPT_BYTES]));
        assert_eq!(recording.trace().events.len(), 1);
    }

    /// An hour of video does not push out the handshake, nor the keys.
    #[test]
    fn media_and_checks_do_not_push_out_the_rest_of_the_capture() {
        let recording = Recording::default();
        let address = SocketAddr::from(([127, 0, 0, 1], 5000));
        let datagram = |first: u8| Event::udp(Duration::ZERO, address, address, [first, 0]);
        recording.saw_datagram(1, true, datagram(22));
        recording.learned("CLIENT_RANDOM 00 11");
        for _ in 0..3 * KEPT {
            recording.saw_datagram(1, true, datagram(128));
            recording.saw_datagram(1, false, datagram(0));
            recording.learned("CLIENT_RANDOM 00 11");
        }
        let trace = recording.trace();
        assert_eq!(trace.events[0].bytes[0], 22);
        assert!(trace.events.len() < 2 * KEPT + 2, "{}", trace.events.len());
        assert!(trace.events.is_sorted_by_key(|event| event.packet));
        assert_eq!((trace.secrets.len(), recording.key_log().as_str()), (1, "CLIENT_RANDOM 00 11\n"));
    }
}
