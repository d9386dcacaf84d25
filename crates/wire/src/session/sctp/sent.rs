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
    /// Where counting begins, the first TSN that was seen: TSNs are compared as serial numbers (RFC 9260 section 1.6).
    base: Option<u32>,
    /// By how far they are from the base.
    chunks: BTreeMap<i32, (u64, Duration)>,
    acknowledged: Option<i32>,
    /// Up to where the sender gave up what had not arrived, and the packet that said so.
    given_up: Option<(i32, u64)>,
}

impl Sent {
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

    /// The packet of that number says that the receiver need not wait for anything up to `tsn`.
    pub(super) fn give_up(&mut self, tsn: u32, number: u64) {
        let place = self.place(tsn);
        if self.base.is_some() && self.given_up.is_none_or(|(before, _)| before != place) {
            self.given_up = Some((place, number));
        }
    }

    /// What is odd in an acknowledgment up to `tsn`: nothing that was seen went so far.
    pub(super) fn excess(&self, tsn: u32) -> Option<String> {
        let (last, _) = self.chunks.last_key_value()?;
        let last = self.given_up.map_or(*last, |(place, _)| place.max(*last));
        let beyond = i64::from(self.place(tsn)) - i64::from(last);
        (beyond > 0).then(|| format!("{beyond} beyond the last TSN that was seen here"))
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
        let said = self.given_up;
        let given_up = |place, number| {
            said.filter(|(upto, said)| place <= *upto && number <= *said).map(|(_, said)| said)
        };
        let (mut first, mut last, mut skipped) = (u64::MAX, None, None);
        for (place, (number, at)) in self.chunks.range(from..=upto) {
            self.acknowledged = Some(*place);
            if let Some(said) = given_up(*place, *number) {
                skipped = Some(said);
                continue;
            }
            first = first.min(*number);
            last = last.max(Some((*number, *at)));
        }
        let Some((last, at)) = last else {
            return skipped.map(|said| format!("goes on after what packet {said} gave up"));
        };
        let after = Milliseconds(now.saturating_sub(at));
        Some(match first == last {
            true => format!("acknowledges packet {last}, {after} later"),
            false => {
                format!("acknowledges the data of packets {first} to {last}, {after} after the last")
            }
        })
    }
}
