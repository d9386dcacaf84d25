//! What came of a setting.

use std::time::Duration;

use serde::Serialize;
use sim::Incident;

use crate::candidate::CandidateView;
use crate::moment::{Moment, PairView, milliseconds, perhaps_milliseconds};
use crate::packets::{NodeView, PacketView, TableChange};

/// What came of a setting, and all that happened on the way. As JSON it is what a page needs to draw it.
#[derive(Clone, Debug, Serialize)]
pub struct Story {
    /// The left edge, by name.
    pub left: String,
    /// The right one.
    pub right: String,
    /// What chance came of.
    pub seed: u64,
    /// How it ended.
    pub outcome: Outcome,
    /// When it ended; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub ended: Duration,
    /// How many packets were sent, by anybody.
    pub packet_count: u64,
    /// What happened in the agents, in order.
    pub moments: Vec<Moment>,
    /// What each side gathered.
    pub candidates: [Vec<CandidateView>; 2],
    /// Each side's check list, as it was at the end.
    pub check_lists: [Vec<PairView>; 2],
    /// Who is in the network: the columns of a ladder, from left to right.
    pub nodes: Vec<NodeView>,
    /// Each packet with its way, in the order in which they were sent.
    pub packets: Vec<PacketView>,
    /// Each change of a NAT's table.
    pub tables: Vec<TableChange>,
    /// How much was left out of the lists above, as a story holds so much only: packets, changes of tables and moments,
    /// and what the simulator's log forgot.
    pub left_out: u64,
    /// The simulator's own log, for who wants more.
    #[serde(skip)]
    pub log: Vec<Incident>,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "outcome", rename_all = "lowercase")]
pub enum Outcome {
    /// Both sides selected a pair.
    Connected(Box<Connection>),
    /// At least one side gave up.
    Failed(Failure),
    /// It was stopped before either.
    Unfinished(Unfinished),
}

/// Both sides selected a pair.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Connection {
    /// When the later of the two did; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// The pair, as left sees it and as right does.
    pub pairs: [PairView; 2],
    /// Why it was this pair.
    pub why: String,
}

/// Who failed, and what became of the checks.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Failure {
    /// When; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// When both sides had a pair, if they ever had, which then died; in JSON, milliseconds.
    #[serde(serialize_with = "perhaps_milliseconds")]
    pub connected: Option<Duration>,
    /// What became of the checks.
    pub why: String,
}

/// What stopped it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Unfinished {
    /// When; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// Which limit.
    pub why: String,
}

impl Story {
    /// So many packets a story shows, and so many changes of tables.
    pub const MOST_PACKETS: usize = 4096;

    /// Whether both sides selected a pair.
    #[must_use]
    pub fn connected(&self) -> bool {
        matches!(self.outcome, Outcome::Connected(_))
    }

    /// The story as JSON.
    ///
    /// # Errors
    /// None: all of it can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}
