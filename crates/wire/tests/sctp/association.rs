//! What a session says of a packet from those before it.

use std::time::Duration;

use wire::sctp::SCTP;
use wire::trace::Event;
use wire::{Dissection, Session, Severity};

use super::common::{text, tiles};
use super::written::*;

const CLIENT: &str = "127.0.0.1:1000";
const SERVER: &str = "127.0.0.1:2000";

/// A session that is told one packet after the other, a millisecond apart.
struct Talk {
    session: Session,
    count: u64,
}

impl Talk {
    fn new() -> Self {
        Self { session: Session::new(None).only(&SCTP), count: 0 }
    }

    fn packet(&mut self, from: &str, chunks: &[Vec<u8>]) -> Dissection<'static> {
        let (to, tag) = if from == CLIENT { (SERVER, 0x2222) } else { (CLIENT, 0x1111) };
        let tag = if chunks.first().is_some_and(|chunk| chunk[0] == 1) { 0 } else { tag };
        self.bytes(from, to, packet(tag, chunks))
    }

    fn bytes(&mut self, from: &str, to: &str, bytes: Vec<u8>) -> Dissection<'static> {
        self.count += 1;
        let at = Duration::from_millis(self.count);
        let event = Event::udp(at, from.parse().unwrap(), to.parse().unwrap(), bytes);
        let d = self.session.dissect(&event).into_owned();
        tiles(&d);
        d
    }

    /// Packets 1 to 4, and in 5 and 6 the channel.
    fn begun() -> Self {
        let mut talk = Self::new();
        talk.packet(CLIENT, &[init(1, 0x1111, 100, &[])]);
        talk.packet(SERVER, &[init(2, 0x2222, 500, &[parameter(7, b"cookie")])]);
        let d = talk.packet(CLIENT, &[chunk(10, 0, b"cookie")]);
        assert!(said(&d).contains(&"is the cookie that packet 2 gave out".to_owned()), "{:?}", said(&d));
        talk.packet(SERVER, &[chunk(11, 0, &[])]);
        talk.packet(CLIENT, &[whole(100, 1, 0, 50, &open(0, 256, 0, b"chat", b""))]);
        let d = talk.packet(SERVER, &[sack(100, &[], &[]), whole(500, 1, 0, 50, &[2])]);
        assert_eq!(d.summary(), "SACK 100, DATA_CHANNEL_ACK on chat");
        assert_eq!(
            said(&d),
            [
                "acknowledges packet 5, 1.00 ms later",
                "answers packet 5: the channel is open on both sides",
                "chat: the channel that packet 5 opened",
            ]
        );
        talk
    }
}

/// All remarks but that the checksum holds.
fn said(d: &Dissection<'_>) -> Vec<String> {
    let notes = d.notes().iter().filter(|note| !note.text.contains("CRC32c"));
    notes.map(|note| note.text.to_string()).collect()
}

#[test]
fn a_channel_is_called_by_its_label_until_it_is_closed() {
    let mut talk = Talk::begun();
    let d = talk.packet(CLIENT, &[whole(101, 1, 0, 51, b"ping")]);
    assert_eq!(d.summary(), "DATA \"ping\" on chat");
    let d = talk.packet(CLIENT, &[chunk(130, 0, &reset(100, 499, 101, 1))]);
    assert_eq!(said(&d), ["closes chat, which packet 5 opened: the other end resets its stream too"]);
    let both = [parameter(16, &[0, 0, 0, 100, 0, 0, 0, 1]), reset(500, 100, 500, 1)].concat();
    let d = talk.packet(SERVER, &[chunk(130, 0, &both)]);
    assert_eq!(
        said(&d),
        [
            "answers packet 8, 1.00 ms later",
            "closes chat: both ends have reset their stream, and the number is free again"
        ]
    );
    let d = talk.packet(CLIENT, &[whole(102, 1, 0, 51, b"ping")]);
    assert_eq!(d.summary(), "DATA \"ping\" on stream 1");
}

#[test]
fn fragments_are_put_together_in_the_chunk_that_came_last() {
    let mut talk = Talk::begun();
    let text_of = |flags, tsn, part: &[u8]| data(flags, tsn, 1, 1, 51, part);
    let d = talk.packet(CLIENT, &[text_of(2, 101, b"gr\xc3")]);
    assert_eq!(d.summary(), "DATA 3 bytes of a message on chat");
    talk.packet(CLIENT, &[text_of(1, 103, b"e")]);
    let d = talk.packet(CLIENT, &[text_of(0, 102, b"\xbc\xc3\x9f")]);
    assert_eq!(d.summary(), "DATA \"grüße\" on chat");
    assert!(said(&d).contains(&"of 3 fragments, in packets 7 to 9".to_owned()), "{:?}", said(&d));
    insta::assert_snapshot!("reassembled", text(&d));
}

