//! What was on the wire: a list of events, each a datagram or a piece of a byte stream.
//!
//! A live lab, an example, the simulator and a capture file all make the same [`Trace`].

mod event;
mod skipped;

pub use event::{Event, Secrets, Transport};
pub use skipped::{Reason, Skipped};

/// Everything seen at one place, in the order in which it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The datagrams and stream pieces.
    pub events: Vec<Event>,
    /// Keys that decrypt them, if whoever recorded them put them in.
    pub secrets: Vec<Secrets>,
    /// What the capture holds that is not an event here: the first [`Trace::LISTED_SKIPS`] of it.
    pub skipped: Vec<Skipped>,
    /// How much was skipped in all, listed or not.
    pub skipped_count: u64,
}

impl Trace {
    /// So many skips are listed; the rest are counted only, so that a capture of nothing but ARP stays small.
    pub const LISTED_SKIPS: usize = 1000;

    /// Adds what was seen next.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl FromIterator<Event> for Trace {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        Trace { events: events.into_iter().collect(), ..Trace::default() }
    }
}
