//! Why the pair that won did, or why none did.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use scenario::{CheckState, Outcome, Side, Story};
use tap::Tap;

use crate::checklist::Pairs;
use crate::packets::{Kind, Told};
use crate::story::indented;

// ANCHOR: why
/// What became of the checks of one side to one address: `3 dropped at right's NAT
/// (filtered …)`.
fn fates(story: &Story, packets: &[Told], side: Side, to: SocketAddr) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for told in packets.iter().filter(|told| told.kind.is_check() && told.to == to)
    {
        if story.nodes.get(told.from).and_then(|node| node.side) != Some(side) {
            continue;
        }
        let fate = match &told.journey.dropped {
            None => "arrived".to_owned(),
            Some(why) => {
                let place =
                    told.journey.stops.last().map_or("?", |stop| &stop.place);
                format!("dropped at {place}: {why}")
            }
        };
        *counts.entry(fate).or_default() += 1;
    }
    let fates: Vec<_> =
        counts.into_iter().map(|(fate, count)| format!("{count} {fate}")).collect();
    if fates.is_empty() { "none was sent".to_owned() } else { fates.join("; ") }
}

/// One line an address of the other side, with the pairs that lead there.
fn account(story: &Story, packets: &[Told], side: Side, pairs: &Pairs, tap: &Tap) {
    tap.print(&format!("\n{side}'s checks:"));
    let mut told: Vec<SocketAddr> = Vec::new();
    for (_, pair) in pairs.named() {
        let to = pair.remote.address;
        if told.contains(&to) {
            continue;
        }
        told.push(to);
        let alike: Vec<_> = pairs
            .named()
            .filter(|(_, pair)| pair.remote.address == to)
            .map(|(name, pair)| match pair.responses_received {
                0 => name,
                count => format!("{name}, answered {count} times"),
            })
            .collect();
        let fates = fates(story, packets, side, to);
        tap.print(&indented(
            4,
            &format!("  to {to} ({}): {fates}", alike.join("; ")),
        ));
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
            tap.learned(&format!(
                "They meet after {ms:.1} ms: {}.",
                connection.why
            ));
        }
        Outcome::Failed(failure) => {
            let seconds = failure.at.as_secs_f64();
            let what = match failure.connected {
                Some(_) => "They lose each other",
                None => "They do not meet",
            };
            tap.learned(&format!(
                "{what}, and gave up after {seconds:.1} s: {}.",
                failure.why
            ));
            if pairs.iter().all(no_answer)
                && packets.iter().any(|told| told.kind == Kind::Success)
            {
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
