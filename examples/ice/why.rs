//! Why the pair that won did, or why none did.

use std::collections::BTreeMap;

use scenario::{CheckState, Outcome, PairView, Side, Story};
use tap::Tap;

use crate::checklist::Pairs;
use crate::packets::{Kind, Told};

// ANCHOR: why
/// What became of the checks of one side to one address, and of the answers to them:
/// `3 dropped at right's NAT (filtered …)`.
fn fates(story: &Story, packets: &[Told], side: Side, pair: &PairView) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for told in packets.iter().filter(|told| told.kind.is_check()) {
        let sender = story.nodes.get(told.from).and_then(|node| node.side);
        if sender != Some(side) || told.to != pair.remote.address {
            continue;
        }
        let fate = match &told.journey.dropped {
            None => "arrived".to_owned(),
            Some(why) => {
                let place = told.journey.stops.last().map_or("?", |stop| &stop.place);
                format!("dropped at {place} ({why})")
            }
        };
        *counts.entry(fate).or_default() += 1;
    }
    counts.into_iter().map(|(fate, count)| format!("{count} {fate}")).collect()
}

/// One line a pair: its checks, and what became of them.
fn account(story: &Story, packets: &[Told], side: Side, pairs: &Pairs, tap: &Tap) {
    tap.print(&format!("\n{side}:"));
    for (name, pair) in pairs.named() {
        let fates = fates(story, packets, side, pair);
        let fates = if fates.is_empty() { "no check".to_owned() } else { fates.join("; ") };
        let answered = match pair.responses_received {
            0 => String::new(),
            count => format!("; {count} answered"),
        };
        tap.tell(&format!("  {name}  to {}: {fates}{answered}", pair.remote.address));
    }
}
// ANCHOR_END: why

pub(crate) fn tell(story: &Story, packets: &[Told], pairs: &[Pairs; 2], tap: &Tap) {
    for (side, pairs) in Side::BOTH.into_iter().zip(pairs) {
        account(story, packets, side, pairs, tap);
    }
    match &story.outcome {
        Outcome::Connected(connection) => {
            let ms = connection.at.as_secs_f64() * 1e3;
            tap.learned(&format!("They meet after {ms:.1} ms: {}.", connection.why));
        }
        Outcome::Failed(failure) => {
            let seconds = failure.at.as_secs_f64();
            tap.learned(&format!("They do not meet, and gave up after {seconds:.1} s: {}.", failure.why));
            if pairs.iter().all(no_answer) && packets.iter().any(|told| told.kind == Kind::Success) {
                tap.tell("A TURN server would help: both can reach it, and it relays (RFC 8656).");
            }
        }
        Outcome::Unfinished(unfinished) => {
            tap.learned(&format!("The story was stopped: {}.", unfinished.why));
        }
    }
}

fn no_answer(pairs: &Pairs) -> bool {
    pairs.named().all(|(_, pair)| pair.state != CheckState::Succeeded)
}
