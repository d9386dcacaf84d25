//! One DTLS datagram alone: handshake messages of OpenSSL, records made by hand, and all of them damaged.

use wire::dtls::DTLS;
use wire::trace::Trace;
use wire::{Dissection, Meaning, Node, protocols};

mod common;
use common::{complaints, text, tiles, tiles_however_damaged};

const ECDSA: &[u8] = include_bytes!("data/dtls-ecdsa.pcapng");

/// What packet `number` of the handshake carried.
fn packet(number: usize) -> Vec<u8> {
    Trace::read(ECDSA).unwrap().events[number - 1].bytes.clone()
}

/// A record in the clear.
fn record(content_type: u8, fragment: &[u8]) -> Vec<u8> {
    let length = (fragment.len() as u16).to_be_bytes();
    [&[content_type, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 7][..], &length, fragment].concat()
}

/// A message that is whole.
fn message(msg_type: u8, body: &[u8]) -> Vec<u8> {
    let length = &(body.len() as u32).to_be_bytes()[1..];
    [&[msg_type][..], length, &[0, 1, 0, 0, 0], length, body].concat()
}

fn names(d: &Dissection<'_>, field: &str) -> Vec<String> {
    let nodes = d.nodes().iter().filter(|node| node.field.name == field);
    nodes
        .map(|node| match node.meaning {
            Meaning::Name(name) => name.to_owned(),
            _ => format!("{:#x}", node.uint().unwrap_or_default()),
        })
        .collect()
}

#[test]
fn packets_say_what_they_are_and_have_nothing_to_complain_of() {
    for (number, summary) in [
        (1, "ClientHello"),
        (2, "HelloVerifyRequest"),
        (3, "ClientHello"),
        (4, "ServerHello, Certificate (part)"),
        (7, "ServerKeyExchange (part), CertificateRequest, ServerHelloDone"),
        (
            8,
            "Certificate, ClientKeyExchange, CertificateVerify, ChangeCipherSpec, encrypted handshake message",
        ),
        (13, "encrypted application data, 29 bytes"),
        (15, "encrypted alert"),
    ] {
        let bytes = packet(number);
        assert_eq!(protocols::guess(&bytes).id, "dtls", "packet {number}");
        let d = DTLS.dissect(&bytes[..]);
        tiles(&d);
        assert_eq!(d.summary(), summary, "packet {number}");
        assert!(complaints(&d).is_empty(), "packet {number}: {:?}", d.notes());
    }
}

#[test]
fn leaves_tile_however_short_or_damaged_a_packet_is() {
    tiles_however_damaged(&DTLS, &packet(2));
    tiles_however_damaged(&DTLS, &packet(7));
    for number in [1, 4, 8] {
        let whole = packet(number);
        for len in 0..whole.len() {
            tiles(&DTLS.dissect(&whole[..len]));
        }
        for bit in 0..whole.len() * 8 {
            let mut flipped = whole.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let d = DTLS.dissect(flipped);
            tiles(&d);
            drop(d.summary());
        }
    }
}

#[test]
fn trees() {
    for (name, number) in [("client_hello", 1), ("client_flight", 8)] {
        insta::assert_snapshot!(name, text(&DTLS.dissect(packet(number))));
    }
}

#[test]
fn a_certificate_gives_its_key_and_the_fingerprint_that_an_sdp_names() {
    let bytes = packet(8);
    let d = DTLS.dissect(&bytes[..]);
    let notes: Vec<_> = d.notes().iter().map(|note| &*note.text).collect();
    // openssl x509 -noout -fingerprint -sha256
    let fingerprint = "fingerprint, as an SDP says it: sha-256 77:7C:AE:7E:CD:0F:41:BE:16:AF:8D:0B:92:67:39:EA:5D:C1:B3:49:2D:EC:D0:88:F4:8A:21:35:04:68:AD:4D";
    for note in [fingerprint, "an EC key on secp256r1, for ECDSA", "2026-11-22 21:23:06 UTC"] {
        assert!(notes.contains(&note), "{note} is not in {notes:#?}");
    }
    let names: Vec<_> = d.nodes().iter().filter(|node| node.field.name == "Text").collect();
    assert_eq!(names.iter().map(|node| d.bytes(node.span)).collect::<Vec<_>>(), [b"WebRTC", b"WebRTC"]);
}

