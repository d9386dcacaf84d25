//! The trace of a matrix, cell by cell. Its comments say what the bytes cannot:
//!
//! ```text
//! eim-eif -- apdm-apdf: connects after 121 ms; the pair that won, and why    (of a cell's first packet)
//! right 50 ms, right NAT 51 ms as 203.0.113.1:40001, left NAT 91 ms: dropped, no mapping has that address
//! 12 more went the same way, until 30.2 s                                    (where some were left out)
//! ```

use wire::Session;
use wire::journey::Journey;
use wire::render::journeys::Traveler;
use wire::trace::{Event, Trace};

use super::super::journeys::{join, label};
use crate::book::packets::number_of;
use crate::book::problem::Complaint;

/// What stands behind what, and how it went.
#[derive(Debug)]
pub(super) struct Matrix {
    /// In the order in which they first stand on the left.
    pub(super) edges: Vec<String>,
    pub(super) cells: Vec<Cell>,
}

/// One pair.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) left: String,
    pub(super) right: String,
    /// After how many milliseconds; `None` where it does not.
    pub(super) connects: Option<f64>,
    /// Why.
    pub(super) why: String,
    pub(super) packets: Vec<Traveler>,
}

impl Cell {
    /// "eim-eif--apdm-apdf"
    pub(super) fn id(&self) -> String {
        format!("{}--{}", self.left, self.right)
    }

    /// "connects after 0.12 s"
    pub(super) fn outcome(&self) -> String {
        match self.connects {
            Some(ms) => format!("connects after {:.2} s", ms / 1e3),
            None => "does not connect".to_owned(),
        }
    }
}

impl Matrix {
    pub(super) fn read(trace: &Trace, file: &str) -> Result<Self, Complaint> {
        let mut session = Session::of(trace, None);
        let mut matrix = Self { edges: Vec::new(), cells: Vec::new() };
        for (place, event) in trace.events.iter().enumerate() {
            let label = label(event, &session.dissect(event).summary());
            matrix.add(event, label).map_err(|why| {
                Complaint::new(format!(
                    "the comment of packet {} of traces/{file} is none of a matrix: {why}",
                    number_of(place, event)
                ))
                .help("`cargo xtask traces matrix` makes it")
            })?;
        }
        match matrix.cells.len() {
            cells if cells > 0 && cells == matrix.edges.len().pow(2) => Ok(matrix),
            cells => {
                let what = format!("traces/{file} holds {cells} pairs of {} edges", matrix.edges.len());
                Err(Complaint::new(what).help("each is to stand with each, itself among them"))
            }
        }
    }

    fn add(&mut self, event: &Event, label: String) -> Result<(), String> {
        let mut lines = event.comment.as_deref().unwrap_or_default().lines().peekable();
        if let Some(cell) = lines.peek().and_then(|line| head(line)) {
            lines.next();
            if !self.edges.contains(&cell.left) {
                self.edges.push(cell.left.clone());
            }
            self.cells.push(cell);
        }
        let cell = self.cells.last_mut().ok_or("it has to begin with a pair, as in `none -- blocked: …`")?;
        let journey: Journey =
            lines.next().unwrap_or_default().parse().map_err(|error| format!("{error}"))?;
        join(&mut cell.packets, label, journey, lines.next().map(str::to_owned));
        Ok(())
    }
}

/// `eim-eif -- apdm-apdf: connects after 121 ms; why`
fn head(line: &str) -> Option<Cell> {
    let (pair, rest) = line.split_once(": ")?;
    let (left, right) = pair.split_once(" -- ")?;
    let (outcome, why) = rest.split_once("; ")?;
    let connects = match outcome.strip_prefix("connects after ") {
        Some(time) => Some(time.strip_suffix(" ms")?.parse().ok()?),
        None => None,
    };
    let (left, right, why) = (left.to_owned(), right.to_owned(), why.to_owned());
    Some(Cell { left, right, connects, why, packets: Vec::new() })
}
