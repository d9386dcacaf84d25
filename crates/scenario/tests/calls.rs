//! Whole peers, with DTLS, SCTP and a data channel, get through where agents do, and nowhere else.

use std::time::Duration;

use scenario::calls::Calls;
use scenario::matrix;
use sim::{Edge, Limits, Link, Stop};

const CELLS: [(&str, &str); 14] = [
    ("none", "none"),
    ("none", "apdm-apdf"),
    ("eim-eif", "adm-eif"),
    ("eim-adf", "apdm-apdf"),
    ("apdm-apdf", "eim-adf"),
    ("eim-apdf", "eim-apdf"),
    ("eim-apdf", "adm-eif"),
    ("eim-apdf", "apdm-apdf"),
    ("adm-eif", "adm-adf"),
    ("adm-adf", "apdm-adf"),
    ("apdm-adf", "adm-eif"),
    ("apdm-apdf", "apdm-apdf"),
    ("eim-apdf+eim-eif", "firewall"),
    ("none", "blocked"),
];

/// Longer than any agents that connect took, and DTLS and SCTP after them.
const LONG: Duration = Duration::from_secs(8);

fn edge(name: &str) -> Edge {
    name.parse().unwrap()
}

#[test]
fn a_text_arrives_where_the_agents_connect_and_only_there() {
    for (left, right) in CELLS {
        let (left, right) = (edge(left), edge(right));
        let mut calls = Calls::new([&left, &right], &Link::of(Duration::from_millis(10)), 1, 1).unwrap();
        let limits = Limits { time: LONG, events: 100_000 };
        let stop = calls.run_until(limits, |heard| heard.iter().all(|&texts| texts >= 2));
        let cell = matrix::cell(&left, &right).unwrap();
        assert_eq!(stop == Stop::Reached, cell.met.is_some(), "{left} with {right}: {stop:?}, {}", cell.why);
    }
}

#[test]
fn many_calls_in_one_world_do_not_mix() {
    let edges = [edge("eim-apdf"), edge("eim-adf")];
    let mut calls = Calls::new([&edges[0], &edges[1]], &Link::default(), 8, 1).unwrap();
    calls.run(Limits { time: Duration::from_secs(6), events: 1_000_000 });
    for heard in calls.heard() {
        assert!(heard.iter().all(|texts| (3..=6).contains(texts)), "a text each second: {heard:?}");
    }
}
