//! Eleven edges, each with each: 121 stories in one table, and in one capture.

use std::fmt::Write;

use anyhow::Result;
use scenario::{Outcome, Setting, Story, matrix, play};
use tap::Tap;

use crate::packets;

/// Of packets that only repeat, the capture holds so many rounds.
const ROUNDS: usize = 2;
/// And so many packets of a cell: three cells go on without end.
const MOST: usize = 60;

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
    let packets = packets::all(story);
    let (shown, left_out) = packets::few(&packets, ROUNDS, MOST);
    let last = shown.len().saturating_sub(1);
    let mut head = Some(head(story));
    for (number, one) in shown.iter().enumerate() {
        let rest = (number == last && left_out > 0)
            .then(|| format!("{left_out} packets more are left out here"));
        let lines =
            [head.take(), Some(one.told.journey.to_string()), rest.or(one.more())];
        let comment: Vec<_> = lines.into_iter().flatten().collect();
        for _ in 0..one.times {
            tap.keep(one.told.event.clone().with_comment(comment.join("\n")));
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
        Outcome::Unfinished(it) => ("does not connect".to_owned(), &it.why),
    };
    format!("{} -- {}: {outcome}; {why}", story.left, story.right)
}