#[test]
fn what_a_browser_offers_is_named_and_grease_is_told_apart() {
    let extensions = [
        &[0x3a, 0x3a, 0, 0][..],                                     // GREASE
        &[0, 43, 0, 7, 6, 0x5a, 0x5a, 0xfe, 0xfc, 0xfe, 0xfd],       // supported_versions
        &[0, 51, 0, 6, 0, 4, 0, 0x1d, 0, 0],                         // key_share, an empty key
        &[0, 45, 0, 2, 1, 1],                                        // psk_key_exchange_modes
        &[0, 44, 0, 3, 0, 1, 9],                                     // cookie
        &[0, 54, 0, 1, 0],                                           // connection_id
        &[0, 16, 0, 9, 0, 7, 6, b'w', b'e', b'b', b'r', b't', b'c'], // ALPN
        &[0xff, 1, 0, 1, 0],                                         // renegotiation_info
        &[0x12, 0x34, 0, 2, 7, 7],                                   // unknown
    ]
    .concat();
    let suites = [0, 6, 0x8a, 0x8a, 0xc0, 0x2b, 0x13, 0x01];
    let body = [
        &[0xfe, 0xfd][..],
        &[7; 32],
        &[0, 0],
        &suites,
        &[1, 0],
        &(extensions.len() as u16).to_be_bytes(),
        &extensions,
    ]
    .concat();
    let bytes = record(22, &message(1, &body));
    let d = DTLS.dissect(&bytes[..]);
    assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    assert_eq!(
        names(&d, "cipher_suite"),
        ["GREASE", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"]
    );
    assert_eq!(names(&d, "version")[1..], ["GREASE", "DTLS 1.3", "DTLS 1.2"]);
    assert_eq!(names(&d, "PskKeyExchangeMode"), ["psk_dhe_ke"]);
    let types = names(&d, "extension_type");
    assert_eq!(types.first().map(String::as_str), Some("GREASE"));
    assert_eq!(types.last().map(String::as_str), Some("0x1234"));
    assert_eq!(d.find("ProtocolName").map(|node| d.bytes(node.span)), Some(&b"webrtc"[..]));
    tiles(&d);
}

#[test]
fn alerts_are_named_and_explained() {
    let d = DTLS.dissect(record(21, &[2, 40]));
    assert_eq!(d.summary(), "Alert handshake_failure");
    assert_eq!(d.notes().len(), 1);
    assert_eq!(DTLS.dissect(record(21, &[2, 200])).summary(), "Alert 200");
}

#[test]
fn the_short_header_of_dtls_1_3_is_known_where_its_lengths_fit() {
    let one = [&[0x2e, 0x12, 0x34, 0, 16][..], &[9; 16]].concat();
    let two = [&one[..], &[0x27, 0x56, 0, 9], &[9; 9]].concat();
    for bytes in [&one, &two] {
        assert_eq!(protocols::guess(bytes).id, "dtls");
        let d = DTLS.dissect(&bytes[..]);
        tiles(&d);
        assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    }
    assert_eq!(DTLS.dissect(&one[..]).find("E").and_then(Node::uint), Some(2));
    // Text begins with such bytes too.
    for other in [&b"2probe"[..], b"42[\"ping\"]", b"0{}", b" ", b"/", &one[..20]] {
        assert_ne!(protocols::guess(other).id, "dtls", "{other:?}");
    }
    tiles_however_damaged(&DTLS, &two);
}

#[test]
fn each_rule_broken_is_named_with_its_section() {
    let table: &[(Vec<u8>, &str, &str)] = &[
        (record(30, b""), "no content type of DTLS", "RFC 6347 section 4.1"),
        (
            record(23, b"ping"),
            "application data that nothing protects: a receiver must not take it",
            "RFC 5246 section 10",
        ),
        (record(20, &[2]), "always 1", "RFC 5246 section 7.1"),
        (record(21, &[3, 0]), "neither warning (1) nor fatal (2)", "RFC 5246 section 7.2"),
        (
            record(22, &[20, 0, 0, 4, 0, 0, 0, 0, 2, 0, 0, 3, 1, 2, 3]),
            "the part would end behind the message",
            "RFC 6347 section 4.2.3",
        ),
        (record(22, &message(20, b"short")), "shorter than 12 bytes", "RFC 5246 section 7.4.9"),
        (
            record(22, &message(11, &[0, 0, 0])),
            "no certificate, so that none can match the SDP's fingerprint: a WebRTC peer gives up here",
            "RFC 8122 section 6.2",
        ),
        (
            record(22, &message(11, &[0, 0, 5, 0, 0, 2, 0x31, 0])),
            "SEQUENCE was expected, here is SET",
            "ITU-T X.690 section 8.1",
        ),
    ];
    for (bytes, text, spec) in table {
        let d = DTLS.dissect(&bytes[..]);
        tiles(&d);
        let found = complaints(&d);
        assert!(found.contains(&((*text).to_owned(), (*spec).to_owned())), "{text}: {found:?}");
    }
}
