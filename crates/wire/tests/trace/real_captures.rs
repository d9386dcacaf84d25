//! What tcpdump, tshark, dumpcap and editcap wrote reads back; and what they do not write, made by hand.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use wire::trace::{Event, ReadError, Reason, Secrets, Trace, Transport, looks_like_capture};

use super::captures::{self, CLIENT, ORDERS, Order, SERVER, real};

fn read(bytes: &[u8]) -> Trace {
    Trace::read(bytes).expect("a capture")
}

/// Packet number, transport, source port, destination port and bytes of each event.
fn summary<'a>(trace: &'a Trace) -> Vec<(u32, Transport, u16, u16, &'a str)> {
    let text = |event: &'a Event| std::str::from_utf8(&event.bytes).expect("text");
    let line = |event: &'a Event| {
        (event.packet.unwrap_or(0), event.transport, event.from.port(), event.to.port(), text(event))
    };
    trace.events.iter().map(line).collect()
}

#[test]
fn ping_and_pong_are_found_whatever_link_they_were_captured_on() {
    use Transport::{Tcp, Udp};
    let expected = vec![
        (1, Udp, 40002, 40001, "ping"),
        (2, Udp, 40001, 40002, "pong"),
        (6, Tcp, 40004, 40003, "ping"),
        (8, Tcp, 40003, 40004, "pong"),
    ];
    for name in [
        "tcpdump-lo-udp-tcp.pcap",
        "tcpdump-lo-nanoseconds.pcap",
        "tcpdump-any-cooked-v1.pcap",
        "tcpdump-any-cooked-v2.pcap",
        "editcap-rawip.pcapng",
    ] {
        let trace = read(real(name));
        assert_eq!(summary(&trace), expected, "{name}");
        assert_eq!(trace.skipped, [], "{name}");
        assert!(trace.events.is_sorted_by_key(|event| event.at), "{name}");
    }
}

#[test]
fn addresses_and_times_are_those_that_tshark_shows() {
    let trace = read(real("tcpdump-lo-nanoseconds.pcap"));
    assert!(trace.events.iter().all(|event| event.from.ip() == Ipv6Addr::LOCALHOST));
    let first = trace.events[0].at;
    let after: Vec<u128> = trace.events.iter().map(|event| (event.at - first).as_nanos()).collect();
    assert_eq!(after, [0, 16_632, 200_562, 212_174]);

    let trace = read(real("tshark-lo.pcapng"));
    let v6 = trace.events.iter().filter(|event| event.from.is_ipv6()).count();
    assert_eq!((trace.events.len(), v6), (6, 2));
    let first = trace.events[0].at;
    let after: Vec<u128> = trace.events.iter().map(|event| (event.at - first).as_nanos()).collect();
    assert_eq!(after, [0, 23_388, 161_895, 173_558, 332_352, 349_793]);
}

#[test]
fn packets_seen_on_two_interfaces_are_two_datagrams_but_one_stream() {
    let trace = read(real("dumpcap-any.pcapng"));
    let count = |transport| trace.events.iter().filter(|event| event.transport == transport).count();
    assert_eq!((count(Transport::Udp), count(Transport::Tcp)), (4, 2));
    assert_eq!(trace.skipped, []);
}

#[test]
fn a_fragmented_datagram_is_put_together() {
    let trace = read(real("tcpdump-lo-fragments.pcap"));
    assert_eq!(trace.events.len(), 1);
    assert_eq!(trace.events[0].bytes, b"ping".repeat(500));
    assert_eq!(trace.events[0].packet, Some(2));

    let cut = &real("tcpdump-lo-fragments.pcap")[..1400];
    let skipped: Vec<String> = read(cut).skipped.iter().map(ToString::to_string).collect();
    assert_eq!(
        skipped,
        [
            "packet 1: the file is cut short: at offset 1330 a block needs 802 bytes and 70 are left",
            "packet 1: a fragment of a datagram that could not be put together: a piece is missing or overlaps",
        ]
    );
}

