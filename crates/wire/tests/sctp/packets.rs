//! One packet: its fields, what they are called, and each rule broken once.

use proptest::prelude::*;
use wire::protocols::named;
use wire::sctp::SCTP;
use wire::{Node, Severity};

use super::common::{complaints, text, tiles, tiles_however_damaged};
use super::written::*;

/// 123456789, as RFC 9260 has it in network order: the value that every description of CRC32c gives is 0xe3069283.
#[test]
fn the_checksum_is_crc32c_with_its_lowest_byte_first() {
    let packet = packet(7, &[whole(1, 1, 0, 51, b"ping")]);
    let d = SCTP.dissect(&packet[..]);
    let good: Vec<_> = d.notes().iter().filter(|note| note.severity == Severity::Good).collect();
    assert_eq!(good.len(), 1, "{:?}", d.notes());
    let mut damaged = packet.clone();
    damaged[13] ^= 1;
    assert!(complaints(&SCTP.dissect(damaged)).iter().any(|(why, _)| why.contains("the packet was changed")));
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip_of_every_chunk() {
    for chunk in every_chunk() {
        tiles_however_damaged(&SCTP, &packet(7, &[chunk]));
    }
    tiles_however_damaged(&SCTP, &packet(7, &[whole(1, 1, 0, 51, b"ping!"), whole(2, 1, 1, 51, b"pong")]));
    tiles_however_damaged(named("dcep").unwrap(), &open(0x82, 256, 3000, b"chat", b"json"));
}

proptest! {
    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>) {
        tiles(&SCTP.dissect(&bytes[..]));
    }
}

#[test]
fn trees() {
    let chunks = every_chunk();
    let names = ["data", "fragment", "i_data", "i_data_fragment", "init", "init_ack", "sack"];
    for (name, chunk) in names.iter().zip(&chunks) {
        let tag = if *name == "init" { 0 } else { 7 };
        insta::assert_snapshot!(*name, text(&SCTP.dissect(packet(tag, std::slice::from_ref(chunk)))));
    }
    for (name, kind) in
        [("abort", 6), ("error", 9), ("re_config", 130), ("forward_tsn", 192), ("unknown", 77)]
    {
        let chunk = chunks.iter().find(|chunk| chunk[0] == kind).unwrap();
        insta::assert_snapshot!(name, text(&SCTP.dissect(packet(7, std::slice::from_ref(chunk)))));
    }
    insta::assert_snapshot!("open", text(&SCTP.dissect(packet(7, &[chunks[24].clone()]))));
}

#[test]
fn summaries_fit_a_ladder() {
    let said = |chunks: &[Vec<u8>]| SCTP.dissect(packet(7, chunks)).summary();
    for (chunks, summary) in [
        (vec![init(1, 1, 1, &[])], "INIT"),
        (vec![sack(12, &[], &[])], "SACK 12"),
        (vec![sack(12, &[(2, 3)], &[])], "SACK 12, 1 beyond gaps"),
        (vec![whole(1, 1, 0, 51, b"ping")], "DATA \"ping\" on stream 1"),
        (vec![sack(1, &[], &[]), whole(1, 1, 0, 53, &[0; 900])], "SACK 1, DATA 900 bytes on stream 1"),
        (vec![data(2, 1, 1, 0, 51, &[0; 900])], "DATA 900 bytes of a message on stream 1"),
        (vec![whole(1, 1, 0, 56, &[0])], "DATA \"\" on stream 1"),
        (vec![whole(1, 1, 0, 50, &open(0, 256, 0, b"chat", b""))], "DATA_CHANNEL_OPEN chat"),
        (vec![whole(1, 1, 0, 50, &open(0, 256, 0, b"\x1b[2J", b""))], "DATA_CHANNEL_OPEN \\u{1b}[2J"),
        (vec![whole(1, 1, 0, 50, &[2])], "DATA_CHANNEL_ACK on stream 1"),
        (vec![chunk(130, 0, &reset(9, 8, 101, 1))], "RE-CONFIG reset 1"),
        (vec![chunk(130, 0, &parameter(16, &[0, 0, 0, 9, 0, 0, 0, 1]))], "RE-CONFIG Success - Performed"),
        (vec![chunk(6, 0, &parameter(12, b"bye"))], "ABORT User-Initiated Abort"),
        (vec![chunk(14, 0, &[])], "SHUTDOWN COMPLETE"),
        (vec![chunk(192, 0, &[0, 0, 0, 9])], "FORWARD TSN 9"),
        (vec![chunk(77, 0, &[])], "chunk 77"),
        (vec![chunk(11, 0, &[]); 7], "COOKIE ACK, COOKIE ACK, COOKIE ACK, COOKIE ACK, 3 more"),
        (vec![], "SCTP"),
    ] {
        assert_eq!(said(&chunks), summary);
    }
}

