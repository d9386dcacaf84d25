//! Eleven edges, each with each: 121 stories in one table, and in one capture.

use std::fmt::Write;

use anyhow::Result;
use scenario::{Outcome, Setting, Story, play};
use tap::Tap;

use crate::packets;

/// Of packets that only repeat, the capture holds so many rounds.
const ROUNDS: usize = 2;

/// Plays all of it. Each cell's packets go into the capture, one cell after another.
pub(crate) fn tell(seed: u64, tap: &Tap) -> Result<bool> {
    let edges = matrix::edges();
    tap.say("Rows: what stands before left, who makes the offer. Columns: before right.");
    let mut table = format!("\n{:13}", "");
    for number in 1..=edges.len() {
        let _ = write!(table, "{number:>6}");
    }
    tap.print(&table);
    for (number, left) in (1..).zip(&edges) {
        let mut row = format!("{number:>2} {:<10}", left.to_string());
        for right in &edges {
            let story = play(&Setting { seed, ..matrix::setting(left, right) })?;
            let _ = write!(row, "{:>6}", short(&story));
            record(&story, tap);
        }
        tap.print(&row);
    }
    tap.print("\nSeconds until both have a pair; a hyphen where they do not meet.");
    Ok(true)
}

fn short(story: &Story) -> String {
    match &story.outcome {
        Outcome::Connected(connection) => {
            format!("{:.2}", connection.at.as_secs_f64())
        }
        Outcome::Failed(_) | Outcome::Unfinished(_) => "-".to_owned(),
    }
}

/// The packets of a cell. The comment of the first names the cell, and says how it
/// ended; each comment tells the packet's way.
fn record(story: &Story, tap: &Tap) {
    let mut head = Some(head(story));
    for shown in packets::few(&packets::all(story), ROUNDS) {
        let lines =
            [head.take(), Some(shown.told.journey.to_string()), shown.more()];
        let comment: Vec<_> = lines.into_iter().flatten().collect();
        for _ in 0..shown.times {
            tap.keep(shown.told.event.clone().with_comment(comment.join("\n")));
        }
    }
}

/// `eim-eif -- apdm-apdf: connects after 121 ms; why`
fn head(story: &Story) -> String {
    let (outcome, why) = match &story.outcome {
        Outcome::Connected(it) => (
            format!("connects after {} ms", it.at.as_micros() as f64 / 1e3),
            &it.why,
        ),
        Outcome::Failed(it) => ("does not connect".to_owned(), &it.why),
        Outcome::Unfinished(it) => ("does not connect in time".to_owned(), &it.why),
    };
    format!("{} -- {}: {outcome}; {why}", story.left, story.right)
}

mod matrix {
    use sim::{Behavior, Edge};
    pub fn edges() -> [Edge; 11] {
        let mut nats = Behavior::all().map(Edge::Nat);
        std::array::from_fn(|at| match at {
            0 => Edge::Open,
            _ => nats.next().unwrap_or(Edge::UdpBlocked),
        })
    }
    pub fn setting(left: &Edge, right: &Edge) -> scenario::Setting {
        scenario::Setting::between(left.clone(), right.clone())
    }
}