#[test]
fn i_data_is_put_together_by_its_own_numbers() {
    let mut talk = Talk::begun();
    // Fragments of two messages, in turn: their TSNs say nothing of the order.
    talk.packet(CLIENT, &[i_data(2, 101, 1, 0, 51, b"pi")]);
    talk.packet(CLIENT, &[i_data(2, 102, 3, 0, 51, b"po")]);
    let first = talk.packet(CLIENT, &[i_data(1, 103, 1, 0, 1, b"ng")]);
    let second = talk.packet(CLIENT, &[i_data(1, 104, 3, 0, 1, b"ng")]);
    assert_eq!(
        [first.summary(), second.summary()],
        ["I-DATA \"ping\" on chat", "I-DATA \"pong\" on stream 3"]
    );
}

#[test]
fn what_comes_again_is_said_to_and_is_not_put_together_twice() {
    let mut talk = Talk::begun();
    talk.packet(CLIENT, &[data(2, 101, 1, 1, 51, b"pi")]);
    talk.packet(CLIENT, &[data(1, 102, 1, 1, 51, b"ng")]);
    let d = talk.packet(CLIENT, &[data(1, 102, 1, 1, 51, b"ng")]);
    assert_eq!(said(&d)[0], "sent before, in packet 8, 1.00 ms earlier: a retransmission");
    assert_eq!(d.sources(), 1, "a message is shown once");
    let d = talk.packet(CLIENT, &[init(1, 0x1111, 100, &[])]);
    assert_eq!(said(&d), ["packet 1 again: a retransmission"]);
}

#[test]
fn a_sack_names_what_it_acknowledges_and_what_is_missing() {
    let mut talk = Talk::begun();
    for tsn in 101..=104 {
        talk.packet(CLIENT, &[whole(tsn, 1, 0, 51, b"ping")]);
    }
    let d = talk.packet(SERVER, &[sack(102, &[(2, 2)], &[])]);
    assert_eq!(
        said(&d),
        [
            "acknowledges the data of packets 7 to 8, 3.00 ms after the last",
            "TSN 103 is missing, which packet 9 brought"
        ]
    );
    let d = talk.packet(SERVER, &[sack(102, &[], &[])]);
    assert_eq!(said(&d), ["nothing new: all up to here was acknowledged before"]);
    let d = talk.packet(SERVER, &[chunk(7, 0, &104_u32.to_be_bytes())]);
    assert!(said(&d)[0].contains("packets 9 to 10"), "{:?}", said(&d));
}

#[test]
fn a_heartbeat_is_joined_to_its_answer_and_a_foreign_tag_shows() {
    let mut talk = Talk::begun();
    talk.packet(CLIENT, &[chunk(4, 0, &parameter(1, b"when"))]);
    let d = talk.packet(SERVER, &[chunk(5, 0, &parameter(1, b"when"))]);
    assert_eq!(said(&d), ["answers packet 7, 1.00 ms later"]);
    let d = talk.bytes(CLIENT, SERVER, packet(0x9999, &[chunk(11, 0, &[])]));
    assert_eq!(said(&d), ["the receiver asked for 0x00002222, in packet 2: it drops this one"]);
    // An ABORT from who knows no association sends the tag back that it was sent.
    let d = talk.bytes(CLIENT, SERVER, packet(0x1111, &[chunk(6, 1, &[])]));
    assert!(said(&d).is_empty(), "{:?}", said(&d));
}

#[test]
fn a_zero_checksum_is_for_who_said_that_it_is_acceptable() {
    let mut talk = Talk::new();
    talk.packet(CLIENT, &[init(1, 0x1111, 100, &[parameter(0x8001, &[0, 0, 0, 1])])]);
    talk.packet(SERVER, &[init(2, 0x2222, 500, &[])]);
    let sack = |tag| without_sum(packet(tag, &[sack(100, &[], &[])]));
    let allowed = talk.bytes(SERVER, CLIENT, sack(0x1111));
    assert_eq!(allowed.worst(), Some(Severity::Info), "{:?}", said(&allowed));
    assert!(said(&allowed).contains(&"the receiver said in packet 1 that this is acceptable".to_owned()));
    let refused = talk.bytes(CLIENT, SERVER, sack(0x2222));
    assert_eq!(refused.worst(), Some(Severity::Warning), "{:?}", said(&refused));
    assert!(
        said(&refused).iter().any(|text| text.contains("did not say in packet 2")),
        "{:?}",
        said(&refused)
    );
}

