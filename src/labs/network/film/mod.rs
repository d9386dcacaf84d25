//! A run as a page shows it: who stands where, which packet went how far, and what happened step by step.
//!
//! ```text
//! lanes    left peer | left NAT | STUN server | right NAT | right peer
//! packets  a packet, and a leg for each link that it crossed; a leg says from which step to which it flew
//! steps    what happened at one moment at one place, in a sentence, with what changed in a NAT's table
//! ```
//!
//! It is made from the world's log, and from nothing else: who drops a packet, and why, is what the simulator said.
//! Times are milliseconds of virtual time since the world began.

mod cast;
mod reel;
mod words;

use std::net::SocketAddr;
use std::time::Duration;

use serde::Serialize;

pub use cast::{Cast, Kind, Lane};
pub use reel::Reel;

/// A run, ready to be drawn.
#[derive(Clone, Debug, Serialize)]
pub struct Film {
    /// Left to right.
    pub lanes: Vec<Lane>,
    /// In the order in which they were sent.
    pub packets: Vec<Packet>,
    /// In the order of time.
    pub steps: Vec<Step>,
    /// So many packets are left out, as a page with more would be of use to nobody.
    pub left_out: usize,
    /// So many ICMP errors are left out: each is about a packet that is shown, and where that ends the page says.
    pub icmp: usize,
}

/// A packet on its way.
#[derive(Clone, Debug, Serialize)]
pub struct Packet {
    /// The simulator's number, from 1.
    pub no: u64,
    /// When it was sent.
    pub at: Ms,
    /// What it is for.
    pub role: Role,
    /// What it says, in a line.
    pub label: String,
    /// The packet whose question this answers, as an index of [`Film::packets`].
    pub answers: Option<usize>,
    /// Its payload, in hexadecimal.
    pub bytes: String,
    /// How it went.
    pub legs: Vec<Leg>,
}

/// What a packet is for, as far as ICE goes (RFC 8445).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Asks a STUN server "from where did this come?".
    Ask,
    /// A connectivity check.
    Check,
    /// A check with USE-CANDIDATE.
    Nominate,
    /// A success response.
    Answer,
    /// An error response.
    Error,
    /// An indication: nobody answers it.
    Indication,
    /// Anything else.
    Other,
}

/// One link that a packet crossed, or was to cross.
#[derive(Clone, Debug, Serialize)]
pub struct Leg {
    /// The lane that sent it.
    pub from: usize,
    /// The lane where it arrived, or was to arrive.
    pub to: usize,
    /// When it was sent.
    pub at: Ms,
    /// When it arrived, or would have.
    pub until: Ms,
    /// What its header says on this leg.
    pub source: SocketAddr,
    /// What its header says on this leg.
    pub target: SocketAddr,
    /// How the leg ended.
    pub fate: Fate,
    /// Why it ended otherwise than well.
    pub why: Option<String>,
    /// The link delivered the packet a second time.
    pub again: bool,
    /// The simulator's number of it; a copy that a link made shares its original's.
    #[serde(skip)]
    pub way: u64,
    /// The step in which it was sent.
    pub starts: usize,
    /// The step in which it ended; none if it was still on its way.
    pub ends: Option<usize>,
}

/// How a leg ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// It arrived, and was taken.
    Arrived,
    /// It arrived, and was not let through.
    Dropped,
    /// It never arrived.
    Lost,
    /// It was on its way when the run ended.
    Flying,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// When.
    pub at: Ms,
    /// At which lane.
    pub lane: usize,
    /// What kind of thing.
    pub kind: Happening,
    /// The packet, as an index of [`Film::packets`].
    pub packet: Option<usize>,
    /// In a sentence.
    pub text: String,
    /// What changed in tables.
    pub changes: Vec<Change>,
}

/// What kind of thing a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Happening {
    /// A host sends.
    Sent,
    /// A router passes on.
    Passed,
    /// A host gets.
    Arrived,
    /// A router or firewall refuses.
    Dropped,
    /// A link loses.
    Lost,
    /// A mapping's time is up.
    Expired,
    /// A peer learns or decides something.
    Noted,
}

/// What changed in the table of a NAT, or in the memory of a firewall.
#[derive(Clone, Debug, Serialize)]
pub struct Change {
    /// Whose.
    pub lane: usize,
    /// What happened to the line.
    pub what: Changed,
    /// The line's number, which is never used again.
    pub line: u64,
    /// The endpoint inside.
    pub internal: Option<SocketAddr>,
    /// What the internet sees in its place; none where nothing is translated.
    pub external: Option<SocketAddr>,
    /// Whom the filter lets in, each in a few words.
    pub lets_in: Vec<String>,
    /// When it dies, unless something refreshes it.
    pub expires: Option<Ms>,
    /// Who was refused.
    pub refused: Option<SocketAddr>,
}

/// What happened to a line of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Changed {
    /// It is new.
    Made,
    /// It was used, and may know of one more remote endpoint.
    Used,
    /// Its time was up.
    Expired,
    /// It did not let somebody in.
    Refused,
}

/// Milliseconds since the world began.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize)]
pub struct Ms(pub f64);

impl From<Duration> for Ms {
    /// To the microsecond: more would be digits without a meaning.
    fn from(time: Duration) -> Self {
        Self(time.as_micros() as f64 / 1000.0)
    }
}
