//! Every pair of eleven edges, each played by two real agents: who connects, when, and by which candidates.

use std::fmt;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde::Serialize;
use sim::{Behavior, Edge};

use crate::candidate::Kind;
use crate::moment::milliseconds;
use crate::setting::Setting;
use crate::stage::{Error, Stage};
use crate::story::Outcome;

/// What came of one pair of edges.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The left edge, by name.
    pub left: String,
    /// The right one.
    pub right: String,
    /// How they met; `None` where they did not.
    pub met: Option<Met>,
    /// Whether it was stopped before the agents had a pair or had given up.
    pub stopped: bool,
    /// When both had a pair, or had given up, or it was stopped; in JSON, milliseconds.
    #[serde(serialize_with = "milliseconds")]
    pub ended: Duration,
    /// How many packets were sent until then, by anybody.
    pub packets: u64,
    /// Why this pair, or what became of the checks.
    pub why: String,
}

/// How two agents met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Met {
    /// How left found the address of right that it uses.
    pub left_uses: Kind,
    /// How right found that of left.
    pub right_uses: Kind,
}

/// All cells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matrix {
    /// The edges' names: of the rows and of the columns.
    pub edges: Vec<String>,
    /// Row by row: left is the row.
    pub cells: Vec<Cell>,
}

/// No NAT; each mapping with each filtering; and a network without UDP.
#[must_use]
pub fn edges() -> [Edge; 11] {
    let mut nats = Behavior::all().map(Edge::Nat);
    std::array::from_fn(|at| match at {
        0 => Edge::Open,
        _ => nats.next().unwrap_or(Edge::UdpBlocked),
    })
}

/// What a cell plays.
#[must_use]
pub fn setting(left: &Edge, right: &Edge) -> Setting {
    Setting::between(left.clone(), right.clone())
}

/// Plays one cell.
///
/// # Errors
/// Where the stack refuses what it is given.
pub fn cell(left: &Edge, right: &Edge) -> Result<Cell, Error> {
    played(&setting(left, right))
}

/// Plays any setting, and keeps of it no more than a cell holds: much less work than a whole story.
///
/// # Errors
/// As [`cell`].
pub fn played(setting: &Setting) -> Result<Cell, Error> {
    let mut stage = Stage::new(setting, false)?;
    let end = stage.run(|| true)?;
    let outcome = stage.outcome(end);
    let stopped = matches!(outcome, Outcome::Unfinished(_));
    let (met, ended, why) = match outcome {
        Outcome::Connected(connection) => {
            let [left, right] = &connection.pairs;
            let met = Met { left_uses: left.remote.kind, right_uses: right.remote.kind };
            (Some(met), connection.at, connection.why)
        }
        Outcome::Failed(failure) => (None, failure.at, failure.why),
        Outcome::Unfinished(unfinished) => (None, unfinished.at, unfinished.why),
    };
    let (left, right) = (setting.left.to_string(), setting.right.to_string());
    Ok(Cell { left, right, met, stopped, ended, packets: stage.packet_count(), why })
}

/// Plays all 121 cells, on as many threads as there are processors.
///
/// # Errors
/// As [`cell`].
pub fn whole() -> Result<Matrix, Error> {
    of(&edges(), 1)
}

/// Plays each pair of `edges`, with that seed.
///
/// # Errors
/// As [`cell`].
pub fn of(edges: &[Edge], seed: u64) -> Result<Matrix, Error> {
    let pairs: Vec<_> = edges.iter().flat_map(|left| edges.iter().map(move |right| (left, right))).collect();
    let cells = all(&pairs, |(left, right)| played(&Setting { seed, ..setting(left, right) }));
    let cells = cells.into_iter().collect::<Result<_, _>>()?;
    Ok(Matrix { edges: edges.iter().map(ToString::to_string).collect(), cells })
}

/// Does `work` with each of `things`, on as many threads as there are processors; in order.
fn all<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(things.len())));
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(things.len());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some((at, thing)) =
                    Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, things.get(at)?)))
                {
                    let result = work(thing);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Matrix {
    /// The cell of these two edges, by name.
    #[must_use]
    pub fn cell(&self, left: &str, right: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.left == left && cell.right == right)
    }

    fn table(&self, f: &mut fmt::Formatter<'_>, text: impl Fn(&Cell) -> String) -> fmt::Result {
        let width = 12;
        write!(f, "{:9}", "")?;
        self.edges.iter().try_for_each(|edge| write!(f, " {edge:>width$}"))?;
        writeln!(f)?;
        for row in self.cells.chunks(self.edges.len().max(1)) {
            let Some(first) = row.first() else { continue };
            write!(f, "{:9}", first.left)?;
            row.iter().try_for_each(|cell| write!(f, " {:>width$}", text(cell)))?;
            writeln!(f)?;
        }
        Ok(())
    }
}

/// Three tables: by which candidates, in how many milliseconds, with how many packets.
impl fmt::Display for Matrix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "how left found right's address, and right left's (rows: left, which controls)")?;
        self.table(f, |cell| match cell.met {
            Some(met) => format!("{}/{}", met.left_uses, met.right_uses),
            None => "-".to_owned(),
        })?;
        writeln!(
            f,
            "\nmilliseconds until both had a pair, or had given up (*: it was stopped, as their check lists grew past 100 pairs)"
        )?;
        self.table(f, |cell| {
            let star = if cell.stopped { "*" } else { "" };
            format!("{}{star}", cell.ended.as_millis())
        })?;
        writeln!(f, "\npackets sent until then")?;
        self.table(f, |cell| cell.packets.to_string())
    }
}
