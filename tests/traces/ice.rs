//! The captures that the page `ice` draws from.

use wire::Session;
use wire::stun::STUN;
use wire::trace::Event;

use crate::redacted::redacted;
use crate::{read, traces};

/// Whether a packet is of the kind that is looked for.
type Kind = fn(&Event) -> bool;

/// The first packet of each kind, in a capture.
fn decisive(file: &str, kinds: &[(&str, Kind)]) {
    let trace = read(&traces().join(file));
    let packets = redacted(&trace, "wirebook");
    for (name, is) in kinds {
        let place = trace.events.iter().position(is).unwrap_or_else(|| panic!("{file} has no {name}"));
        insta::assert_snapshot!(*name, packets[place]);
    }
}

fn has(event: &Event, name: &str) -> bool {
    STUN.dissect(&event.bytes[..]).find(name).is_some()
}

#[test]
fn the_decisive_packets_are_those_that_the_page_tells_of() {
    decisive(
        "ice.pcapng",
        &[
            ("gathering", |event| has(event, "XOR-MAPPED-ADDRESS")),
            ("filtered", |event| event.comment.as_deref().is_some_and(|it| it.contains("filtered"))),
            ("check", |event| has(event, "ICE-CONTROLLING")),
            ("nomination", |event| has(event, "USE-CANDIDATE")),
        ],
    );
}

#[test]
fn a_role_conflict_is_answered_by_487() {
    decisive("ice-conflict.pcapng", &[("role_conflict", |event| has(event, "ERROR-CODE"))]);
}

#[test]
fn the_matrix_holds_every_pair_of_eleven_edges() {
    let trace = read(&traces().join("matrix.pcapng"));
    let heads = trace.events.iter().filter_map(|event| event.comment.as_deref()?.lines().next());
    let cells: Vec<_> = heads.filter(|line| line.contains(" -- ")).collect();
    let meet = cells.iter().filter(|line| line.contains(": connects after ")).count();
    assert_eq!((cells.len(), meet), (121, 61));
    let mut session = Session::default();
    assert!(trace.events.iter().all(|event| session.dissect(event).summary().starts_with("Binding ")));
}
