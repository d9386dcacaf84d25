//! What two agents have to offer each other.

use std::net::{Ipv4Addr, SocketAddr};

use super::super::Kind::{self, Host, PeerReflexive, Relayed, ServerReflexive};
use super::super::priority::formula;
use super::Candidate;

/// What goes into a check list.
pub(super) struct Setting {
    pub(super) name: &'static str,
    pub(super) local: Vec<Candidate>,
    pub(super) remote: Vec<Candidate>,
    pub(super) limit: usize,
}

const HOST: &str = "192.168.1.2:5000";
const NAT: &str = "198.51.100.1:40000";
const RELAY: &str = "192.0.2.50:49152";
const THEIR_HOST: &str = "10.0.0.2:6000";
const THEIR_NAT: &str = "203.0.113.1:40000";

fn of(kind: Kind, local_preference: u16, component: u16, address: &str, base: &str) -> Candidate {
    let nowhere = SocketAddr::new(Ipv4Addr::UNSPECIFIED.into(), 0);
    let read = |text: &str| text.parse().unwrap_or(nowhere);
    let priority = formula(kind, local_preference, component);
    Candidate { kind, component, address: read(address), base: read(base), priority }
}

fn host(address: &str) -> Candidate {
    of(Host, 65535, 1, address, address)
}

fn theirs(kind: Kind, address: &str) -> Candidate {
    of(kind, 65535, 1, address, address)
}

/// Settings that show one step each, then a whole one.
pub(super) fn all() -> Vec<Setting> {
    let ours = |kind, address, base| of(kind, 65535, 1, address, base);
    let rtcp = |address| of(Host, 65535, 2, address, address);
    let behind_nat = || vec![ours(ServerReflexive, NAT, HOST), host(HOST)];
    let six = |local_preference, address| of(Host, local_preference, 1, address, address);
    let hosts = |net: u8, count: u16| -> Vec<Candidate> {
        (0..count)
            .map(|at| {
                let address = SocketAddr::new(Ipv4Addr::new(10, net, 0, 2).into(), 5000 + at);
                of(Host, 65535 - at, 1, &address.to_string(), &address.to_string())
            })
            .collect()
    };
    let set = |name, local, remote, limit| Setting { name, local, remote, limit };
    vec![
        set("one and one", vec![host(HOST)], vec![theirs(Host, THEIR_HOST)], 100),
        set(
            "two components",
            vec![host(HOST), rtcp("192.168.1.2:5001")],
            vec![theirs(Host, THEIR_HOST), rtcp("10.0.0.2:6001")],
            100,
        ),
        set(
            "they have one component only",
            vec![host(HOST), rtcp("192.168.1.2:5001")],
            vec![theirs(Host, THEIR_HOST)],
            100,
        ),
        set(
            "IPv4 and IPv6",
            vec![six(65535, "[2001:db8::1]:5000"), of(Host, 65534, 1, HOST, HOST)],
            vec![of(Host, 65534, 1, THEIR_HOST, THEIR_HOST), six(65535, "[2001:db8:2::1]:6000")],
            100,
        ),
        set(
            "a link-local address",
            vec![six(65535, "[2001:db8::1]:5000"), six(65534, "[fe80::1]:5000")],
            vec![six(65535, "[2001:db8:2::1]:6000"), six(65534, "[fe80::2]:6000")],
            100,
        ),
        set(
            "theirs, the worst first",
            vec![host(HOST)],
            vec![
                theirs(Relayed, "192.0.2.60:49160"),
                theirs(ServerReflexive, THEIR_NAT),
                theirs(Host, THEIR_HOST),
            ],
            100,
        ),
        set(
            "behind a NAT: one socket, two candidates",
            behind_nat(),
            vec![theirs(ServerReflexive, THEIR_NAT)],
            100,
        ),
        set(
            "the host candidate was not gathered: only what the server saw",
            vec![ours(ServerReflexive, NAT, HOST)],
            vec![theirs(ServerReflexive, THEIR_NAT)],
            100,
        ),
        set(
            "a relayed candidate, which is its own base",
            vec![host(HOST), ours(Relayed, RELAY, RELAY)],
            vec![theirs(ServerReflexive, THEIR_NAT)],
            100,
        ),
        set(
            "a peer-reflexive candidate of the same base",
            vec![ours(PeerReflexive, "198.51.100.1:40001", HOST), ours(ServerReflexive, NAT, HOST)],
            vec![theirs(Host, THEIR_HOST)],
            100,
        ),
        set("more than may be tried", hosts(1, 12), hosts(2, 12), 100),
        set(
            "a limit of 3, behind a NAT",
            behind_nat(),
            vec![
                theirs(Host, THEIR_HOST),
                theirs(ServerReflexive, THEIR_NAT),
                theirs(Relayed, "192.0.2.60:49160"),
                of(Relayed, 65534, 1, "192.0.2.61:49161", "192.0.2.61:49161"),
            ],
            3,
        ),
        set(
            "all of it",
            vec![
                host(HOST),
                ours(ServerReflexive, NAT, HOST),
                ours(Relayed, RELAY, RELAY),
                rtcp("192.168.1.2:5001"),
                six(65534, "[2001:db8::1]:5000"),
            ],
            vec![
                theirs(Relayed, "192.0.2.60:49160"),
                rtcp("10.0.0.2:6001"),
                theirs(ServerReflexive, THEIR_NAT),
                theirs(Host, THEIR_HOST),
                six(65534, "[2001:db8:2::1]:6000"),
            ],
            100,
        ),
    ]
}
