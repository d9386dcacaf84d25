//! What is written is what is read.

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use wire::trace::{Event, Secrets, Trace, Transport};

use super::captures::{CLIENT, SERVER};

fn written(trace: &Trace) -> Vec<u8> {
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).expect("a Vec takes all");
    file
}

/// What comes back, without the packet numbers that only a file has.
fn there_and_back(trace: &Trace) -> Trace {
    let mut back = Trace::read(&written(trace)).expect("our own file");
    back.events.iter_mut().for_each(|event| event.packet = None);
    back
}

/// Two ends of one family, of few enough addresses that events meet on connections.
fn ends() -> impl Strategy<Value = (SocketAddr, SocketAddr)> {
    const ENDS: [[&str; 3]; 2] = [
        ["192.0.2.1:1", "192.0.2.1:65535", "192.0.2.2:1"],
        ["[2001:db8::1]:1", "[2001:db8::1]:65535", "[::1]:1"],
    ];
    (0..2usize, 0..3usize, 1..3usize).prop_map(|(family, from, step)| {
        let end = |index: usize| ENDS[family][index % 3].parse().expect("an address");
        (end(from), end(from + step))
    })
}

fn event() -> impl Strategy<Value = Event> {
    let comment = proptest::option::of("\\PC{0,30}");
    (any::<bool>(), 0..u64::MAX, ends(), proptest::collection::vec(any::<u8>(), 0..200), comment).prop_map(
        |(is_udp, at, (from, to), mut bytes, comment)| {
            if !is_udp && bytes.is_empty() {
                bytes.push(0); // a piece of a stream is never empty
            }
            let at = Duration::from_nanos(at);
            let event =
                if is_udp { Event::udp(at, from, to, bytes) } else { Event::tcp(at, from, to, bytes) };
            Event { comment, ..event }
        },
    )
}

proptest! {
    #[test]
    fn a_written_trace_reads_back_the_same(
        events in proptest::collection::vec(event(), 0..30),
        keys in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..3),
        kind in any::<u32>(),
    ) {
        let secrets = keys.into_iter().map(|bytes| Secrets { kind, bytes }).collect();
        let trace = Trace { events, secrets, ..Trace::default() };
        prop_assert_eq!(there_and_back(&trace), trace);
    }
}

#[test]
fn a_long_stream_piece_becomes_segments_and_keeps_its_bytes() {
    for (from, to) in [(CLIENT, SERVER), ("[::1]:1".parse().unwrap(), "[::1]:2".parse().unwrap())] {
        let bytes: Vec<u8> = (0..200_000u32).map(|index| index as u8).collect();
        let trace =
            Trace::from_iter([Event::tcp(Duration::ZERO, from, to, bytes.clone()).with_comment("long")]);
        let back = there_and_back(&trace);
        assert_eq!(back.events.len(), 4);
        assert_eq!(back.events.iter().flat_map(|event| event.bytes.clone()).collect::<Vec<_>>(), bytes);
        let comments: Vec<_> = back.events.iter().map(|event| event.comment.as_deref()).collect();
        assert_eq!(comments, [Some("long"), None, None, None]);
    }
}

#[test]
fn the_longest_datagram_is_written_and_a_longer_one_refused() {
    for (end, longest) in [("192.0.2.1:7", 65_507), ("[2001:db8::1]:7", 65_527)] {
        let end: SocketAddr = end.parse().unwrap();
        let event = |length| Event::udp(Duration::ZERO, end, end, vec![7; length]);
        let trace = Trace::from_iter([event(longest)]);
        assert_eq!(there_and_back(&trace), trace);

        let error =
            Trace::from_iter([event(longest + 1)]).write_pcapng(&mut Vec::new()).expect_err("too long");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert!(error.to_string().contains(&format!("UDP carries at most {longest}; split it")), "{error}");
    }
}

#[test]
fn ends_of_different_families_meet_as_ipv6() {
    let v6: SocketAddr = "[2001:db8::1]:7".parse().unwrap();
    let back = there_and_back(&Trace::from_iter([Event::udp(Duration::ZERO, CLIENT, v6, *b"ping")]));
    assert_eq!(back.events[0].from, "[::ffff:192.0.2.1]:50000".parse().unwrap());
    assert_eq!(back.events[0].transport, Transport::Udp);
}

#[test]
fn a_comment_too_long_for_an_option_is_cut_at_a_character() {
    let comment = "é".repeat(40_000);
    let trace = Trace::from_iter([Event::udp(Duration::ZERO, CLIENT, SERVER, *b"x").with_comment(comment)]);
    let back = there_and_back(&trace);
    assert_eq!(back.events[0].comment.as_ref().map(String::len), Some(65_534));
    assert_eq!(back.events[0].bytes, b"x");
}

#[test]
fn the_same_trace_gives_the_same_bytes() {
    let trace = Trace::from_iter([
        Event::tcp(Duration::ZERO, CLIENT, SERVER, *b"ping"),
        Event::tcp(Duration::ZERO, SERVER, CLIENT, *b"pong"),
    ]);
    assert_eq!(written(&trace), written(&trace));
}

#[test]
fn two_files_joined_are_one_file() {
    let ping = Trace::from_iter([Event::udp(Duration::ZERO, CLIENT, SERVER, *b"ping")]);
    let pong = Trace::from_iter([Event::udp(Duration::from_secs(1), SERVER, CLIENT, *b"pong")]);
    let both = Trace::read(&[written(&ping), written(&pong)].concat()).expect("two sections");
    let numbered: Vec<_> = both.events.iter().map(|event| (event.packet, &event.bytes[..])).collect();
    assert_eq!(numbered, [(Some(1), &b"ping"[..]), (Some(2), b"pong")]);
}
