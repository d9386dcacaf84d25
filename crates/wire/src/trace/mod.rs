//! What was on the wire: a list of events, each a datagram or a piece of a byte stream.
//!
//! A live lab, an example, the simulator and a capture file all make the same [`Trace`].

use std::net::SocketAddr;
use std::time::Duration;

/// Everything seen at one place, in the order in which it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The datagrams and stream pieces.
    pub events: Vec<Event>,
}

/// One datagram, or one piece of a byte stream in stream order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Since the Unix epoch for a recording, since the start for a simulation.
    pub at: Duration,
    /// Who sent it.
    pub from: SocketAddr,
    /// Whom it was sent to.
    pub to: SocketAddr,
    /// What carried it.
    pub transport: Transport,
    /// The payload of the transport: for UDP a whole datagram.
    pub bytes: Vec<u8>,
    /// What whoever recorded it had to say of it (pcapng: opt_comment).
    pub comment: Option<String>,
}

/// What carried an event's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// A datagram (RFC 768).
    Udp,
    /// A piece of a byte stream (RFC 9293).
    Tcp,
}
