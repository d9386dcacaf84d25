//! What is shown of all that passes through the SFU's socket: a call is hundreds of
//! datagrams, and most are like the one before.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use sfu::Datagram;
use tap::Tap;
use wire::trace::Event;

/// Records each datagram where the SFU gets or sends it, and so in that order.
#[derive(Clone)]
pub(crate) struct Record {
    tap: Tap,
    all: bool,
    shown: Arc<Mutex<BTreeSet<Kind>>>,
}

/// What makes a datagram like another one: which way it goes, and what its first bytes
/// say that it is (RFC 7983 section 7).
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Kind {
    arrived: bool,
    what: [u8; 2],
}

impl Record {
    /// Shows everything, or of each kind the first.
    pub(crate) fn new(tap: &Tap, all: bool) -> Self {
        Self { tap: tap.clone(), all, shown: Arc::default() }
    }

    /// From now on the first of each kind is shown again.
    pub(crate) fn afresh(&self) {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub(crate) fn arrived(&self, datagram: &Datagram) {
        self.record(datagram, true);
    }

    pub(crate) fn sent(&self, datagram: &Datagram) {
        self.record(datagram, false);
    }

    fn record(&self, Datagram { from, to, bytes }: &Datagram, arrived: bool) {
        let at = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let event = Event::udp(at.unwrap_or_default(), *from, *to, &**bytes);
        let kind = Kind { arrived, what: what(bytes) };
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        match shown.insert(kind) || self.all {
            true => self.tap.record(event),
            false => self.tap.keep(event),
        }
    }
}

fn what(bytes: &[u8]) -> [u8; 2] {
    let byte = |at: usize| bytes.get(at).copied().unwrap_or_default();
    match byte(0) {
        // STUN: method and class.
        0..=3 => [byte(0), byte(1)],
        // DTLS: the record's type, and that of a handshake message (RFC 6347 section 4.3.2).
        kind @ 20..=63 => [kind, if kind == 22 { byte(13) } else { 0 }],
        // RTCP's type whole, RTP's payload type without the marker (RFC 5761 section 4).
        _ if (192..=223).contains(&byte(1)) => [128, byte(1)],
        _ => [129, byte(1) & 0x7f],
    }
}
