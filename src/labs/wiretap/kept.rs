//! What is kept of a port for its capture.
//!
//! The newest, but not of everything alike: a minute of video would push out the handshake without which it cannot be
//! read. So media, STUN's keepalives and all else are kept apart, each within bounds of its own.

use std::collections::VecDeque;
use std::sync::Arc;

use wire::trace::{Event, Secrets, Trace, Transport};

/// So many events of a kind, and so many bytes of them.
pub(super) const KEPT: usize = 2000;
pub(super) const KEPT_BYTES: usize = 4 << 20;
/// Of media, and of STUN.
const LESS: usize = 1000;
const LESS_BYTES: usize = 1 << 20;
/// So many lines of a key log, the newest: one a call.
pub(super) const KEYS: usize = 64;

#[derive(Debug)]
pub(super) struct Kept {
    rings: [Ring; 3],
    keys: VecDeque<String>,
}

#[derive(Debug)]
struct Ring {
    events: VecDeque<Arc<Event>>,
    bytes: usize,
    most: usize,
    most_bytes: usize,
}

impl Default for Kept {
    fn default() -> Self {
        let ring = |most, most_bytes| Ring { events: VecDeque::new(), bytes: 0, most, most_bytes };
        Self {
            rings: [ring(KEPT, KEPT_BYTES), ring(LESS, LESS_BYTES), ring(LESS, LESS_BYTES)],
            keys: VecDeque::new(),
        }
    }
}

impl Kept {
    pub(super) fn keep(&mut self, event: Arc<Event>) {
        let [all_else, stun, media] = &mut self.rings;
        // RFC 7983 section 7.
        let ring = match (event.transport, event.bytes.first()) {
            (Transport::Udp, Some(0..=3)) => stun,
            (Transport::Udp, Some(128..=191)) => media,
            _ => all_else,
        };
        ring.keep(event);
    }

    /// Takes a line of a key log; whether it is a new one.
    pub(super) fn learn(&mut self, line: &str) -> bool {
        if self.keys.iter().any(|known| known == line) {
            return false;
        }
        self.keys.push_back(line.to_owned());
        if self.keys.len() > KEYS {
            self.keys.pop_front();
        }
        true
    }

    /// Oldest first, with the keys.
    pub(super) fn trace(&self) -> Trace {
        let mut events: Vec<_> = self.rings.iter().flat_map(|ring| &ring.events).collect();
        // Numbered as they came.
        events.sort_by_key(|event| event.packet);
        let mut trace: Trace = events.into_iter().map(|event| Event::clone(event)).collect();
        if !self.keys.is_empty() {
            trace.secrets.push(Secrets::tls_key_log(self.key_log()));
        }
        trace
    }

    /// The lines, each with its end.
    pub(super) fn key_log(&self) -> String {
        self.keys.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }
}

impl Ring {
    fn keep(&mut self, event: Arc<Event>) {
        self.bytes += event.bytes.len();
        self.events.push_back(event);
        while self.events.len() > self.most || self.bytes > self.most_bytes {
            let Some(oldest) = self.events.pop_front() else { return };
            self.bytes -= oldest.bytes.len();
        }
    }
}
