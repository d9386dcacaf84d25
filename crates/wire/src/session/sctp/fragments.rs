//! Fragments of messages, put together in whatever order they come.
//!
//! Fragments that follow each other make a run. A new one joins the runs that it touches, the shorter to the longer,
//! so that n fragments cost n log n steps even where they come backwards.

use std::collections::{BTreeMap, HashMap, VecDeque};

/// So many bytes wait for the rest of their messages, in each direction.
const MOST_HELD: usize = 1 << 20;
/// What a fragment costs beside its bytes.
const OVERHEAD: usize = 64;

/// Stream, whether unordered, and the number of the message in it.
type Message = (u64, bool, u64);

/// A fragment of a message.
#[derive(Debug)]
pub(super) struct Fragment {
    pub(super) message: Message,
    /// Its TSN, or its number in the message: neighbors differ by 1.
    pub(super) place: u32,
    pub(super) begins: bool,
    pub(super) ends: bool,
    pub(super) ppid: u64,
    pub(super) packet: u64,
    pub(super) bytes: Vec<u8>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Taken {
    /// Its message is not whole yet.
    Waits,
    /// There was no room: what was held is forgotten, and it alone is held.
    TooMuch,
    /// It was the last that was missing.
    Whole(Whole),
}

/// A message that was put together.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) bytes: Vec<u8>,
    pub(super) ppid: u64,
    pub(super) count: usize,
    /// The least and the greatest number of the packets that brought it.
    pub(super) first: u64,
    pub(super) last: u64,
}

/// The runs that wait, by their first place; and the first places, by the last.
#[derive(Debug, Default)]
pub(super) struct Fragments {
    runs: BTreeMap<(Message, u32), Run>,
    firsts: HashMap<(Message, u32), u32>,
    held: usize,
}

#[derive(Debug)]
struct Run {
    last: u32,
    begins: bool,
    ends: bool,
    pieces: VecDeque<Fragment>,
}

impl Fragments {
    pub(super) fn take(&mut self, fragment: Fragment) -> Taken {
        let (message, place, cost) = (fragment.message, fragment.place, fragment.bytes.len() + OVERHEAD);
        if self.runs.contains_key(&(message, place)) || self.firsts.contains_key(&(message, place)) {
            return Taken::Waits;
        }
        let crowded = self.held + cost > MOST_HELD;
        if crowded {
            *self = Self::default();
        }
        self.held += cost;
        let mut run = Run::of(fragment);
        let mut first = place;
        let before = self.firsts.get(&(message, place.wrapping_sub(1))).copied();
        if let Some(start) = before.filter(|_| !run.begins)
            && let Some(earlier) = self.remove(message, start, |run| !run.ends)
        {
            (first, run) = (start, earlier.join(run));
        }
        if !run.ends
            && let Some(later) = self.remove(message, place.wrapping_add(1), |run| !run.begins)
        {
            run = run.join(later);
        }
        if run.begins && run.ends {
            self.held = self.held.saturating_sub(run.cost());
            return run.whole();
        }
        self.firsts.insert((message, run.last), first);
        self.runs.insert((message, first), run);
        if crowded { Taken::TooMuch } else { Taken::Waits }
    }

    /// Forgets what waits on a stream: its messages are counted from 0 again.
    pub(super) fn forget(&mut self, stream: u64) {
        self.drop_between((stream, false, 0), (stream, true, u64::MAX));
    }

    /// Forgets the messages of a stream up to this one: the rest of them never comes.
    pub(super) fn give_up(&mut self, stream: u64, unordered: bool, message: u32) {
        // Numbers are compared as serial numbers: the half of them that is before.
        let first = message.wrapping_sub(i32::MAX as u32);
        let mut between = |first: u32, last: u32| {
            self.drop_between((stream, unordered, first.into()), (stream, unordered, last.into()));
        };
        if first <= message {
            between(first, message);
        } else {
            between(0, message);
            between(first, u32::MAX);
        }
    }

    fn drop_between(&mut self, first: Message, last: Message) {
        let range = (first, 0)..=(last, u32::MAX);
        let keys: Vec<_> = self.runs.range(range).map(|(key, run)| (*key, run.last)).collect();
        for (key, last) in keys {
            self.firsts.remove(&(key.0, last));
            self.held = self.held.saturating_sub(self.runs.remove(&key).map_or(0, |run| run.cost()));
        }
    }

