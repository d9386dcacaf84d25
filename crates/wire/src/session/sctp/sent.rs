//! Which packet brought which TSN.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Passing;
use crate::session::transactions::Milliseconds;

/// So many chunks are remembered of each end; the earliest are forgotten first.
const MOST: usize = 8192;

/// The chunks with data that one end sent.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// Where counting begins: TSNs are compared as serial numbers (RFC 9260 section 1.6).
    base: Option<u32>,
    /// By how far they are from the base.
    chunks: BTreeMap<i32, (u64, Duration)>,
    acknowledged: Option<i32>,
}

impl Sent {
    /// The first chunk will have this TSN.
    pub(super) fn begin(&mut self, initial: u32) {
        *self = Self { base: Some(initial), ..Self::default() };
    }

    fn place(&self, tsn: u32) -> i32 {
        tsn.wrapping_sub(self.base.unwrap_or(tsn)) as i32
    }

    /// Remembers a chunk; where it was there before, gives the packet and when that was.
    pub(super) fn take(&mut self, tsn: u32, passing: Passing) -> Option<(u64, Duration)> {
        self.base.get_or_insert(tsn);
        let place = self.place(tsn);
        if let Some(first) = self.chunks.get(&place) {
            return Some(*first);
        }
        if self.chunks.len() >= MOST {
            self.chunks.pop_first();
        }
        self.chunks.insert(place, (passing.number, passing.at));
        None
    }

    /// The packet that brought this TSN first.
    pub(super) fn packet(&self, tsn: u32) -> Option<u64> {
        self.chunks.get(&self.place(tsn)).map(|(number, _)| *number)
    }

    /// What it means that everything up to `tsn` arrived. Each chunk is looked at once only, however many SACKs come.
    pub(super) fn acknowledge(&mut self, tsn: u32, now: Duration) -> Option<String> {
        let upto = self.place(tsn);
        let from = self.acknowledged.map_or(i32::MIN, |before| before.saturating_add(1));
        if from > upto {
            return self
                .acknowledged
                .map(|_| "nothing new: all up to here was acknowledged before".to_owned());
        }
        let mut last: Option<(u64, Duration)> = None;
        let mut first = u64::MAX;
        for (number, at) in self.chunks.range(from..=upto).map(|(_, sent)| *sent) {
            first = first.min(number);
            last = last.max(Some((number, at)));
        }
        let (last, at) = last?;
        self.acknowledged = Some(upto);
        let after = Milliseconds(now.saturating_sub(at));
        Some(match first == last {
            true => format!("acknowledges packet {last}, {after} later"),
            false => {
                format!("acknowledges the data of packets {first} to {last}, {after} after the last")
            }
        })
    }
}
