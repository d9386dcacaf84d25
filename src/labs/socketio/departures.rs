//! Who left, and why, as the server has it: a page whose connection broke compares that with what it noticed itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use socketioxide::socket::DisconnectReason;

/// So many are remembered.
const KEPT: usize = 64;

/// A client that is gone.
#[derive(Clone, Debug, Serialize)]
pub struct Departure {
    /// The session's id.
    pub sid: String,
    /// Half a sentence.
    pub why: &'static str,
}

/// The newest of them. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(super) struct Departures(Arc<Mutex<VecDeque<Departure>>>);

impl Departures {
    pub(super) fn note(&self, sid: &str, why: DisconnectReason) {
        let mut kept = self.lock();
        if kept.len() == KEPT {
            kept.pop_front();
        }
        kept.push_back(Departure { sid: sid.to_owned(), why: half_a_sentence(why) });
    }

    pub(super) fn list(&self) -> Vec<Departure> {
        self.lock().iter().cloned().collect()
    }

    /// Nothing is left half done where a panic could have poisoned the lock.
    fn lock(&self) -> MutexGuard<'_, VecDeque<Departure>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn half_a_sentence(why: DisconnectReason) -> &'static str {
    match why {
        DisconnectReason::TransportClose => "the connection was closed",
        DisconnectReason::MultipleHttpPollingError => "two polling requests of one session at the same time",
        DisconnectReason::PacketParsingError => "a packet that is none",
        DisconnectReason::TransportError => "the connection broke",
        DisconnectReason::HeartbeatTimeout => "no pong came in time",
        DisconnectReason::ClientNSDisconnect => "the client said good-bye",
        DisconnectReason::ServerNSDisconnect => "the lab let go of it",
        DisconnectReason::ClosingServer => "the lab ended",
    }
}
