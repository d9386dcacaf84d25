//! The matrix: a snapshot of it, the oracle against it, and popular sentences against both.

use scenario::matrix::{self, Matrix};
use scenario::oracle;
use sim::{Behavior, Edge};

#[test]
fn every_pair_of_eleven_edges_and_the_oracle_agrees() {
    let matrix = matrix::whole().unwrap();
    insta::assert_snapshot!("matrix", matrix);
    disagree_nowhere(&matrix);
}

#[test]
fn another_seed_gives_the_same_verdicts() {
    disagree_nowhere(&matrix::of(&matrix::edges(), 2).unwrap());
}

#[test]
fn the_oracle_agrees_where_there_is_a_firewall_or_a_nat_behind_a_nat() {
    let mut edges: Vec<Edge> = vec![Edge::SymmetricFirewall];
    edges.extend(names(&["none", "eim-apdf", "apdm-eif", "apdm-adf", "apdm-apdf"]));
    edges.extend(names(&["eim-eif+eim-apdf", "eim-adf+apdm-eif", "apdm-eif+eim-adf", "eim-apdf+eim-eif"]));
    disagree_nowhere(&matrix::of(&edges, 1).unwrap());
}

fn disagree_nowhere(matrix: &Matrix) {
    for cell in &matrix.cells {
        let [left, right]: [Edge; 2] = [&cell.left, &cell.right].map(|name| name.parse().unwrap());
        assert_eq!(oracle::connects(&left, &right), cell.met.is_some(), "{left} with {right}: {}", cell.why);
    }
}

fn names(names: &[&str]) -> Vec<Edge> {
    names.iter().map(|name| name.parse().unwrap()).collect()
}

/// A popular sentence, and two edges that it is wrong about: whether they connect.
struct Popular {
    sentence: &'static str,
    left: &'static str,
    right: &'static str,
    connects: bool,
}

const POPULAR: [Popular; 9] = [
    Popular {
        sentence: "a symmetric NAT works with nothing but a relay",
        left: "symmetric",
        right: "restricted-cone",
        connects: true,
    },
    Popular {
        sentence: "two NATs whose mapping is not endpoint-independent never connect",
        left: "adm-eif",
        right: "adm-adf",
        connects: true,
    },
    Popular {
        sentence: "two such NATs connect only if both let anybody in",
        left: "apdm-adf",
        right: "adm-eif",
        connects: true,
    },
    Popular {
        sentence: "if both let anybody in, they connect",
        left: "apdm-eif",
        right: "apdm-eif",
        connects: false,
    },
    Popular {
        sentence: "it is enough that one side's mapping is endpoint-independent",
        left: "eim-apdf",
        right: "adm-eif",
        connects: false,
    },
    Popular {
        sentence: "it is enough that one side's filtering is endpoint-independent",
        left: "apdm-eif",
        right: "apdm-apdf",
        connects: false,
    },
    Popular {
        sentence: "a public address, even behind a firewall, is reached by anybody who is written to",
        left: "firewall",
        right: "symmetric",
        connects: false,
    },
    Popular { sentence: "the mapping alone decides", left: "adm-adf", right: "eim-apdf", connects: false },
    Popular {
        sentence: "a NAT behind a NAT needs a relay",
        left: "port-restricted-cone+port-restricted-cone",
        right: "port-restricted-cone+port-restricted-cone",
        connects: true,
    },
];

#[test]
fn popular_sentences_are_wrong_about_these() {
    for Popular { sentence, left, right, connects } in POPULAR {
        let [left, right]: [Edge; 2] = [left, right].map(|name| name.parse().unwrap());
        for (left, right) in [(&left, &right), (&right, &left)] {
            assert_eq!(oracle::connects(left, right), connects, "oracle: {sentence}: {left} with {right}");
            let cell = matrix::cell(left, right).unwrap();
            assert_eq!(cell.met.is_some(), connects, "agents: {sentence}: {left} with {right}: {}", cell.why);
        }
    }
}

#[test]
fn what_rfc_3489_calls_symmetric_does_not_meet_its_like_nor_a_port_restricted_cone() {
    let kinds = names(&["full-cone", "restricted-cone", "port-restricted-cone", "symmetric"]);
    let row = |left: &Edge| -> String {
        kinds.iter().map(|right| if oracle::connects(left, right) { '+' } else { '-' }).collect()
    };
    assert_eq!(kinds.iter().map(row).collect::<Vec<_>>(), ["++++", "++++", "+++-", "++--"]);
}

#[test]
fn the_oracle_does_not_care_who_is_left() {
    let mut edges = matrix::edges().to_vec();
    edges.push(Edge::SymmetricFirewall);
    let behaviors = || Behavior::all();
    edges.extend(
        behaviors().flat_map(|home| {
            behaviors().map(move |carrier| Edge::NatBehindNat { home: home.clone(), carrier })
        }),
    );
    for left in &edges {
        for right in &edges {
            assert_eq!(oracle::connects(left, right), oracle::connects(right, left), "{left} with {right}");
        }
    }
}
