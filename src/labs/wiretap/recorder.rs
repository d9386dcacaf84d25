//! The lab's own entry to a recording: what its server does for one reader beside the bytes that are relayed.
//!
//! A server that knows nothing of being watched accepts a connection from the relay, and reads nothing else off it than
//! off any other. One that also speaks over UDP, as a WebRTC peer does, asks by the address that it accepted from
//! ([`super::Wiretap::recorder`]) whether a reader watches, and then says what passes there.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use wire::trace::Event;

use super::port::now;
use super::record::{No, Recording};

/// Adds to the recording of one reader's port.
#[derive(Clone, Debug)]
pub struct Recorder {
    recording: Arc<Recording>,
    connection: No,
}

/// Which way a datagram went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The reader's browser sent it.
    Sent,
    /// The lab's server sent it.
    Received,
}

impl Recorder {
    /// A datagram passed just now.
    pub fn datagram(&self, way: Way, from: SocketAddr, to: SocketAddr, bytes: &[u8]) {
        let event = Event::udp(now(), from, to, bytes);
        self.recording.saw_datagram(self.connection, way == Way::Sent, event);
    }

    /// A line of a key log (`CLIENT_RANDOM …`): it decrypts what is recorded from now on, for the page and in the capture.
    pub fn secret(&self, line: &str) {
        self.recording.learned(line);
    }

    /// Something to tell the page, in its turn among the packets. Where too much waits, it is lost.
    pub fn state(&self, state: Value) {
        self.recording.told(self.connection, state);
    }

    /// What the page is to know at the end, however much waits: short, and once or twice a connection.
    pub fn last_state(&self, state: Value) {
        self.recording.told_last(self.connection, state);
    }
}

/// The relays that are open, by the address that the lab's server sees them come from.
#[derive(Debug, Default)]
pub(super) struct Relays(Mutex<BTreeMap<SocketAddr, Recorder>>);

/// A relay that can be found, as long as it is open.
pub(super) struct Registered<'r>(&'r Relays, SocketAddr);

impl Relays {
    pub(super) fn register(
        &self,
        from: SocketAddr,
        recording: &Arc<Recording>,
        connection: No,
    ) -> Registered<'_> {
        self.lock().insert(from, Recorder { recording: Arc::clone(recording), connection });
        Registered(self, from)
    }

    pub(super) fn find(&self, from: SocketAddr) -> Option<Recorder> {
        self.lock().get(&from).cloned()
    }

    /// Nothing is left half done where a panic could have poisoned the lock.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<SocketAddr, Recorder>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.0.lock().remove(&self.1);
    }
}