#[test]
fn each_broken_rule_is_named_with_its_section() {
    let ping = || whole(1, 1, 0, 51, b"ping");
    let short = |len: u16| [&[0, 3][..], &len.to_be_bytes()].concat();
    let mut padded = whole(1, 1, 0, 51, b"ping!");
    *padded.last_mut().unwrap() = 1;
    let zero = |at: usize| {
        let mut chunk = init(1, 1, 1, &[]);
        chunk[at..at + 2].fill(0);
        chunk
    };
    #[rustfmt::skip]
    let cases: Vec<(Vec<u8>, &str, &str)> = vec![
        (packet(7, &[init(1, 1, 1, &[])]), "must come with zero", "RFC 9260 section 8.5.1"),
        (packet(0, &[ping()]), "which only a packet with an INIT may have", "RFC 9260 section 8.5.1"),
        (without_sum(packet(0, &[init(1, 1, 1, &[])])), "must have its sum", "RFC 9653 section 5.2"),
        (without_sum(packet(7, &[chunk(10, 0, b"cookie")])), "must have its sum", "RFC 9653 section 5.2"),
        (packet(0, &[init(1, 1, 1, &[]), ping()]), "travel alone", "RFC 9260 section 6.10"),
        (packet(7, &[ping(), chunk(14, 0, &[])]), "travel alone", "RFC 9260 section 6.10"),
        (packet(7, &[chunk(11, 0, &[]), chunk(10, 0, b"late")]), "must be the first", "RFC 9260 section 6.10"),
        (packet(7, &[ping(), sack(1, &[], &[])]), "before those with data", "RFC 9260 section 6.10"),
        (packet(7, &[short(3)]), "which has 4 bytes", "RFC 9260 section 3.2"),
        (packet(7, &[padded]), "sent as zeros", "RFC 9260 section 3.2"),
        (packet(7, &[whole(1, 1, 0, 51, b"")]), "no user data", "RFC 9260 section 3.3.1"),
        (packet(7, &[data(1, 1, 1, 0, 52, b"x")]), "deprecated", "RFC 8831 section 6.6"),
        (packet(7, &[whole(1, 1, 0, 51, b"\xff")]), "not UTF-8", "RFC 3629 section 4"),
        (packet(0, &[init(1, 0, 1, &[])]), "must not be zero", "RFC 9260 section 3.3.2"),
        (packet(0, &[zero(12)]), "must not be zero: the receiver aborts", "RFC 9260 section 3.3.2"),
        (packet(7, &[sack(1, &[(1, 1)], &[])]), "touches", "RFC 9260 section 3.3.4"),
        (packet(7, &[sack(1, &[(3, 2)], &[])]), "ends before it starts", "RFC 9260 section 3.3.4"),
        (packet(7, &[chunk(3, 0, &[0, 0, 0, 1, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff])]), "room for 0", "RFC 9260 section 3.3.4"),
        (packet(7, &[chunk(9, 0, &[])]), "no cause", "RFC 9260 section 3.3.10"),
        (packet(7, &[chunk(130, 0, &[])]), "no request and no response", "RFC 6525 section 3.1"),
        (packet(7, &[whole(1, 1, 0, 50, &[7])]), "no message type", "RFC 8832 section 8.2.1"),
        (packet(7, &[whole(1, 1, 0, 50, &open(0, 256, 9, b"", b""))]), "must be zero", "RFC 8832 section 5.1"),
        (packet(7, &[whole(1, 1, 0, 50, &open(5, 256, 0, b"", b""))]), "a reserved channel type", "RFC 8832 section 6"),
        (packet(7, &[]), "no chunk", "RFC 9260 section 3"),
    ];
    for (bytes, why, section) in cases {
        let d = SCTP.dissect(&bytes[..]);
        let found = complaints(&d).into_iter().any(|(text, spec)| text.contains(why) && spec == section);
        assert!(found, "should be told {why:?} ({section}), was {:?}", d.notes());
    }
}

#[test]
fn what_is_allowed_is_not_complained_of() {
    for chunk in every_chunk() {
        let tag = if chunk[0] == 1 { 0 } else { 7 };
        let bytes = packet(tag, &[chunk]);
        let d = SCTP.dissect(&bytes[..]);
        assert!(complaints(&d).is_empty(), "{bytes:02x?}: {:?}", d.notes());
    }
    let d = without_sum(packet(7, &[whole(1, 1, 0, 51, b"ping")]));
    assert_eq!(SCTP.dissect(d).worst(), Some(Severity::Info));
}

#[test]
fn a_gap_is_shown_by_the_numbers_that_it_means() {
    let bytes = packet(7, &[sack(u32::MAX, &[(2, 3)], &[])]);
    let d = SCTP.dissect(&bytes[..]);
    let start = d.find("Gap Ack Block Start").unwrap();
    assert_eq!((start.uint(), start.meaning), (Some(2), wire::Meaning::Number(1)));
}

#[test]
fn a_gigantic_list_of_gaps_costs_no_more_than_its_bytes() {
    let bytes = packet(7, &[sack(1, &vec![(9, 1); 16_000], &[])]);
    let d = SCTP.dissect(&bytes[..]);
    assert_eq!(d.nodes().iter().filter(|node| node.field.name == "Gap Ack Block").count(), 16_000);
    tiles(&d);
}

#[test]
fn sctp_claims_only_what_its_checksum_proves() {
    let ping = packet(7, &[whole(1, 1, 0, 51, b"ping")]);
    assert_eq!(wire::protocols::guess(&ping).id, "sctp");
    assert_eq!(wire::protocols::guess(&without_sum(ping)).id, "data");
    let uint = |d: &wire::Dissection<'_>, name| d.find(name).and_then(Node::uint);
    let d = SCTP.dissect(packet(7, &[i_data(3, 100, 1, 6, 51, b"ping")]));
    assert_eq!((uint(&d, "Message Identifier"), uint(&d, "TSN")), (Some(6), Some(100)));
}
