//! Who meets whom, through two Linux NATs: 11 x 11 edges, beside the oracle that the simulator's matrix agrees with.
//!
//! Two clients learn from the server where the other is seen, and write there. Who hears a knock answers to where it
//! came from, and knocks there too. As in ICE, an answer counts only if it comes from where the knock went (RFC 8445
//! section 7.2.5.2.1); two clients have met when both have such an answer.

use std::net::{SocketAddr, UdpSocket};

use scenario::oracle;
use sim::{Dependence, Edge};

use crate::namespace::possible;
use crate::packets::{one_after_the_other, open};
use crate::process::installed;
use crate::rules::{Filtering, Kind, Mapping, Rules};
use crate::servers::PORT;
use crate::street::{SERVER, Side, Square};

const KNOCK: &[u8] = b"knock";
const ANSWER: &[u8] = b"answer";
const DONE: &[u8] = b"done";
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
            let met = meet(left_side, right_side, &server, port);
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

struct Peer {
    socket: UdpSocket,
    /// What the server saw.
    seen: SocketAddr,
    /// Where the other may be.
    targets: Vec<SocketAddr>,
    answered: bool,
}

fn meet(left: &Side, right: &Side, server: &UdpSocket, port: u16) -> bool {
    let peer = |side: &Side| {
        let socket = side.client.within(|| open((side.client_address, port).into()));
        socket.send_to(KNOCK, server.local_addr().unwrap()).unwrap();
        let (_, seen) = server.recv_from(&mut [0; 9]).unwrap();
        Peer { socket, seen, targets: Vec::new(), answered: false }
    };
    let mut peers = [peer(left), peer(right)];
    peers[0].targets.push(peers[1].seen);
    peers[1].targets.push(peers[0].seen);
    for _ in 0..ROUNDS {
        for at in [0, 1] {
            for target in &peers[at].targets {
                peers[at].socket.send_to(KNOCK, target).unwrap();
            }
            // Knocks arrive and are answered, then the answers arrive.
            peers[1 - at].hears(server);
            peers[at].hears(server);
        }
    }
    peers.iter().all(|peer| peer.answered)
}

impl Peer {
    /// Takes all that has come. The server's own word is the last of it, and comes always.
    fn hears(&mut self, server: &UdpSocket) {
        server.send_to(DONE, self.seen).unwrap();
        let mut buffer = [0; 9];
        loop {
            let (length, from) = self.socket.recv_from(&mut buffer).expect("the server's word comes always");
            match &buffer[..length] {
                DONE => return,
                KNOCK => {
                    self.socket.send_to(ANSWER, from).unwrap();
                    if !self.targets.contains(&from) {
                        self.targets.push(from);
                    }
                }
                ANSWER => self.answered |= self.targets.contains(&from),
                _ => {}
            }
        }
    }
}
