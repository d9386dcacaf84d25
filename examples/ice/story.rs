//! Tells a story in order.

use anyhow::Result;
use scenario::{Moment, Outcome, Role, Setting, Side, Story, What};
use tap::Tap;
use wire::Session;
use wire::render::ladder::{Host, Ladder, Said, Step};
use wire::render::text::wrap;

use crate::checklist::Pairs;
use crate::packets::{self, Kind, Shown, Told};
use crate::{candidates, setting, why};

/// Of packets that only repeat, so many rounds are told.
const ROUNDS: usize = 2;
/// And so many packets in all.
const MOST: usize = 150;

/// What this stack does otherwise than the RFC says, where a reader would see it.
const REDUNDANT: &str = "A check from a srflx candidate leaves from its base, the host candidate: so RFC 8445 \
    section 6.1.2.4 prunes such pairs. This stack keeps them, and sends each such check twice.";

/// Whether it came to its end.
pub(crate) fn tell(
    setting: &Setting,
    options: &tap::Options,
    tap: &Tap,
) -> Result<bool> {
    let story = setting::played(setting)?;
    let packets = packets::all(&story);
    record(&story, &packets, options, tap);
    if !options.json && !options.quiet {
        let pairs = Side::BOTH.map(|side| Pairs::of(side, &story));
        tell_all(&story, setting, &packets, &pairs, tap);
    }
    Ok(!matches!(&story.outcome, Outcome::Unfinished(_)))
}

/// Every packet goes into the capture; beside JSON and in quiet they are all there is.
fn record(story: &Story, packets: &[Told], options: &tap::Options, tap: &Tap) {
    for told in packets {
        match options.json || options.quiet {
            true => tap.record(told.event.clone()),
            false => tap.keep(told.event.clone()),
        }
    }
    if options.json || options.quiet {
        tap.tell(&outcome(story));
    }
}

fn outcome(story: &Story) -> String {
    match &story.outcome {
        Outcome::Connected(it) => format!(
            "connected after {:.1} ms: {}",
            it.at.as_secs_f64() * 1e3,
            it.why
        ),
        Outcome::Failed(it) => format!("not connected: {}", it.why),
        Outcome::Unfinished(it) => format!("stopped: {}", it.why),
    }
}

fn tell_all(
    story: &Story,
    setting: &Setting,
    packets: &[Told],
    pairs: &[Pairs; 2],
    tap: &Tap,
) {
    let places: Vec<_> =
        story.nodes.iter().map(|node| node.name.as_str()).collect();
    tap.say(&format!(
        "1. left is behind {}, right behind {}, and a STUN server is on the internet.",
        story.left,
        if setting.play.same_network { "the same" } else { &story.right },
    ));
    tap.print(&format!("\n  {}", places.join("  --  ")));

    tap.say("2. Each gathers candidates: addresses at which it may be reached.");
    for (side, candidates) in Side::BOTH.into_iter().zip(&story.candidates) {
        candidates::tell(side, candidates, tap);
    }

    tap.say("3. Each pairs its own with the other's, those that checks brought to light among them.");
    pairs.iter().for_each(|pairs| pairs.tell(tap));
    tap.print("");
    tap.tell(REDUNDANT);

    tap.say("4. What happened, in order.");
    let (shown, left_out) = packets::few(packets, ROUNDS, MOST);
    happened(story, &shown, pairs, tap);
    if left_out > 0 {
        tap.tell(&format!("{left_out} packets more are left out here."));
    }

    tap.say("5. How the check lists went.");
    pairs.iter().for_each(|pairs| pairs.tell_changes(tap));
    Pairs::tell_meaning(tap);

    decisive(packets, tap);
    tap.say("7. The same as a ladder.");
    tap.ladder(&ladder(story, &shown));
    tap.say("8. What became of the checks, and why it ended as it did.");
    why::tell(story, packets, pairs, tap);
}