#[test]
fn tsns_go_on_after_the_last_number() {
    let mut talk = Talk::new();
    talk.packet(CLIENT, &[init(1, 0x1111, u32::MAX, &[])]);
    talk.packet(CLIENT, &[data(2, u32::MAX, 1, 0, 51, b"pi")]);
    let d = talk.packet(CLIENT, &[data(1, 0, 1, 0, 51, b"ng")]);
    assert_eq!(d.summary(), "DATA \"ping\" on stream 1");
    let d = talk.packet(SERVER, &[sack(0, &[], &[])]);
    assert!(said(&d)[0].contains("packets 2 to 3"), "{:?}", said(&d));
}

#[test]
fn damaged_packets_leave_a_tree_that_tiles_and_an_association_that_goes_on() {
    let mut talk = Talk::begun();
    let mut random = 7_u32;
    let chunks = every_chunk();
    for n in 0..4000 {
        let mut next = || {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as usize
        };
        let (one, other) = (next() % chunks.len(), next() % chunks.len());
        let mut bytes = packet(0x2222, &[chunks[one].clone(), chunks[other].clone()]);
        for _ in 0..next() % 4 {
            let (at, bit) = (next() % bytes.len(), next() % 8);
            bytes[at] ^= 1 << bit;
        }
        bytes.truncate(bytes.len() - if n % 5 == 0 { next() % bytes.len() } else { 0 });
        // Tiling is checked by whoever takes it.
        drop(talk.bytes(CLIENT, SERVER, bytes).summary());
    }
    let d = talk.packet(CLIENT, &[whole(7_000_000, 9, 0, 50, &open(0, 256, 0, b"late", b""))]);
    assert_eq!(d.summary(), "DATA_CHANNEL_OPEN late");
}

#[test]
fn whatever_a_peer_sends_no_packet_costs_more_than_it_should() {
    let mut talk = Talk::new();
    for n in 0..60_000_u32 {
        let chunks = match n % 3 {
            // Fragments that never end, each of another message or all of one.
            0 => data(0, n.wrapping_mul(0x9e37_79b9), (n % 7) as u16, n as u16, 51, &[0; 40]),
            1 => data(0, n, 1, 0, 51, &[0; 40]),
            _ => sack(n.wrapping_mul(0x9e37_79b9), &[], &[]),
        };
        drop(talk.packet(CLIENT, &[chunks]));
    }
    let d = talk.packet(CLIENT, &[data(3, 7_000_000, 1, 0, 51, b"ping")]);
    assert_eq!(d.summary(), "DATA \"ping\" on stream 1");
    assert_ne!(d.worst(), Some(Severity::Error));
}

/// One answers each INIT with a tag and a cookie of its own, as a server does that keeps no state.
#[test]
fn any_cookie_and_tag_that_were_given_out_may_be_taken() {
    for taken in [0x2222_u32, 0x3333] {
        let mut talk = Talk::new();
        talk.packet(CLIENT, &[init(1, 0x1111, 100, &[])]);
        talk.packet(CLIENT, &[init(1, 0x1111, 100, &[])]);
        for tag in [0x2222_u32, 0x3333] {
            talk.packet(SERVER, &[init(2, tag, tag, &[parameter(7, &tag.to_be_bytes())])]);
        }
        let d = talk.bytes(CLIENT, SERVER, packet(taken, &[chunk(10, 0, &taken.to_be_bytes())]));
        let given = if taken == 0x2222 { 3 } else { 4 };
        assert_eq!(said(&d), [format!("is the cookie that packet {given} gave out")]);
        talk.packet(SERVER, &[chunk(11, 0, &[]), whole(taken, 1, 0, 51, b"ping")]);
        let d = talk.bytes(CLIENT, SERVER, packet(taken, &[sack(taken, &[], &[])]));
        assert_eq!(said(&d), ["acknowledges packet 6, 1.00 ms later"]);
        let d = talk.bytes(CLIENT, SERVER, packet(0x4444, &[chunk(10, 0, b"else")]));
        assert_eq!(d.notes().iter().filter(|note| note.severity == Severity::Warning).count(), 2);
    }
}

#[test]
fn both_ends_may_send_an_init_at_once() {
    let mut talk = Talk::new();
    talk.packet(CLIENT, &[init(1, 0x1111, 100, &[])]);
    talk.packet(SERVER, &[init(1, 0x2222, 500, &[])]);
    talk.packet(CLIENT, &[init(2, 0x1111, 100, &[parameter(7, b"of the client")])]);
    talk.packet(SERVER, &[init(2, 0x2222, 500, &[parameter(7, b"of the server")])]);
    let d = talk.packet(CLIENT, &[chunk(10, 0, b"of the server")]);
    assert_eq!(said(&d), ["is the cookie that packet 4 gave out"]);
    let d = talk.packet(SERVER, &[chunk(10, 0, b"of the client")]);
    assert_eq!(said(&d), ["is the cookie that packet 3 gave out"]);
}

