//! TCP: what arrives late, twice, overlapping, or never.

use wire::trace::{Event, Trace};

use super::captures::{self, ACK, CLIENT, Order, RST, SERVER, SYN, tcp};

const TO_SERVER: (std::net::SocketAddr, std::net::SocketAddr) = (CLIENT, SERVER);
const TO_CLIENT: (std::net::SocketAddr, std::net::SocketAddr) = (SERVER, CLIENT);

fn events(packets: &[Vec<u8>]) -> Vec<Event> {
    let trace = Trace::read(&captures::pcap(Order::Big, 0xa1b2_c3d4, 101, packets)).expect("a capture");
    assert_eq!(trace.skipped, []);
    trace.events
}

/// From the client: payload at a sequence number, acknowledging what the server sent before 501.
fn data(sequence: u32, payload: &str) -> Vec<u8> {
    tcp(TO_SERVER, ACK, sequence, 501, payload.as_bytes())
}

/// Bytes, packet number and second of an event.
type Piece<'a> = (&'a str, u32, u64);

/// Name, packets, and the pieces that they give.
type Case = (&'static str, Vec<Vec<u8>>, Vec<Piece<'static>>);

fn pieces<'a>(events: &'a [Event]) -> Vec<Piece<'a>> {
    let text = |event: &'a Event| std::str::from_utf8(&event.bytes).expect("text");
    events.iter().map(|event| (text(event), event.packet.unwrap_or(0), event.at.as_secs())).collect()
}

fn comments(events: &[Event]) -> Vec<Option<&str>> {
    events.iter().map(|event| event.comment.as_deref()).collect()
}

#[test]
fn segments_are_read_in_the_order_of_their_bytes() {
    let syn = || tcp(TO_SERVER, SYN, 100, 0, b"");
    let cases: [Case; 8] = [
        ("in order", vec![syn(), data(101, "ab"), data(103, "cd")], vec![("ab", 2, 1), ("cd", 3, 2)]),
        ("late", vec![syn(), data(103, "cd"), data(101, "ab")], vec![("ab", 3, 2), ("cd", 2, 2)]),
        (
            "twice",
            vec![syn(), data(101, "ab"), data(101, "ab"), data(103, "c")],
            vec![("ab", 2, 1), ("c", 4, 3)],
        ),
        ("overlap behind", vec![syn(), data(101, "ab"), data(101, "XYcd")], vec![("ab", 2, 1), ("cd", 3, 2)]),
        (
            "overlap ahead",
            vec![syn(), data(103, "cde"), data(104, "dXf"), data(101, "ab")],
            vec![("ab", 4, 3), ("cde", 2, 3), ("f", 3, 3)],
        ),
        ("no SYN", vec![data(7000, "ab"), data(7002, "cd")], vec![("ab", 1, 0), ("cd", 2, 1)]),
        (
            "SYN after its data",
            vec![data(101, "ab"), syn(), data(103, "cd")],
            vec![("ab", 1, 0), ("cd", 3, 2)],
        ),
        (
            "data on the SYN",
            vec![tcp(TO_SERVER, SYN, 100, 0, b"ab"), data(103, "cd")],
            vec![("ab", 1, 0), ("cd", 2, 1)],
        ),
    ];
    for (name, packets, expected) in cases {
        let events = events(&packets);
        assert_eq!(pieces(&events), expected, "{name}");
        assert!(events.iter().all(|event| event.comment.is_none()), "{name}");
    }
}

#[test]
fn sequence_numbers_wrap() {
    let packets = [
        tcp(TO_SERVER, SYN, u32::MAX - 2, 0, b""),
        data(2, "ef"), // 2^32 + 2
        data(u32::MAX - 1, "abcd"),
    ];
    assert_eq!(pieces(&events(&packets)), [("abcd", 3, 2), ("ef", 2, 2)]);
}

#[test]
fn a_hole_that_the_other_side_acknowledged_is_stepped_over_at_once() {
    let packets = [
        tcp(TO_SERVER, SYN, 100, 0, b""),
        data(106, "fg"),
        tcp(TO_CLIENT, ACK, 501, 108, b"pong"),
        data(108, "hi"),
    ];
    let events = events(&packets);
    assert_eq!(pieces(&events), [("fg", 2, 2), ("pong", 3, 2), ("hi", 4, 3)]);
    assert_eq!(comments(&events), [Some("5 bytes of this stream are missing before this piece"), None, None]);
}

#[test]
fn a_hole_that_nobody_filled_is_stepped_over_at_the_end() {
    let events = events(&[data(101, "a"), data(103, "c"), data(105, "e")]);
    assert_eq!(pieces(&events), [("a", 1, 0), ("c", 2, 2), ("e", 3, 2)]);
    let missing = Some("1 byte of this stream is missing before this piece");
    assert_eq!(comments(&events), [None, missing, missing]);
}

#[test]
fn what_waits_behind_a_hole_is_bounded() {
    let kilobyte = "x".repeat(1000);
    let mut packets = vec![data(1, "a")];
    packets.extend((0..1100).map(|index| data(1000 + 1000 * index, &kilobyte)));
    let events = events(&packets);
    assert_eq!(events.len(), 1101);
    // The 1,025th segment behind the hole is one too many: all go out as it comes.
    assert_eq!(
        (events[1].at.as_secs(), events[1025].at.as_secs(), events[1026].at.as_secs()),
        (1025, 1025, 1026)
    );
    assert_eq!(events[1].comment.as_deref(), Some("998 bytes of this stream are missing before this piece"));
}

#[test]
fn a_reset_carries_no_bytes_of_the_stream() {
    let packets = [data(101, "ab"), tcp(TO_SERVER, RST, 103, 0, b"why"), data(103, "cd")];
    assert_eq!(pieces(&events(&packets)), [("ab", 1, 0), ("cd", 3, 2)]);
}

#[test]
fn a_new_connection_on_the_same_ports_starts_anew_and_says_so() {
    let packets = [
        tcp(TO_SERVER, SYN, 100, 0, b""),
        tcp(TO_CLIENT, SYN | ACK, 500, 101, b""),
        data(101, "ab"),
        data(105, "late"),
        tcp(TO_SERVER, SYN, 9000, 0, b""),
        tcp(TO_CLIENT, SYN | ACK, 70_000, 9001, b""),
        data(9001, "cd"),
        tcp(TO_CLIENT, ACK, 70_001, 9003, b"ef"),
    ];
    let events = events(&packets);
    assert_eq!(pieces(&events), [("ab", 3, 2), ("late", 4, 4), ("cd", 7, 6), ("ef", 8, 7)]);
    assert_eq!(
        comments(&events),
        [
            None,
            Some("2 bytes of this stream are missing before this piece"),
            Some("a new connection on the same two ports begins here"),
            None
        ]
    );
}

#[test]
fn connections_are_bounded_and_go_on_when_forgotten() {
    let mut packets = vec![data(1, "a"), data(3, "c")];
    packets.extend((0..=u16::MAX).map(|port| {
        let scanned = std::net::SocketAddr::new(SERVER.ip(), port);
        tcp((std::net::SocketAddr::new(CLIENT.ip(), 1), scanned), SYN, 7, 0, b"")
    }));
    packets.push(data(4, "d"));
    packets.push(data(5, "e"));
    // The last of the SYNs makes one connection too many, which the packet after it finds.
    assert_eq!(
        pieces(&events(&packets)),
        [("a", 1, 0), ("c", 2, 65_538), ("d", 65_539, 65_538), ("e", 65_540, 65_539)]
    );
}