#[test]
fn packets_cut_by_a_snapshot_length_are_skipped_with_the_remedy() {
    let trace = read(real("editcap-snapped.pcap"));
    assert_eq!((trace.events.len(), trace.skipped_count), (0, 12));
    assert_eq!(
        trace.skipped[0].to_string(),
        "packet 1: IPv4 needs 32 bytes and the capture kept 30; capture with `-s 0` to keep all"
    );
}

#[test]
fn keys_that_editcap_put_into_a_capture_are_found() {
    let trace = read(real("editcap-secrets.pcapng"));
    let keys = format!("CLIENT_RANDOM {} {}\n", "11".repeat(32), "22".repeat(48));
    assert_eq!(trace.secrets, [Secrets::tls_key_log(keys)]);
    assert_eq!(trace.events.len(), 2);
}

#[test]
fn all_four_kinds_of_pcap_are_read() {
    let packets = [captures::udp(CLIENT, SERVER, b"ping")];
    for order in ORDERS {
        for (magic, at) in [(0xa1b2_c3d4, Duration::from_micros(5)), (0xa1b2_3c4d, Duration::from_nanos(5))] {
            let file = captures::pcap(order, magic, 101, &packets);
            assert!(looks_like_capture(&file));
            let expected = Event { packet: Some(1), ..Event::udp(at, CLIENT, SERVER, *b"ping") };
            assert_eq!(read(&file).events, [expected], "{order:?} {magic:#x}");
        }
    }
}

#[test]
fn sections_of_both_byte_orders_with_interfaces_of_their_own_are_read() {
    let packet = captures::udp(CLIENT, SERVER, b"ping");
    let ethernet = [&[0; 12][..], &[8, 0], &packet].concat();
    let mut file = Vec::new();
    for order in ORDERS {
        let resolution = captures::option(order, 9, &[3]);
        let offset = match order {
            Order::Big => captures::option(order, 14, &100u64.to_be_bytes()),
            Order::Little => captures::option(order, 14, &100u64.to_le_bytes()),
        };
        let comments = [captures::option(order, 1, b"one"), captures::option(order, 1, b"two")].concat();
        let time_and_lengths = [
            &order.u32(0)[..],
            &order.u32(5),
            &order.u32(packet.len() as u32),
            &order.u32(packet.len() as u32),
            &packet,
        ]
        .concat();
        file.extend(captures::section_header(order));
        file.extend(captures::interface(order, 101, 0, &[]));
        file.extend(captures::interface(order, 1, 0, &[resolution, offset].concat()));
        file.extend(captures::block(order, 4, b"names, skipped"));
        file.extend(captures::enhanced_packet(order, 0, 1_000_000, &packet, &comments));
        file.extend(captures::enhanced_packet(order, 1, 1_500, &ethernet, &[]));
        file.extend(captures::block(
            order,
            2,
            &[&order.u16(0)[..], &order.u16(9), &time_and_lengths].concat(),
        ));
        file.extend(captures::block(order, 3, &[&order.u32(packet.len() as u32)[..], &packet].concat()));
        file.extend(captures::block(order, 0xbad, b"custom, skipped"));
        file.extend(captures::block(
            order,
            10,
            &[&order.u32(Secrets::TLS_KEY_LOG)[..], &order.u32(3), b"key"].concat(),
        ));
    }
    let trace = read(&file);
    assert_eq!(trace.skipped, []);
    assert_eq!(trace.secrets, [Secrets::tls_key_log(*b"key"), Secrets::tls_key_log(*b"key")]);
    let times: Vec<u128> = trace.events.iter().map(|event| event.at.as_micros()).collect();
    let a_section = [1_000_000, 101_500_000, 5, 5];
    assert_eq!(times, [a_section, a_section].concat());
    assert_eq!(trace.events[0].comment.as_deref(), Some("one\ntwo"));
    assert!(trace.events.iter().all(|event| event.bytes == b"ping" && event.from == CLIENT));
    assert_eq!(trace.events[7].packet, Some(8));
}