    /// Takes out the run that begins there, if it may be joined.
    fn remove(&mut self, message: Message, first: u32, joins: impl FnOnce(&Run) -> bool) -> Option<Run> {
        self.runs.get(&(message, first)).filter(|run| joins(run))?;
        let run = self.runs.remove(&(message, first))?;
        self.firsts.remove(&(message, run.last));
        Some(run)
    }
}

impl Run {
    fn of(fragment: Fragment) -> Self {
        let (last, begins, ends) = (fragment.place, fragment.begins, fragment.ends);
        Self { last, begins, ends, pieces: VecDeque::from([fragment]) }
    }

    fn join(mut self, mut later: Self) -> Self {
        let (begins, last, ends) = (self.begins, later.last, later.ends);
        let pieces = if self.pieces.len() >= later.pieces.len() {
            self.pieces.append(&mut later.pieces);
            self.pieces
        } else {
            self.pieces.into_iter().rev().for_each(|piece| later.pieces.push_front(piece));
            later.pieces
        };
        Self { last, begins, ends, pieces }
    }

    fn cost(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len() + OVERHEAD).sum()
    }

    fn whole(self) -> Taken {
        let packets = || self.pieces.iter().map(|piece| piece.packet);
        Taken::Whole(Whole {
            bytes: self.pieces.iter().flat_map(|piece| &piece.bytes).copied().collect(),
            ppid: self.pieces.front().map_or(0, |piece| piece.ppid),
            count: self.pieces.len(),
            first: packets().min().unwrap_or_default(),
            last: packets().max().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fragment(place: u32, begins: bool, ends: bool, bytes: &[u8]) -> Fragment {
        let packet = u64::from(place);
        Fragment { message: (1, false, 0), place, begins, ends, ppid: 51, packet, bytes: bytes.to_vec() }
    }

    #[test]
    fn whatever_order_they_come_in_they_make_the_same_message() {
        // Around the end of the numbers, where TSNs begin anew.
        let start = u32::MAX - 1;
        let orders: [[u32; 4]; 5] = [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1], [0, 3, 1, 2]];
        for order in orders {
            let mut fragments = Fragments::default();
            for (nth, n) in order.into_iter().enumerate() {
                let taken =
                    fragments.take(fragment(start.wrapping_add(n), n == 0, n == 3, &[b'a' + n as u8]));
                match taken {
                    Taken::Whole(whole) => {
                        assert_eq!((nth, &whole.bytes[..], whole.count), (3, &b"abcd"[..], 4));
                    }
                    _ => assert!(nth < 3, "{order:?}"),
                }
            }
            assert_eq!((fragments.held, fragments.runs.len(), fragments.firsts.len()), (0, 0, 0));
        }
    }

    #[test]
    fn messages_that_touch_are_not_joined() {
        let mut fragments = Fragments::default();
        // The end of one message, and the beginning of the next.
        assert!(matches!(fragments.take(fragment(11, false, true, b"b")), Taken::Waits));
        assert!(matches!(fragments.take(fragment(12, true, false, b"c")), Taken::Waits));
        let Taken::Whole(first) = fragments.take(fragment(10, true, false, b"a")) else { panic!("is whole") };
        let Taken::Whole(second) = fragments.take(fragment(13, false, true, b"d")) else {
            panic!("is whole")
        };
        assert_eq!((first.bytes, second.bytes), (b"ab".to_vec(), b"cd".to_vec()));
    }

    #[test]
    fn endless_fragments_are_held_within_the_bound_in_any_order() {
        for backwards in [false, true] {
            let mut fragments = Fragments::default();
            let mut crowded = 0;
            for n in 0..40_000_u32 {
                let place = if backwards { u32::MAX - n } else { n };
                crowded += usize::from(matches!(
                    fragments.take(fragment(place, false, false, b"x")),
                    Taken::TooMuch
                ));
                assert!(fragments.held <= MOST_HELD);
            }
            assert_eq!(crowded, 40_000 / (MOST_HELD / (OVERHEAD + 1)));
        }
    }
}
