//! What happened in the agents, one thing after the other.

use std::fmt;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::candidate::CandidateView;

/// Something that happened in an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moment {
    /// When; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub at: Duration,
    /// In which.
    pub side: Side,
    /// What.
    #[serde(flatten)]
    pub what: What,
}

/// One of the two agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Who makes the offer.
    Left,
    /// Who answers.
    Right,
}

/// What happened in an agent.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "what", content = "detail", rename_all = "kebab-case")]
pub enum What {
    /// It found a candidate of its own.
    Gathered(CandidateView),
    /// What it found has the address and base of one that it has: dropped (RFC 8445 section 5.1.3).
    Redundant(CandidateView),
    /// It asks nobody any more. Where it found no server-reflexive candidate, why.
    GatheringDone(Option<String>),
    /// It was told the other side's credentials, by an offer.
    Offered,
    /// By an answer.
    Answered,
    /// It was told a candidate of the other side.
    Told(CandidateView),
    /// The check list looks like this now, the pair of highest priority first.
    CheckList(Vec<PairView>),
    /// A state of the agent.
    State(State),
    /// It has this role now, for the other side claimed the same (RFC 8445 section 7.3.1.1).
    Role(Role),
    /// It uses this pair now.
    Selected(Box<PairView>),
    /// It asked over the selected pair whether the other side still wants packets (RFC 7675 section 5.1).
    ConsentAsked,
    /// The other side answered.
    ConsentGiven,
    /// It began anew, with new credentials (RFC 8445 section 9).
    Restarted,
    /// Its cable was cut.
    Cut,
}

/// The state of an agent, by the stack's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Not told of anybody yet.
    New,
    /// Checks are under way.
    Checking,
    /// It has a pair.
    Connected,
    /// It has not heard the other side for a while.
    Disconnected,
    /// It gave up.
    Failed,
    /// It was closed.
    Closed,
}

/// Who decides which pair is used (RFC 8445 section 2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// This one.
    Controlling,
    /// The other.
    Controlled,
}

/// The state of a pair (RFC 8445 section 6.1.2.6). The stack has no Frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// No check was sent yet.
    Waiting,
    /// Checks were sent, none is answered.
    InProgress,
    /// A check was answered: the pair is valid.
    Succeeded,
    /// So many checks were not answered that it is given up.
    Failed,
}

/// A line of a check list.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairView {
    /// Ours.
    pub local: CandidateView,
    /// Theirs.
    pub remote: CandidateView,
    /// The priority of the controlling agent's candidate.
    pub g: u32,
    /// Of the controlled agent's.
    pub d: u32,
    /// 2^32 times the smaller, and twice the larger, and one where G is the larger (RFC 8445 section 6.1.2.3). In JSON
    /// a string: it does not fit a number of JavaScript.
    #[serde(serialize_with = "text")]
    pub priority: u64,
    /// How far it is.
    pub state: CheckState,
    /// Whether it was nominated.
    pub nominated: bool,
    /// Whether it is in use.
    pub selected: bool,
    /// Checks sent.
    pub requests_sent: u64,
    /// Answers to them.
    pub responses_received: u64,
    /// Checks of the other side.
    pub requests_received: u64,
    /// Answers to those.
    pub responses_sent: u64,
    /// How many of the checks were sent to keep consent.
    pub consent_requests_sent: u64,
    /// How long the last answer took; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub round_trip: Duration,
}

impl PairView {
    /// RFC 8445 section 6.1.2.3.
    #[must_use]
    pub fn priority_of(g: u32, d: u32) -> u64 {
        (u64::from(g.min(d)) << 32) + 2 * u64::from(g.max(d)) + u64::from(g > d)
    }
}

impl Side {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    pub(crate) fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "left",
            Self::Right => "right",
        })
    }
}

pub(crate) fn milliseconds<S: Serializer>(time: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_f64(time.as_micros() as f64 / 1000.0)
}

#[expect(clippy::ref_option, reason = "serde passes a reference")]
pub(crate) fn perhaps_milliseconds<S: Serializer>(time: &Option<Duration>, to: S) -> Result<S::Ok, S::Error> {
    match time {
        Some(time) => milliseconds(time, to),
        None => to.serialize_none(),
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn text<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(number)
}