/// Moments and packets, merged by time.
fn happened(story: &Story, shown: &[Shown], pairs: &[Pairs; 2], tap: &Tap) {
    let mut lines = Vec::new();
    let mut consents = 0;
    for Moment { at, side, what } in &story.moments {
        consents += usize::from(matches!(what, What::ConsentAsked));
        let told_enough = consents > 2 * ROUNDS && consent(what);
        let pairs = &pairs[usize::from(*side == Side::Right)];
        if let Some(words) = words(what, pairs).filter(|_| !told_enough) {
            let words = format!("{:<6} * {words}", side.to_string());
            lines.push((*at, vec![indented(21, &words)]));
        }
    }
    let name = |node: usize| story.nodes.get(node).map_or("?", |node| &node.name);
    for one in shown {
        let told = &one.told;
        let mut all = vec![format!("{:<6} {}", name(told.from), one.words())];
        if let Some(why) = &told.journey.dropped {
            let place = told.journey.stops.last().map_or("?", |stop| &stop.place);
            all.push(indented(21, &format!("       ✗ {place}: {why}")));
        }
        all.extend(one.more().map(|more| format!("       … {more}")));
        lines.push((told.at(), all));
    }
    lines.sort_by_key(|(at, _)| *at);
    tap.print("");
    for (at, all) in lines {
        let at = format!("{:>8.1} ms ", at.as_secs_f64() * 1e3);
        tap.print(&format!("{at}{}", all.join(&format!("\n{:12}", ""))));
    }
}

/// In lines of 80 columns, twelve of which are taken by the time.
pub(crate) fn indented(indent: usize, words: &str) -> String {
    let rest = words.trim_start();
    let lead = &words[..words.len() - rest.len()];
    let lines = wrap(rest, 80 - indent);
    format!("{lead}{}", lines.join(&format!("\n{:indent$}", "")))
}

fn consent(what: &What) -> bool {
    matches!(what, What::ConsentAsked | What::ConsentGiven)
}

/// A moment in words; `None` of what is shown elsewhere.
fn words(what: &What, pairs: &Pairs) -> Option<String> {
    Some(match what {
        What::Gathered(candidate) => format!(
            "finds {} {}: {}",
            candidate.kind,
            candidate.address,
            candidates::meaning(candidate.kind)
        ),
        What::Redundant(candidate) => {
            format!(
                "drops {} {}: it has that already",
                candidate.kind, candidate.address
            )
        }
        What::GatheringDone(None) => "has all its candidates".to_owned(),
        What::GatheringDone(Some(why)) => {
            format!("has all its candidates, no srflx: {why}")
        }
        What::Offered => "hears the offer".to_owned(),
        What::Answered => "hears the answer".to_owned(),
        What::Told(candidate) => {
            format!("hears of {} {}", candidate.kind, candidate.address)
        }
        What::State(state) => format!("is {}", format!("{state:?}").to_lowercase()),
        What::Role(Role::Controlling) => {
            "takes the other role: it controls now".to_owned()
        }
        What::Role(Role::Controlled) => {
            "takes the other role: it is controlled now".to_owned()
        }
        What::Selected(pair) => format!("uses {} from now on", pairs.name(pair)),
        What::ConsentAsked => {
            "asks for consent: do you still want this?".to_owned()
        }
        What::ConsentGiven => "has consent".to_owned(),
        What::Restarted => "begins anew, with new credentials".to_owned(),
        What::Cut => "lost its cable".to_owned(),
        What::CheckList(_) => return None,
    })
}

/// The first of each kind that arrived, whole.
fn decisive(packets: &[Told], tap: &Tap) {
    tap.say("6. The first packet of each kind, byte by byte.");
    let mut session = Session::default();
    let mut seen: Vec<Kind> = Vec::new();
    for (number, told) in (1..).zip(packets) {
        let dissection = session.dissect(&told.event);
        if !seen.contains(&told.kind) && told.journey.dropped.is_none() {
            seen.push(told.kind);
            tap.print(&format!(
                "\n#{number} {}: {}",
                told.event.from,
                told.words()
            ));
            tap.explain(&dissection);
        }
    }
}

/// A line a place, an arrow a packet; a cross where it was dropped.
fn ladder(story: &Story, shown: &[Shown]) -> Ladder {
    let place =
        |name: &String| Host { name: Some(name.clone()), address: String::new() };
    let middle =
        story.nodes.iter().position(|node| node.side.is_none()).unwrap_or(0);
    let step = |one: &Shown| {
        let told = &one.told;
        let to = told.end.filter(|end| *end != told.from).unwrap_or(middle);
        let detail =
            [told.journey.dropped.clone(), one.more()].into_iter().flatten();
        let detail = detail.collect::<Vec<_>>().join("; ");
        let said = Said {
            label: one.words(),
            detail: Some(detail).filter(|detail| !detail.is_empty()),
            ..Said::default()
        };
        Step {
            at: told.at(),
            from: told.from,
            to,
            said,
            lost: told.journey.dropped.is_some(),
        }
    };
    Ladder {
        hosts: story.nodes.iter().map(|node| place(&node.name)).collect(),
        steps: shown.iter().map(step).collect(),
        more: 0,
    }
}