#[test]
fn a_broken_block_is_skipped_and_the_next_one_read() {
    let order = Order::Little;
    let packet = captures::udp(CLIENT, SERVER, b"ping");
    let good = captures::enhanced_packet(order, 0, 0, &packet, &[]);
    let mut too_long = good.clone();
    too_long[20..24].copy_from_slice(&[0xff; 4]); // Captured Packet Length
    let mut ends_differ = good.clone();
    let last = ends_differ.len() - 4;
    ends_differ[last] ^= 4;
    let cases = [
        ("Captured Packet Length", too_long),
        ("the second Block Total Length", ends_differ),
        ("Interface ID", captures::enhanced_packet(order, 7, 0, &packet, &[])),
        ("Timestamp", captures::block(order, 6, &[0; 8])),
    ];
    for (field, bad) in cases {
        let head = [captures::section_header(order), captures::interface(order, 101, 0, &[])].concat();
        let trace = read(&[&head[..], &bad, &good].concat());
        let why = Reason::Block { offset: head.len(), kind: 6, field };
        assert_eq!(trace.skipped.iter().map(|skipped| skipped.why).collect::<Vec<_>>(), [why]);
        assert_eq!(trace.events.iter().map(|event| event.packet).collect::<Vec<_>>(), [Some(2)], "{field}");
    }
}

#[test]
fn a_block_length_of_four_gibibytes_is_a_cut_file_and_allocates_nothing() {
    let order = Order::Little;
    let head = captures::section_header(order);
    let huge = [&order.u32(6)[..], &order.u32(0xffff_fffc), &[0; 16]].concat();
    let trace = read(&[&head[..], &huge].concat());
    let why = Reason::FileCutShort { offset: head.len(), expected: 0xffff_fffc, found: huge.len() };
    assert_eq!(trace.skipped.iter().map(|skipped| skipped.why).collect::<Vec<_>>(), [why]);
}

#[test]
fn skips_are_all_counted_but_not_all_listed() {
    let arp = [&[0; 12][..], &[8, 6], &[0; 28]].concat();
    let trace = read(&captures::pcap(Order::Little, 0xa1b2_c3d4, 1, &vec![arp; 1500]));
    assert_eq!((trace.skipped.len(), trace.skipped_count), (Trace::LISTED_SKIPS, 1500));
    assert_eq!(
        trace.skipped[999].to_string(),
        "packet 1000: the frame carries protocol type 0x0806, not IPv4 (0x0800) or IPv6 (0x86dd)"
    );
}

#[test]
fn what_is_no_capture_is_refused_with_what_to_do() {
    let cases: [(&[u8], &str); 6] = [
        (b"", "found nothing at offset 0. The file is empty"),
        (b"\x1f\x8b\x08\0", "found 1f 8b 08 00 at offset 0. This is gzip: unpack it first with `gunzip`."),
        (b"GET / HTTP/1.1", "found 47 45 54 20 at offset 0. If another tool wrote it"),
        (b"\x0a\x0d\x0d\x0a\0\0\0\x1cwhatever", "the byte-order magic 1a 2b 3c 4d is not at offset 8"),
        (b"\xa1\xb2\xc3\xd4\0", "expected a pcap file header of 24 bytes at offset 0, found 5 bytes"),
        (
            b"\x0a\x0d\x0d\x0a\0\0\0\x1c\x1a\x2b\x3c\x4d\0\x02\0\0\0\0\0\0\0\0\0\0\0\0\0\x1c",
            "expected pcapng version 1 at offset 12, found version 2",
        ),
    ];
    for (bytes, message) in cases {
        let error = Trace::read(bytes).expect_err(message).to_string();
        assert!(error.contains(message), "{error}");
    }
    assert!(matches!(Trace::read(b"GET "), Err(ReadError::NotACapture { .. })));
    assert!(!looks_like_capture(b"GET / HTTP/1.1"));
    assert!(!looks_like_capture(b"\n\r\r\n"));
}

#[test]
fn loopback_addresses_come_out_as_addresses() {
    let trace = read(real("tcpdump-any-cooked-v1.pcap"));
    let sources: Vec<IpAddr> = trace.events.iter().map(|event| event.from.ip()).collect();
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    assert_eq!(sources, [v4, v4, v6, v6]);
}
