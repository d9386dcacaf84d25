//! Who meets whom, through two Linux NATs: 11 x 11 edges, beside the oracle that the simulator's matrix agrees with.
//!
//! Two clients learn from the server where the other is seen, and write there. Who hears a knock answers to where it
//! came from, and knocks there too. As in ICE, an answer counts only if it comes from where the knock went (RFC 8445
//! section 7.2.5.2.1); two clients have met when both have such an answer.

mod linux;
mod simulated;

use std::net::SocketAddr;

use scenario::oracle;
use sim::{Dependence, Edge};

use crate::namespace::possible;
use crate::packets::{one_after_the_other, open};
use crate::process::installed;
use crate::rules::{Filtering, Kind, Mapping, Rules};
use crate::servers::PORT;
use crate::street::{SERVER, Square};

/// Followed by the number of the place where it goes; the answer repeats it.
const KNOCK: u8 = b'?';
const ANSWER: u8 = b'!';
/// So many times both knock. The third shows nothing new.
const ROUNDS: usize = 4;

fn edges() -> Vec<(&'static str, Kind)> {
    use Filtering::{Forwarded, LearnedPerAddress, Tracked};
    use Mapping::{PerAddress, Preserving, Random};
    vec![
        ("none", Kind::nothing()),
        ("firewall", Kind::refusing(Rules::Firewall)),
        ("eim-eif", Kind::nat(Preserving, Forwarded)),
        ("eim-adf", Kind::nat(Preserving, LearnedPerAddress)),
        ("eim-apdf", Kind::nat(Preserving, Tracked)),
        ("adm-eif", Kind::nat(PerAddress, Filtering::Learned)),
        ("adm-adf", Kind::nat(PerAddress, LearnedPerAddress)),
        ("adm-apdf", Kind::nat(PerAddress, Tracked)),
        ("apdm-eif", Kind::nat(Random, Filtering::Learned)),
        ("apdm-adf", Kind::nat(Random, LearnedPerAddress)),
        ("apdm-apdf", Kind::nat(Random, Tracked)),
    ]
}

/// What the oracle says, and more: it has two conditions, and behind Linux' NATs the second always holds. What goes out
/// to whom came in is an answer on the same five-tuple, from where the other wrote to, though the mapping for that
/// endpoint would be another. So who gets in has met.
#[test]
fn two_linux_nats_let_meet_whom_the_oracle_says_and_whoever_else_gets_in() {
    if !possible() || !installed("nft") {
        return;
    }
    let edges = edges();
    let kinds: Vec<Kind> = edges.iter().chain(&edges).map(|(_, kind)| kind.clone()).collect();
    let square = Square::build(&kinds).unwrap();
    one_after_the_other();
    let server = square.server.within(|| open((SERVER[0], PORT).into()));
    let (lefts, rights) = square.sides.split_at(edges.len());
    let mut port = 5000;
    let (mut wrong, mut more) = (Vec::new(), Vec::new());
    for ((left, _), left_side) in edges.iter().zip(lefts) {
        for ((right, _), right_side) in edges.iter().zip(rights) {
            port += 1;
            let met = meet(&mut linux::Pair::new([left_side, right_side], &server, port));
            let pair = [left, right].map(|name| name.parse::<Edge>().unwrap());
            let told = oracle::connects(&pair[0], &pair[1]);
            let anybody_in = gets_in(&pair[0], &pair[1]) || gets_in(&pair[1], &pair[0]);
            if met != anybody_in || told && !anybody_in {
                wrong.push(format!("{left} with {right}: met {met}, the oracle says {told}"));
            } else if met && !told {
                more.push(format!("{left} with {right}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Each has a NAT that lets anybody in, by a mapping that is not for all.
    assert_eq!(more.len(), 19, "{}", more.join("\n"));
    assert!(more.iter().all(|pair| pair.contains("adm-eif") || pair.contains("apdm-eif")), "{more:?}");
}

/// So what differs above is Linux' doing, not that of how these two knock.
#[test]
fn two_simulated_nats_let_meet_whom_the_oracle_says() {
    let edges = edges().into_iter().map(|(name, _)| name.parse::<Edge>().unwrap());
    let edges: Vec<Edge> = edges.collect();
    for left in &edges {
        for right in &edges {
            let met = meet(&mut simulated::Pair::new([left, right]));
            assert_eq!(met, oracle::connects(left, right), "{left} with {right}");
        }
    }
}

/// The oracle's first condition: whether what `from` sends to where the server saw `to` gets in there.
fn gets_in(from: &Edge, to: &Edge) -> bool {
    use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};
    let behavior = |edge: &Edge| match edge {
        Edge::Nat(behavior) => (behavior.mapping, behavior.filtering),
        Edge::SymmetricFirewall => (EndpointIndependent, AddressAndPortDependent),
        _ => (EndpointIndependent, EndpointIndependent),
    };
    let (mapping, filtering) = behavior(to);
    match filtering {
        EndpointIndependent => true,
        AddressDependent => mapping == EndpointIndependent,
        AddressAndPortDependent => mapping == EndpointIndependent && behavior(from).0 == EndpointIndependent,
    }
}

type Word = [u8; 2];

/// Two clients and what is between them.
trait Ground {
    /// Where the server sees the left client, or the right one.
    fn seen(&mut self, at: usize) -> SocketAddr;
    fn send(&mut self, at: usize, to: SocketAddr, word: Word);
    /// What has come to a client, and from whom, since it was last asked for.
    fn heard(&mut self, at: usize) -> Vec<(Word, SocketAddr)>;
}

fn meet(ground: &mut impl Ground) -> bool {
    let [left, right] = [0, 1].map(|at| ground.seen(at));
    let mut targets = [vec![right], vec![left]];
    let mut answered = [false; 2];
    for _ in 0..ROUNDS {
        for at in [0, 1] {
            for (number, target) in (0..).zip(&targets[at]) {
                ground.send(at, *target, [KNOCK, number]);
            }
            // The knocks arrive and are answered, then the answers arrive.
            for hears in [1 - at, at] {
                for ([word, number], from) in ground.heard(hears) {
                    if word == ANSWER {
                        answered[hears] |= targets[hears].get(usize::from(number)) == Some(&from);
                    } else if word == KNOCK {
                        ground.send(hears, from, [ANSWER, number]);
                        if !targets[hears].contains(&from) {
                            targets[hears].push(from);
                        }
                    }
                }
            }
        }
    }
    answered == [true; 2]
}
