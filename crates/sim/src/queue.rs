//! What is on its way, in the order in which it will arrive.

use std::collections::BTreeMap;
use std::time::Duration;

/// Things due at times. What is due at the same time comes out in the order in which it went in.
#[derive(Debug)]
pub(crate) struct Queue<T> {
    due: BTreeMap<(Duration, u64), (T, usize)>,
    count: u64,
    bytes: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { due: BTreeMap::new(), count: 0, bytes: 0 }
    }
}

impl<T> Queue<T> {
    /// So many things, and so many bytes of them, it holds.
    pub(crate) const MOST: usize = 65_536;
    pub(crate) const MOST_BYTES: usize = 64 << 20;

    /// False where there is no room for one more.
    pub(crate) fn push(&mut self, at: Duration, thing: T, bytes: usize) -> bool {
        if self.due.len() >= Self::MOST || self.bytes + bytes > Self::MOST_BYTES {
            return false;
        }
        self.count += 1;
        self.bytes += bytes;
        self.due.insert((at, self.count), (thing, bytes));
        true
    }

    pub(crate) fn next(&self) -> Option<Duration> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    pub(crate) fn pop(&mut self) -> Option<(Duration, T)> {
        let ((at, _), (thing, bytes)) = self.due.pop_first()?;
        self.bytes -= bytes;
        Some((at, thing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_first_comes_first_and_of_two_the_one_that_went_in_first() {
        let mut queue = Queue::default();
        for (at, thing) in [(2, "c"), (1, "a"), (2, "d"), (1, "b")] {
            assert!(queue.push(Duration::from_secs(at), thing, 1));
        }
        let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, thing)| thing).collect();
        assert_eq!(order, ["a", "b", "c", "d"]);
    }

    #[test]
    fn it_holds_no_more_than_so_many_bytes_and_things() {
        let mut queue = Queue::default();
        assert!(queue.push(Duration::ZERO, (), Queue::<()>::MOST_BYTES - 1));
        assert!(!queue.push(Duration::ZERO, (), 2));
        assert!(queue.push(Duration::ZERO, (), 1));
        while queue.pop().is_some() {}
        let taken = (0..Queue::<()>::MOST + 5).filter(|_| queue.push(Duration::ZERO, (), 1)).count();
        assert_eq!(taken, Queue::<()>::MOST);
    }
}
