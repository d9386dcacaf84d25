//! Addresses that change: DTLS knows nothing of them, and goes on over whichever pair ICE chooses (RFC 8842 section 6).
//!
//! A datagram between addresses that have no association of their own belongs to one that shares an end with them, if
//! it fits: the same ClientHello, the rest of a handshake that is not over, or a record that its keys open.

use super::{Association, Associations, Key};
use crate::dtls::record::Record;
use crate::session::Bounded;
use crate::trace::Event;

/// So many pairs are remembered.
const MOST: usize = 1024;
/// So many of the latest associations are tried.
const TRIED: usize = 16;

/// Whose association a pair of addresses goes on with, and whether lesser and greater end are swapped there.
#[derive(Debug, Default)]
pub(super) struct Paths(Bounded<Key, (Key, bool), MOST>);

impl Paths {
    pub(super) fn of(&self, pair: &Key) -> Option<(Key, bool)> {
        self.0.of(pair).copied()
    }
}

impl Associations {
    /// The key of the association that this datagram belongs to.
    pub(super) fn path(&mut self, own: Key, event: &Event) -> (Key, bool) {
        if self.of.contains_key(&own) {
            return (own, false);
        }
        if let Some(known) = self.paths.of(&own).filter(|(key, _)| self.of.contains_key(key)) {
            return known;
        }
        let fits = |other: &Key| {
            let swapped = swapped(&own, other)?;
            let side = usize::from((event.from > event.to) != swapped);
            self.of.get(other)?.goes_on(&event.bytes, side).then_some((*other, swapped))
        };
        let Some(found) = self.oldest.iter().rev().take(TRIED).find_map(fits) else { return (own, false) };
        self.paths.0.insert(own, found);
        found
    }
}

/// Whether two pairs share an end, and if so, whether it is lesser in one and greater in the other.
fn swapped(one: &Key, other: &Key) -> Option<bool> {
    if one.0 == other.0 || one.1 == other.1 {
        return Some(false);
    }
    (one.0 == other.1 || one.1 == other.0).then_some(true)
}

impl Association {
    fn goes_on(&self, datagram: &[u8], side: usize) -> bool {
        let Some((&[content_type, v0, v1, e0, e1, n0, n1, n2, n3, n4, n5, l0, l1], rest)) =
            datagram.split_first_chunk()
        else {
            return false;
        };
        let Some(fragment) = rest.get(..usize::from(u16::from_be_bytes([l0, l1]))) else { return false };
        let record = Record {
            content_type,
            version: u16::from_be_bytes([v0, v1]),
            epoch: u16::from_be_bytes([e0, e1]),
            sequence_number: u64::from_be_bytes([0, 0, n0, n1, n2, n3, n4, n5]),
        };
        match (&self.cipher, self.hello.client) {
            (Some(cipher), Some(client)) if record.epoch > 0 => {
                cipher.open(side == client, &record, fragment).is_ok()
            }
            (_, Some(_)) if record.epoch == 0 && content_type == 22 && fragment.first() == Some(&1) => {
                // Behind the header of the message and the version.
                let random = fragment.get(14..46);
                random.is_some() && random == self.hello.client_random.as_ref().map(|random| &random[..])
            }
            (_, Some(_)) => record.epoch == 0 && matches!(content_type, 20 | 22) && !self.flights.over(),
            _ => false,
        }
    }
}
