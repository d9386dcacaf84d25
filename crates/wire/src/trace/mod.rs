//! What was on the wire: a list of events, each a datagram or a piece of a byte stream.
//!
//! A live lab, an example, the simulator and a capture file all make the same [`Trace`].
//!
//! ```
//! use std::time::Duration;
//! use wire::trace::{Event, Trace};
//!
//! let mut trace = Trace::default();
//! let (client, server) = ("192.0.2.1:50000".parse()?, "192.0.2.2:3478".parse()?);
//! trace.push(Event::udp(Duration::from_secs(1), client, server, *b"ping").with_comment("hello?"));
//!
//! let mut file = Vec::new();
//! trace.write_pcapng(&mut file)?; // opens in Wireshark
//! assert_eq!(Trace::read(&file)?.events[0].bytes, b"ping");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! How a capture file becomes events, layer by layer, a module each: `pcapng` or `pcap` finds the frames,
//! `link` and `ip` take off their headers, `fragment` and `tcp` put together what traveled in pieces.
//! `packets` goes the other way, for writing.

mod error;
mod event;
mod fold;
mod fragment;
mod ip;
mod link;
mod order;
mod packets;
mod pcap;
mod pcapng;
mod skipped;
mod tcp;

pub use error::ReadError;
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

    /// Reads a capture file, pcapng or pcap, whichever it is.
    ///
    /// What gives no event (ARP, an unknown link type, a packet cut short, a broken block, the rest of a file
    /// that was cut) does not stop the reading: it is listed in [`Trace::skipped`]. TCP packets without
    /// payload are neither events nor skips.
    ///
    /// # Errors
    ///
    /// If `bytes` is no capture at all, or of a version that nobody defined yet.
    pub fn read(bytes: &[u8]) -> Result<Trace, ReadError> {
        if let Some(order) = pcapng::section_order(bytes) {
            pcapng::read(bytes, order)
        } else if let Some(magic) = pcap::magic(bytes) {
            pcap::read(bytes, magic)
        } else {
            Err(ReadError::not_a_capture(bytes))
        }
    }

    /// Adds what was seen next.
    pub fn push(&mut self, event: Event) {
        self.events.push(event);
    }

    fn skip(&mut self, packet: u32, why: Reason) {
        self.skipped_count += 1;
        if self.skipped.len() < Self::LISTED_SKIPS {
            self.skipped.push(Skipped { packet, why });
        }
    }
}

impl FromIterator<Event> for Trace {
    fn from_iter<I: IntoIterator<Item = Event>>(events: I) -> Self {
        Trace { events: events.into_iter().collect(), ..Trace::default() }
    }
}

/// Whether `bytes` begin as a capture file does, so that [`Trace::read`] is worth a try.
pub fn looks_like_capture(bytes: &[u8]) -> bool {
    pcapng::section_order(bytes).is_some() || pcap::magic(bytes).is_some()
}
