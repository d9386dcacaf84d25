//! What the SDP exercises call right is what `wire` reads, and what its linter finds no fault with.

use std::collections::BTreeSet;

use exercises::sdp::candidate::{self, Broken};
use exercises::sdp::roles::Setup;
use exercises::sdp::{answer, mend, roles};
use wire::Severity;
use wire::sdp::negotiation::negotiate;
use wire::sdp::{CANDIDATE, Candidate, Description, SDP};

#[test]
fn each_candidate_has_the_parts_that_wire_finds() {
    for (name, line, right) in candidate::questions() {
        let tree = CANDIDATE.dissect(line.as_bytes());
        let Ok(right) = right else {
            // Wire keeps what is no candidate, and whom it does not know it does not judge.
            let known = matches!(right, Err(Broken::NoCandidate | Broken::Related));
            assert!(
                known || tree.worst() == Some(Severity::Error),
                "{name}: wire finds no fault with {line}"
            );
            continue;
        };
        let found =
            Candidate::alone(&tree).next().unwrap_or_else(|| panic!("{name}: wire finds no candidate"));
        assert_eq!(found.foundation, right.foundation, "{name}");
        assert_eq!(found.component, u64::from(right.component), "{name}");
        assert_eq!(found.transport, right.transport, "{name}");
        assert_eq!(found.priority, u64::from(right.priority), "{name}");
        assert_eq!(
            (found.address, found.port, found.kind),
            (right.address, right.port, right.kind),
            "{name}"
        );
        assert_eq!((found.related, found.tcp_type), (right.related, right.tcp_type), "{name}");
    }
}

#[test]
fn the_linter_finds_no_fault_with_an_answer_that_is_right() {
    for (offer, _, right) in answer::questions() {
        let (offer, right) = (answer::sdp(&offer), answer::sdp(&right));
        let (offer, right) = (SDP.dissect(offer.as_bytes()), SDP.dissect(right.as_bytes()));
        let both = (Description::of(&offer).unwrap(), Description::of(&right).unwrap());
        let mut findings = negotiate(&both.0, &both.1).findings;
        findings.retain(|finding| finding.severity == Severity::Error);
        assert!(findings.is_empty(), "{findings:?}");
    }
}

#[test]
fn a_setup_answers_another_where_the_linter_lets_it() {
    let text = |setup: &str| mend::Broken::A.text().replace("actpass", setup);
    let offer_of = |setup: &str| text(setup).replace("pong", "ping");
    let words = [(Setup::Actpass, "actpass"), (Setup::Active, "active"), (Setup::Passive, "passive")];
    for ((offer, offered), (answer, answered)) in
        words.iter().flat_map(|offer| words.map(|answer| (*offer, answer)))
    {
        let faults = mend::faults(Some(&offer_of(offered)), &text(answered));
        assert_eq!(
            roles::allowed(offer).contains(&answer),
            faults.is_empty(),
            "{offered}, {answered}: {faults:?}"
        );
    }
}

#[test]
fn each_of_the_twelve_is_broken_in_its_own_way_and_its_offer_is_not() {
    let mut rules = BTreeSet::new();
    for (which, offer, text) in mend::questions() {
        let faults = mend::faults(offer.as_deref(), &text);
        let first = faults.first().unwrap_or_else(|| panic!("{which:?} has no fault"));
        assert!(rules.insert((first.id(), first.message.to_string())), "{which:?}: {first:?}");
        if let Some(offer) = offer {
            let faults = mend::faults(None, &offer);
            assert!(faults.is_empty(), "the offer to {which:?}: {faults:?}");
        }
    }
}
