//! Record numbers that were seen, so that a copy of a record shows: RFC 6347 section 4.1.2.6.

use std::collections::VecDeque;

use crate::dtls::record::Record;

/// So many of the latest are remembered, as a receiver does.
const WINDOW: usize = 64;

/// The latest records of one sender: epoch and number, and the packet that brought it.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    seen: VecDeque<((u16, u64), u64)>,
    highest: Option<(u16, u64)>,
}

impl Numbers {
    /// Which packet brought this record before.
    pub(super) fn first(&self, record: &Record) -> Option<u64> {
        let number = (record.epoch, record.sequence_number);
        if self.highest < Some(number) {
            return None;
        }
        self.seen.iter().find(|(seen, _)| *seen == number).map(|(_, first)| *first)
    }

    /// Remembers a record; where keys can tell, only one that they open, or a forged one would shut out the genuine.
    pub(super) fn remember(&mut self, record: &Record, packet: u64) {
        if self.first(record).is_some() {
            return;
        }
        let number = (record.epoch, record.sequence_number);
        self.highest = self.highest.max(Some(number));
        if self.seen.len() == WINDOW {
            self.seen.pop_front();
        }
        self.seen.push_back((number, packet));
    }
}
