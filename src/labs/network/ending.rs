//! How a run ended, and why, in words.

use std::collections::BTreeMap;

use scenario::{Failure, Moment, Outcome, PairView, Side, State, Story, What};
use serde::Serialize;

use super::film::{Fate, Film, Role};

/// How it ended.
#[derive(Clone, Debug, Serialize)]
pub struct Ending {
    /// `met`, `apart` or `stopped`.
    pub verdict: &'static str,
    /// In one sentence.
    pub headline: String,
    /// What led there.
    pub why: Vec<String>,
}

impl Ending {
    /// What is to be said of a story.
    #[must_use]
    pub fn of(story: &Story, film: &Film) -> Self {
        match &story.outcome {
            Outcome::Connected(connection) => Self {
                verdict: "met",
                headline: format!(
                    "They met after {:.0} ms: {}.",
                    connection.at.as_secs_f64() * 1000.0,
                    pair(&connection.pairs[0])
                ),
                why: std::iter::once(sentence(&connection.why)).chain(checks(film)).collect(),
            },
            Outcome::Failed(failure) => Self {
                verdict: "apart",
                headline: apart(failure),
                why: gathering(story).chain(checks(film)).collect(),
            },
            Outcome::Unfinished(unfinished) => Self {
                verdict: "stopped",
                headline: format!(
                    "It was stopped after {:.1} s, before they met or gave up.",
                    unfinished.at.as_secs_f64()
                ),
                why: std::iter::once(sentence(&unfinished.why)).chain(checks(film)).collect(),
            },
        }
    }
}

fn apart(failure: &Failure) -> String {
    let end = failure.at.as_secs_f64();
    match failure.connected {
        None => format!("They did not meet, and gave up after {end:.1} s."),
        Some(at) => format!(
            "They met after {:.0} ms, but lost each other: it was given up after {end:.1} s.",
            at.as_secs_f64() * 1000.0
        ),
    }
}

/// What a peer learns or decides, in a sentence; none for what a page shows otherwise.
#[must_use]
pub fn noted(moment: &Moment) -> Option<String> {
    let who = moment.side;
    Some(match &moment.what {
        What::Gathered(candidate) => {
            format!("The {who} peer has a candidate: {} {}.", candidate.kind, candidate.address)
        }
        What::Told(candidate) => {
            format!(
                "Signaling tells the {who} peer of a candidate: {} {}.",
                candidate.kind, candidate.address
            )
        }
        What::Offered => {
            format!("Signaling brings the {who} peer the offer, with user name and password for checks.")
        }
        What::Answered => {
            format!("Signaling brings the {who} peer the answer, with user name and password for checks.")
        }
        What::Selected(chosen) => format!("The {who} peer uses this pair now: {}.", pair(chosen)),
        What::State(State::Failed) => format!("The {who} peer gives up: no check was answered in time."),
        What::State(State::Disconnected) => format!("The {who} peer has not heard the other for a while."),
        What::Role(role) => {
            format!("The {who} peer gives in: both said that they control. It is {} now.", role_name(*role))
        }
        What::Restarted => format!("The {who} peer restarts ICE, with a new user name and password."),
        What::Cut => format!("The {who} peer's cable is cut."),
        _ => return None,
    })
}

fn role_name(role: scenario::Role) -> &'static str {
    match role {
        scenario::Role::Controlling => "controlling",
        scenario::Role::Controlled => "controlled",
    }
}

/// "srflx 198.51.100.1:49152 to host 203.0.113.1:5000"
fn pair(pair: &PairView) -> String {
    format!("{} {} to {} {}", pair.local.kind, pair.local.address, pair.remote.kind, pair.remote.address)
}

/// Who learned nothing from the STUN server.
fn gathering(story: &Story) -> impl Iterator<Item = String> {
    story.moments.iter().filter_map(|moment| match &moment.what {
        What::GatheringDone(Some(why)) => {
            Some(format!("The {} peer has no server-reflexive candidate: {why}.", moment.side))
        }
        _ => None,
    })
}

/// What became of the checks of each side, the most frequent end first.
fn checks(film: &Film) -> Vec<String> {
    let mut told = Vec::new();
    for side in Side::BOTH {
        let mut sent = 0;
        let mut arrived = 0;
        let mut ends: BTreeMap<String, usize> = BTreeMap::new();
        for packet in &film.packets {
            let (Some(first), Some(last)) = (packet.legs.first(), packet.legs.last()) else { continue };
            let ours =
                film.lanes.get(first.from).is_some_and(|lane| lane.side == Some(side) && lane.depth == 0);
            if !ours || !matches!(packet.role, Role::Check | Role::Nominate) {
                continue;
            }
            sent += 1;
            let place = film.lanes.get(last.to).map_or("network", |lane| lane.name);
            let why = last.why.clone().unwrap_or_default();
            match last.fate {
                Fate::Arrived => arrived += 1,
                Fate::Flying => {}
                Fate::Dropped => *ends.entry(format!("dropped by the {place}, {why}")).or_default() += 1,
                Fate::Lost => *ends.entry(lost(&why)).or_default() += 1,
            }
        }
        let mut ends: Vec<_> = ends.into_iter().collect();
        ends.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let mut parts: Vec<_> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
        if arrived > 0 || sent == 0 {
            parts.insert(0, format!("{arrived} arrived"));
        }
        told.push(match (sent, ends.as_slice()) {
            (0, _) => format!("The {side} peer sent no check."),
            (_, []) if arrived == sent => format!("All {sent} checks of the {side} peer arrived."),
            (_, [(end, count)]) if *count == sent => {
                format!("Every check of the {side} peer, {sent} of them, was {end}.")
            }
            _ => format!("Of {sent} checks of the {side} peer, {}.", parts.join("; ")),
        });
    }
    told
}

/// What follows "16 checks" or "each was".
fn lost(why: &str) -> String {
    if why.starts_with("no route") {
        "sent to an address that nobody on the internet has, a private one".to_owned()
    } else {
        why.to_owned()
    }
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(char::to_uppercase).into_iter().flatten();
    let mut sentence: String = first.chain(letters).collect();
    if !sentence.ends_with('.') {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn of_two_who_lost_each_other_nobody_says_that_they_never_met() {
        let at = Duration::from_secs(35);
        let after = |connected| apart(&Failure { at, connected, why: String::new() });
        assert!(after(None).starts_with("They did not meet"));
        assert!(after(Some(Duration::from_millis(120))).starts_with("They met after 120 ms, but lost"));
    }
}
