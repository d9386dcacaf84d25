//! A map that forgets what is oldest.

use std::collections::{HashMap, VecDeque};
use std::hash::Hash;

/// At most `MOST` entries.
#[derive(Debug)]
pub(crate) struct Bounded<K, V, const MOST: usize> {
    known: HashMap<K, V>,
    oldest: VecDeque<K>,
}

impl<K, V, const MOST: usize> Default for Bounded<K, V, MOST> {
    fn default() -> Self {
        Self { known: HashMap::new(), oldest: VecDeque::new() }
    }
}

impl<K: Clone + Eq + Hash, V, const MOST: usize> Bounded<K, V, MOST> {
    /// Remembers, in place of what was known of the same key.
    pub(crate) fn insert(&mut self, key: K, value: V) {
        if self.known.insert(key.clone(), value).is_some() {
            return;
        }
        self.oldest.push_back(key);
        if self.oldest.len() > MOST
            && let Some(oldest) = self.oldest.pop_front()
        {
            self.known.remove(&oldest);
        }
    }

    /// Whether nothing is known.
    pub(crate) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// What is known of it.
    pub(crate) fn of<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: std::borrow::Borrow<Q>,
    {
        self.known.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::Bounded;

    #[test]
    fn the_oldest_is_forgotten_and_what_is_said_again_counts_once() {
        let mut bounded = Bounded::<u32, u32, 2>::default();
        for (key, value) in [(1, 1), (1, 10), (2, 2), (3, 3)] {
            bounded.insert(key, value);
        }
        assert_eq!([1, 2, 3].map(|key| bounded.of(&key).copied()), [None, Some(2), Some(3)]);
    }
}
