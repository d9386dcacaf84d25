//! What the hub holds of a WebSocket: a queue, a recording if a reader watches, and a seat once it was let in.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use sfu::{Datagram, MemberId};
use tokio::sync::mpsc;

use crate::labs::wiretap::{Recorder, Way};

/// So many messages may wait for a WebSocket. Only half of the room is for what may be lost: [`Link::offer`].
pub(super) const QUEUED: usize = 64;

/// Names a WebSocket; never given twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinkId(u64);

impl LinkId {
    pub(super) fn next(numbers: &AtomicU64) -> Self {
        Self(numbers.fetch_add(1, Ordering::Relaxed))
    }
}

/// To drop it closes the WebSocket, after what was said before.
#[derive(Debug)]
pub(super) struct Link {
    out: mpsc::Sender<Utf8Bytes>,
    recorder: Option<Recorder>,
    pub(super) since: Instant,
    pub(super) seat: Option<Seat>,
}

/// A place in a channel.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) member: MemberId,
    pub(super) channel: Arc<str>,
    pub(super) uid: Arc<str>,
}

impl Link {
    pub(super) fn new(out: mpsc::Sender<Utf8Bytes>, recorder: Option<Recorder>, now: Instant) -> Self {
        Self { out, recorder, since: now, seat: None }
    }

    /// Says what must arrive; whether there was room. If not, nobody reads: it is to be closed.
    pub(super) fn tell(&self, text: Utf8Bytes) -> bool {
        self.out.try_send(text).is_ok()
    }

    /// Says what can be said or asked for again; whether there was room to spare.
    pub(super) fn offer(&self, text: Utf8Bytes) -> bool {
        self.out.capacity() > QUEUED / 2 && self.out.try_send(text).is_ok()
    }

    /// Takes the keys of this member's connections, if a reader watches.
    pub(super) fn key_log(&self) -> Option<keylog::Sink> {
        let recorder = self.recorder.clone()?;
        Some(Arc::new(move |line: &str| recorder.secret(line)))
    }

    /// A datagram of this member passed.
    pub(super) fn saw(&self, way: Way, datagram: &Datagram) {
        if let Some(recorder) = &self.recorder {
            recorder.datagram(way, datagram.from, datagram.to, &datagram.bytes);
        }
    }
}

/// As it is sent.
pub(super) fn text(said: &impl Serialize) -> Utf8Bytes {
    // Text, numbers and what came as JSON always have a JSON form.
    serde_json::to_string(said).unwrap_or_default().into()
}
