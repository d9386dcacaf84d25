//! Sentences about how it ended, made of what was counted.

use std::collections::BTreeMap;
use std::time::Duration;

use sim::{Incident, What};

use crate::candidate::Kind;
use crate::host::Choice;
use crate::moment::{CheckState, PairView};
use crate::packets::{NodeKind, NodeView, node_at};

/// Why it was this pair: as the controlling side saw it, which decides (RFC 8445 section 8.1.1).
pub(crate) fn it_won(left: &Choice, right: &Choice) -> String {
    let (name, choice) = if left.controls { ("left", left) } else { ("right", right) };
    let valid: Vec<_> = choice.list.iter().filter(|pair| pair.state == CheckState::Succeeded).collect();
    let above = choice.list.iter().filter(|pair| pair.priority > choice.pair.priority);
    let above: Vec<_> = above.filter(|pair| pair.state != CheckState::Succeeded).collect();
    let mut why = format!("{name} controls and nominated {}", pair(&choice.pair));
    why += &match valid.len() {
        0 | 1 => ": the only pair whose check was answered".to_owned(),
        count if valid.iter().all(|pair| pair.priority <= choice.pair.priority) => {
            format!(": of the {count} pairs whose checks were answered, it has the highest priority")
        }
        count => {
            format!(", though of the {count} pairs whose checks were answered another has a higher priority")
        }
    };
    if !above.is_empty() {
        why += &format!(
            "; {} of higher priority got no answer",
            if above.len() == 1 { "one pair".to_owned() } else { format!("{} pairs", above.len()) }
        );
    }
    if choice.pair.remote.kind == Kind::Prflx {
        why += &format!(
            "; no candidate told of {}: {name} learned it from a check that came from there (peer-reflexive)",
            choice.pair.remote.address
        );
    }
    why
}

fn pair(pair: &PairView) -> String {
    format!(
        "{} {} - {} {}, priority {} (G {}, D {})",
        pair.local.kind,
        pair.local.address,
        pair.remote.kind,
        pair.remote.address,
        pair.priority,
        pair.g,
        pair.d
    )
}

/// What became of the packets that did not arrive, the most frequent end first. `connected`: when both had a pair, if
/// ever; what ended before then is not why. `[left, right]`: who had a pair.
pub(crate) fn it_failed<'l>(
    log: impl Iterator<Item = &'l Incident>,
    nodes: &[NodeView],
    connected: Option<Duration>,
    [left, right]: [bool; 2],
) -> String {
    let mut ends: BTreeMap<String, u64> = BTreeMap::new();
    for incident in log.filter(|incident| connected.is_none_or(|at| incident.at > at)) {
        if let What::Dropped(reason) = incident.what {
            let place = node_at(nodes, incident.place).and_then(|at| nodes.get(at));
            let place = match place {
                Some(node) if node.kind == NodeKind::Agent => format!("on the way to or from {}", node.name),
                Some(node) => format!("at {}", node.name),
                None => "on the internet".to_owned(),
            };
            *ends.entry(format!("{place} ({reason})")).or_default() += 1;
        }
    }
    let mut ends: Vec<_> = ends.into_iter().collect();
    ends.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let ends: Vec<_> = ends.iter().map(|(end, count)| format!("{count} {end}")).collect();
    let mut why = match (connected, left, right) {
        (Some(at), ..) => format!("they were connected at {} ms, and heard nothing any more", at.as_millis()),
        (None, true, _) => "left had a pair, but right never had one".to_owned(),
        (None, _, true) => "right had a pair, but left never had one".to_owned(),
        (None, false, false) => "no pair's check was answered".to_owned(),
    };
    if !ends.is_empty() {
        why += &format!("; packets that ended on their way: {}", ends.join(", "));
    }
    why
}