#[test]
fn an_association_that_begins_anew_has_numbers_of_its_own() {
    let mut talk = Talk::begun();
    talk.bytes(CLIENT, SERVER, packet(0, &[init(1, 0x5555, 90, &[])]));
    talk.bytes(SERVER, CLIENT, packet(0x5555, &[init(2, 0x6666, 490, &[])]));
    talk.bytes(SERVER, CLIENT, packet(0x5555, &[whole(490, 1, 0, 51, b"ping")]));
    let d = talk.bytes(CLIENT, SERVER, packet(0x6666, &[sack(490, &[], &[])]));
    assert_eq!(said(&d), ["acknowledges packet 9, 1.00 ms later"]);
}

#[test]
fn a_sack_beyond_all_that_was_sent_does_not_hide_what_comes_later() {
    let mut talk = Talk::begun();
    let d = talk.packet(SERVER, &[sack(1_000_100, &[], &[])]);
    assert_eq!(said(&d), ["1000000 beyond the last TSN that was seen here"]);
    talk.packet(CLIENT, &[whole(101, 1, 0, 51, b"ping")]);
    let d = talk.packet(SERVER, &[sack(101, &[], &[])]);
    assert_eq!(said(&d), ["acknowledges packet 8, 1.00 ms later"]);
    let d = talk.packet(SERVER, &[sack(101, &[], &[])]);
    assert_eq!(said(&d), ["nothing new: all up to here was acknowledged before"]);
}

#[test]
fn what_was_given_up_is_not_acknowledged() {
    let mut talk = Talk::begun();
    talk.packet(CLIENT, &[whole(101, 1, 1, 51, b"lost")]);
    talk.packet(CLIENT, &[chunk(192, 0, &[101_u32.to_be_bytes(), [0, 1, 0, 1]].concat())]);
    let d = talk.packet(SERVER, &[sack(101, &[], &[])]);
    assert_eq!(said(&d), ["goes on after what packet 8 gave up"]);
    talk.packet(CLIENT, &[whole(102, 1, 2, 51, b"ping")]);
    let d = talk.packet(SERVER, &[sack(102, &[], &[])]);
    assert_eq!(said(&d), ["acknowledges packet 10, 1.00 ms later"]);
}

/// Fragment 0 of a message that never ends, then what ends it, then the other half of the next with the same number.
#[test]
fn messages_that_have_the_same_number_later_are_not_mixed() {
    let all = [&500_u32.to_be_bytes()[..], &499_u32.to_be_bytes(), &101_u32.to_be_bytes()].concat();
    let given_up = [&101_u32.to_be_bytes()[..], &[0, 1, 0, 0], &0_u32.to_be_bytes()].concat();
    for (ends, mixes) in [
        (chunk(130, 0, &reset(100, 499, 101, 1)), false),
        (chunk(130, 0, &parameter(13, &all)), false),
        (chunk(194, 0, &given_up), false),
        // Of another stream.
        (chunk(130, 0, &reset(100, 499, 101, 3)), true),
        (chunk(4, 0, &parameter(1, b"when")), true),
    ] {
        let mut talk = Talk::begun();
        talk.packet(CLIENT, &[i_data(2, 101, 1, 0, 51, b"old ")]);
        talk.packet(CLIENT, std::slice::from_ref(&ends));
        let d = talk.packet(CLIENT, &[i_data(1, 103, 1, 0, 1, b"new")]);
        assert_eq!(d.sources() > 1, mixes, "{ends:?}: {:?}", said(&d));
        let d = talk.packet(CLIENT, &[i_data(2, 102, 1, 0, 51, b"the ")]);
        assert!(mixes || text(&d).contains("the new"), "{ends:?}: {}", text(&d));
    }
}

#[test]
fn what_is_given_up_on_a_stream_are_the_messages_up_to_it() {
    let given_up = [&101_u32.to_be_bytes()[..], &[0, 1, 0, 0], &1_u32.to_be_bytes()].concat();
    for (message, whole) in [(u32::MAX, false), (0, false), (1, false), (2, true)] {
        let mut talk = Talk::begun();
        talk.packet(CLIENT, &[i_data(2, 101, 1, message, 51, b"pi")]);
        talk.packet(CLIENT, &[chunk(194, 0, &given_up)]);
        let d = talk.packet(CLIENT, &[i_data(1, 102, 1, message, 1, b"ng")]);
        assert_eq!(d.sources() > 1, whole, "{message}");
    }
}
