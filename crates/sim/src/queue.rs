//! What will happen, in the order in which it will.

use std::collections::BTreeMap;
use std::time::Duration;

/// Things due at times. What is due at the same time comes out in the order in which it went in.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    due: BTreeMap<(Duration, u64), T>,
    count: u64,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new(), count: 0 }
    }
}

impl<T> Queue<T> {
    pub(crate) fn push(&mut self, at: Duration, thing: T) {
        self.count += 1;
        self.due.insert((at, self.count), thing);
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<(Duration, T)> {
        self.due.pop_first().map(|((at, _), thing)| (at, thing))
    }
}
