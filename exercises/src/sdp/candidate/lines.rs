//! The lines, and their parts.

use super::{Broken, Candidate, Parsed};

/// A line, and what is right.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) line: &'static str,
    pub(super) right: Parsed<'static>,
}

pub(super) fn questions() -> Vec<Question> {
    let mut questions = whole();
    questions.extend(broken());
    questions
}

/// The most common candidate, which the others change.
fn host(address: &'static str, port: u16) -> Candidate<'static> {
    Candidate {
        foundation: "1",
        component: 1,
        transport: "udp",
        priority: 2_130_706_431,
        address,
        port,
        kind: "host",
        related: None,
        tcp_type: None,
        extensions: Vec::new(),
    }
}

fn whole() -> Vec<Question> {
    vec![
        Question {
            name: "a host candidate",
            line: "a=candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host",
            right: Ok(host("192.0.2.1", 50000)),
        },
        Question {
            name: "the same, trickled: no a=",
            line: "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host",
            right: Ok(host("192.0.2.1", 50000)),
        },
        Question {
            name: "what a STUN server saw",
            line: "candidate:842163049 1 udp 1694498815 203.0.113.7 61000 typ srflx raddr 192.0.2.1 rport 50000",
            right: Ok(Candidate {
                foundation: "842163049",
                priority: 1_694_498_815,
                kind: "srflx",
                related: Some(("192.0.2.1", 50000)),
                ..host("203.0.113.7", 61000)
            }),
        },
        Question {
            name: "as Chromium writes it, with the address hidden behind a name",
            line: "candidate:3107587837 1 udp 2113937151 9b1f5d5e-1e4b-4a5c-8e5f-0d5c2b7a6f31.local 54321 typ host \
                   generation 0 ufrag pong network-cost 999",
            right: Ok(Candidate {
                foundation: "3107587837",
                priority: 2_113_937_151,
                extensions: vec![("generation", "0"), ("ufrag", "pong"), ("network-cost", "999")],
                ..host("9b1f5d5e-1e4b-4a5c-8e5f-0d5c2b7a6f31.local", 54321)
            }),
        },
        Question {
            name: "an IPv6 address, and RTCP on a port of its own",
            line: "a=candidate:Hc0a8+/9 2 UDP 2130706430 2001:db8::1 50001 typ host",
            right: Ok(Candidate {
                foundation: "Hc0a8+/9",
                component: 2,
                transport: "UDP",
                priority: 2_130_706_430,
                ..host("2001:db8::1", 50001)
            }),
        },
        Question {
            name: "TCP",
            line: "candidate:2 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active generation 0",
            right: Ok(Candidate {
                foundation: "2",
                transport: "tcp",
                priority: 1_518_280_447,
                tcp_type: Some("active"),
                extensions: vec![("generation", "0")],
                ..host("192.0.2.1", 9)
            }),
        },
        Question {
            name: "TCP again, and tcptype is not the first of the names",
            line: "candidate:2 1 tcp 1518214911 192.0.2.1 50002 typ host generation 0 tcptype passive ufrag ping",
            right: Ok(Candidate {
                foundation: "2",
                transport: "tcp",
                priority: 1_518_214_911,
                tcp_type: Some("passive"),
                extensions: vec![("generation", "0"), ("ufrag", "ping")],
                ..host("192.0.2.1", 50002)
            }),
        },
        Question {
            name: "a relay's, with other pairs around raddr and rport",
            line: "candidate:3 1 udp 16777215 198.51.100.9 49152 typ relay network-id 1 raddr 203.0.113.7 generation 0 \
                   rport 61000 network-cost 10",
            right: Ok(Candidate {
                foundation: "3",
                priority: 16_777_215,
                kind: "relay",
                related: Some(("203.0.113.7", 61000)),
                extensions: vec![("network-id", "1"), ("generation", "0"), ("network-cost", "10")],
                ..host("198.51.100.9", 49152)
            }),
        },
        Question {
            name: "a type and a transport that nobody knows yet",
            line: "candidate:4 1 quic 2130706431 192.0.2.1 50003 typ mirror",
            right: Ok(Candidate {
                foundation: "4",
                transport: "quic",
                kind: "mirror",
                ..host("192.0.2.1", 50003)
            }),
        },
        Question {
            name: "a name that is the value of another one",
            line: "candidate:5 1 udp 2130706431 192.0.2.1 50004 typ host ufrag raddr generation tcptype",
            right: Ok(Candidate {
                foundation: "5",
                extensions: vec![("ufrag", "raddr"), ("generation", "tcptype")],
                ..host("192.0.2.1", 50004)
            }),
        },
    ]
}

fn broken() -> Vec<Question> {
    let cases = [
        ("another attribute", "a=ice-ufrag:pong", Broken::NoCandidate),
        (
            "another attribute that begins alike",
            "a=candidates:1 1 udp 1 192.0.2.1 9 typ host",
            Broken::NoCandidate,
        ),
        ("nothing", "", Broken::NoCandidate),
        ("a line that was cut off", "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ", Broken::TooShort),
        ("the end of the list, in its old form", "candidate:", Broken::Foundation),
        (
            "a foundation with a hyphen",
            "candidate:a-b 1 udp 2130706431 192.0.2.1 50000 typ host",
            Broken::Foundation,
        ),
        ("component 0", "candidate:1 0 udp 2130706431 192.0.2.1 50000 typ host", Broken::Component),
        ("component 257", "candidate:1 257 udp 2130706431 192.0.2.1 50000 typ host", Broken::Component),
        ("2^31", "candidate:1 1 udp 2147483648 192.0.2.1 50000 typ host", Broken::Priority),
        ("a priority of 0", "candidate:1 1 udp 0 192.0.2.1 50000 typ host", Broken::Priority),
        ("port 70000", "candidate:1 1 udp 2130706431 192.0.2.1 70000 typ host", Broken::Port),
        ("type for typ", "candidate:1 1 udp 2130706431 192.0.2.1 50000 type host", Broken::Type),
        (
            "srflx, and nobody says of what",
            "candidate:1 1 udp 1694498815 203.0.113.7 61000 typ srflx generation 0",
            Broken::Related,
        ),
        (
            "rport 610000",
            "candidate:1 1 udp 1694498815 203.0.113.7 61000 typ srflx raddr 192.0.2.1 rport 610000",
            Broken::Related,
        ),
        (
            "a name without a value",
            "candidate:1 1 udp 2130706431 192.0.2.1 50000 typ host generation 0 ufrag",
            Broken::Extension,
        ),
    ];
    cases.into_iter().map(|(name, line, broken)| Question { name, line, right: Err(broken) }).collect()
}
