//! HTTP and WebSocket on byte streams: cut anywhere, put together, inflated, and bounded.

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use wire::render::{html, json};
use wire::trace::Event;
use wire::websocket::{FRAME, mask};
use wire::{Dissection, Session, Severity, Value};

mod common;
use common::{complaints, text, tiles};

const CLIENT: &str = "127.0.0.1:50000";
const SERVER: &str = "127.0.0.1:8080";

const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn deflating(head: &str) -> String {
    head.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n")
}

fn piece(from: &str, to: &str, bytes: &[u8]) -> Event {
    let addr = |text: &str| text.parse::<SocketAddr>().unwrap();
    Event::tcp(Duration::ZERO, addr(from), addr(to), bytes)
}

fn up(bytes: impl AsRef<[u8]>) -> Event {
    piece(CLIENT, SERVER, bytes.as_ref())
}

fn down(bytes: impl AsRef<[u8]>) -> Event {
    piece(SERVER, CLIENT, bytes.as_ref())
}

/// A frame as a client sends it.
fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let key = [0x37, 0xfa, 0x21, 0x3d];
    let mut payload = payload.to_vec();
    mask(&mut payload, key);
    let len = payload.len();
    assert!(len < 126);
    [&[first, 0x80 | len as u8][..], &key, &payload].concat()
}

/// A frame as a server sends it.
fn plain(first: u8, payload: &[u8]) -> Vec<u8> {
    let len = payload.len() as u64;
    let head = match payload.len() {
        ..126 => vec![first, len as u8],
        126..0x1_0000 => [&[first, 126][..], &(len as u16).to_be_bytes()].concat(),
        _ => [&[first, 127][..], &len.to_be_bytes()].concat(),
    };
    [&head[..], payload].concat()
}

/// What was read of the messages: each field that has a value, but what a cut leaves.
fn said(d: &Dissection<'_>) -> Vec<String> {
    let nodes = d.nodes().iter().skip(1).filter(|n| n.field.name != "Unfinished");
    let value = |n: &wire::Node| match n.value {
        Value::Bytes | Value::Text => format!("{:?}", String::from_utf8_lossy(d.bytes(n.span))),
        Value::Uint(n) => n.to_string(),
        _ => String::new(),
    };
    nodes.map(|n| format!("{} {}", n.field.name, value(n))).collect()
}

fn complaints_of(session: &mut Session, event: &Event) -> Vec<String> {
    complaints(&session.dissect(event)).into_iter().map(|(text, _)| text).collect()
}

/// A session in which the handshake has been.
fn open() -> Session {
    opened(REQUEST, RESPONSE)
}

fn opened(request: &str, response: &str) -> Session {
    let mut session = Session::new(None);
    assert!(complaints_of(&mut session, &up(request)).is_empty());
    assert!(complaints_of(&mut session, &down(response)).is_empty());
    session
}

/// Messages that fragments and compression make, as text.
fn messages(d: &Dissection<'_>) -> Vec<String> {
    let data = d.nodes().iter().filter(|n| n.field.name == "Application data");
    data.map(|n| String::from_utf8_lossy(d.bytes(n.span)).into_owned()).collect()
}

#[test]
fn a_handshake_and_what_follows_it_in_the_same_piece() {
    let mut session = Session::new(None);
    let request = up(REQUEST);
    assert_eq!(session.dissect(&request).summary(), "GET /chat, upgrade to websocket");
    let both = down([RESPONSE.as_bytes(), &plain(0x81, b"ping")].concat());
    let d = session.dissect(&both);
    assert_eq!(d.summary(), "101 Switching Protocols; Text \"ping\"");
    assert!(d.notes().iter().all(|n| n.severity == Severity::Good), "{:?}", d.notes());
    insta::assert_snapshot!("handshake_and_frame", text(&d));
    let answer = up(masked(0x81, b"pong"));
    let d = session.dissect(&answer);
    assert_eq!(d.summary(), "Text \"pong\"");
    assert!(d.notes().is_empty(), "{:?}", d.notes());
    assert_eq!(d.layer().id, "websocket-stream");
}

#[test]
fn a_connection_that_was_closed_begins_anew() {
    let mut session = open();
    let _ = session.dissect(&up(&masked(0x81, b"ping")[..4]));
    let (one, other) = (SERVER.parse().unwrap(), CLIENT.parse().unwrap());
    session.closed(one, other);
    assert!(session.dissect(&up(REQUEST)).summary().contains("GET /chat"));
}

#[test]
fn the_side_that_should_mask_is_known_from_the_handshake() {
    let mut session = open();
    assert_eq!(complaints_of(&mut session, &up(plain(0x81, b"hi"))).len(), 1);
    assert_eq!(complaints_of(&mut session, &down(masked(0x81, b"hi"))).len(), 1);
    assert!(complaints_of(&mut session, &down(plain(0x81, b"hi"))).is_empty());
    // The server has the lesser address and the client the greater, and the other way round.
    for (client, server) in [("10.0.0.1:1", "10.0.0.2:2"), ("10.0.0.2:1", "10.0.0.1:2")] {
        let mut session = Session::new(None);
        drop(session.dissect(&piece(client, server, REQUEST.as_bytes())));
        drop(session.dissect(&piece(server, client, RESPONSE.as_bytes())));
        assert_eq!(complaints_of(&mut session, &piece(client, server, b"\x81\x02hi")).len(), 1);
        assert!(complaints_of(&mut session, &piece(server, client, b"\x81\x02hi")).is_empty());
    }
}

#[test]
fn an_accept_key_of_another_request_is_an_error() {
    let mut session = Session::new(None);
    drop(session.dissect(&up(REQUEST)));
    let notes = complaints_of(&mut session, &down(RESPONSE.replace("s3p", "S3p")));
    assert!(notes[0].contains("asks for s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{notes:?}");
}

#[test]
fn fragments_are_put_together_with_a_ping_between_them() {
    let mut session = open();
    // The snowman is cut in two.
    let events =
        [down(plain(0x01, b"snow \xe2\x98")), down(plain(0x89, b"alive?")), down(plain(0x80, b"\x83 man"))];
    let said: Vec<_> = events.iter().map(|event| messages(&session.dissect(event))).collect();
    assert_eq!(said, [vec![], vec!["alive?".to_owned()], vec!["snow \u{2603} man".to_owned()]]);
    let broken = down([plain(0x01, b"\xe2"), plain(0x80, b"(")].concat());
    let notes = complaints_of(&mut session, &broken);
    assert!(notes.iter().any(|text| text.contains("not UTF-8")), "{notes:?}");
    let masked_too = up([masked(0x01, b"one "), masked(0x00, b"two "), masked(0x80, b"three")].concat());
    let d = session.dissect(&masked_too);
    assert_eq!(messages(&d), ["one two three"]);
    assert!(d.notes().is_empty(), "{:?}", d.notes());
    insta::assert_snapshot!("fragments", text(&d));
}

#[test]
fn what_the_frames_before_forbid_is_noted() {
    for (frames, why) in [
        (vec![plain(0x80, b"x")], "no message was begun"),
        (vec![plain(0x01, b"x"), plain(0x81, b"y")], "has ended"),
        (vec![plain(0x88, b""), plain(0x81, b"y")], "after Close"),
        (vec![plain(0xc1, b"x")], "reserved bit"),
    ] {
        let notes = complaints_of(&mut open(), &down(frames.concat()));
        assert!(notes.iter().any(|text| text.contains(why)), "{why}: {notes:?}");
    }
}

#[test]
fn compressed_messages_are_inflated_with_the_window_of_their_direction() {
    const HELLO: &[u8] = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
    const AGAIN: &[u8] = b"\xf2\x00\x11\x00\x00";
    let mut session = opened(&deflating(REQUEST), &deflating(RESPONSE));
    for event in [
        down(plain(0xc1, HELLO)),
        down(plain(0xc1, AGAIN)),
        up([masked(0x41, &HELLO[..3]), masked(0x80, &HELLO[3..])].concat()),
        up(masked(0xc1, AGAIN)),
    ] {
        let d = session.dissect(&event);
        assert_eq!(messages(&d), ["Hello"]);
        assert!(d.summary().ends_with(" bytes; inflated \"Hello\""), "{}", d.summary());
        assert!(d.notes().is_empty(), "{:?}", d.notes());
    }
    insta::assert_snapshot!("compressed", text(&session.dissect(&down(plain(0xc1, AGAIN)))));
    let forgetful = deflating(RESPONSE).replace("deflate", "deflate; server_no_context_takeover");
    let mut session = opened(&deflating(REQUEST), &forgetful);
    assert_eq!(messages(&session.dissect(&down(plain(0xc1, HELLO)))), ["Hello"]);
    assert_ne!(messages(&session.dissect(&down(plain(0xc1, AGAIN)))), ["Hello"]);
}

#[test]
fn a_stream_cut_anywhere_says_the_same() {
    let content = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nping";
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4;x=y\r\nping\r\n4\r\npong\r\n0\r\nA: b\r\n\r\n";
    let downstream = [
        content.as_bytes(),
        chunked.as_bytes(),
        deflating(RESPONSE).as_bytes(),
        &plain(0xc1, b"\xf2\x48\xcd\xc9\xc9\x07\x00"),
        &plain(0x82, &[7; 300]),
        &plain(0x8a, b""),
        &plain(0x88, b"\x03\xe8bye"),
    ]
    .concat();
    let run = |size: usize| {
        let mut session = Session::new(None);
        let (mut heard, mut notes) = (Vec::new(), Vec::new());
        let upstream =
            ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", &deflating(REQUEST)]
                .concat();
        let frames = [masked(0x01, b"a"), masked(0x80, b"b"), masked(0x88, b"\x03\xe8")].concat();
        let streams =
            [(up as fn(Vec<u8>) -> Event, upstream.into_bytes()), (down, downstream.clone()), (up, frames)];
        for (event, bytes) in streams {
            for piece in bytes.chunks(size) {
                let event = event(piece.to_vec());
                let d = session.dissect(&event);
                tiles(&d);
                heard.extend(said(&d));
                notes.extend(complaints(&d));
            }
        }
        (heard, notes)
    };
    let whole = run(usize::MAX);
    assert!(whole.1.is_empty(), "{:?}", whole.1);
    assert!(whole.0.contains(&"content \"pingpong\"".to_owned()), "{:?}", whole.0);
    assert!(whole.0.contains(&"Application data \"ab\"".to_owned()));
    assert!(whole.0.contains(&"Application data \"Hello\"".to_owned()));
    for size in 1..downstream.len() {
        assert_eq!(run(size), whole, "pieces of {size}");
    }
}

#[test]
fn content_ends_where_its_request_and_its_head_say() {
    let ok = |more: &str| format!("HTTP/1.1 200 OK\r\n{more}\r\n");
    for (request, response, summary) in [
        ("HEAD", ok("Content-Length: 9\r\n"), "200 OK; 200 OK"),
        ("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n".into(), "304 Not Modified; 200 OK"),
        ("GET", "HTTP/1.1 100 Continue\r\n\r\n".into(), "100 Continue; 200 OK"),
        ("GET", ok("Content-Length: 4\r\n") + "ping", "200 OK; content, 4 bytes; 200 OK"),
        ("CONNECT", ok(""), "200 OK; Tunnelled bytes, 38 bytes"),
        ("GET", ok(""), "200 OK; content, 38 bytes"),
        ("GET", ok("Content-Length: 9\r\nContent-Length: 8\r\n"), "200 OK; Not followed, 38 bytes"),
    ] {
        let mut session = Session::new(None);
        drop(session.dissect(&up(format!(
            "{request} / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"
        ))));
        let event = down(response + &ok("Content-Length: 0\r\n"));
        assert_eq!(session.dissect(&event).summary(), summary, "{request}");
    }
}

#[test]
fn frames_without_a_handshake_are_read_where_the_user_says_so() {
    let mut session = Session::new(None).only(&FRAME);
    assert_eq!(session.dissect(&up(masked(0x81, b"hi"))).summary(), "Text \"hi\"");
    assert_eq!(session.dissect(&down(plain(0x81, b"hi"))).summary(), "Text \"hi\"");
    assert_eq!(Session::new(None).dissect(&up(masked(0x81, b"hi"))).layer().id, "data");
}

#[test]
fn a_frame_too_long_to_hold_is_shown_as_it_comes() {
    let mut session = open();
    let long = plain(0x82, &vec![1; 3 << 20]);
    let mut seen = 0;
    for piece in [&long[..], &plain(0x81, b"after")].concat().chunks(65_536) {
        let event = down(piece);
        let d = session.dissect(&event);
        tiles(&d);
        assert!(complaints(&d).is_empty(), "{:?}", d.notes());
        seen += messages(&d).iter().filter(|text| *text == "after").count();
    }
    assert_eq!(seen, 1);
}

#[test]
fn a_bomb_is_not_inflated_and_nothing_that_refers_to_it() {
    let mut session = opened(&deflating(REQUEST), &deflating(RESPONSE));
    // A megabyte and more of one byte: a block of the longest matches, over and over.
    let bomb = miniz_oxide_bomb();
    let d = session.dissect(&down(plain(0xc2, &bomb))).into_owned();
    assert!(d.notes().iter().any(|n| n.text.contains("longer than 1 MiB")), "{:?}", d.notes());
    let d = session.dissect(&down(plain(0xc1, b"\xf2\x00\x11\x00\x00"))).into_owned();
    assert!(d.notes().iter().any(|n| n.text.contains("an earlier message")), "{:?}", d.notes());
}

fn miniz_oxide_bomb() -> Vec<u8> {
    let mut bomb = miniz_oxide::deflate::compress_to_vec(&vec![0; 2 << 20], 9);
    // As RFC 7692 section 7.2.3.4 has it for a last block.
    bomb.push(0);
    bomb
}

#[test]
fn endless_heads_many_connections_and_unfinished_messages_are_bounded() {
    let mut session = Session::new(None);
    drop(session.dissect(&up("GET / HTTP/1.1\r\n")));
    let mut notes = Vec::new();
    for _ in 0..100 {
        notes.extend(complaints_of(&mut session, &up("A: ".to_owned() + &"b".repeat(1000) + "\r\n")));
    }
    assert_eq!(notes.len(), 1, "{notes:?}");
    // Each of these announces a megabyte and sends half of it.
    let begun =
        [&b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n"[..], &[b'a'; 500_000]].concat();
    for port in 1..=200 {
        let event = piece(&format!("10.0.0.1:{port}"), SERVER, &begun);
        drop(session.dissect(&event));
    }
    let rest = vec![b'a'; 500_000];
    let first = piece("10.0.0.1:1", SERVER, &rest);
    assert_eq!(session.dissect(&first).layer().id, "data", "the oldest is forgotten");
    let last = piece("10.0.0.1:200", SERVER, &rest);
    assert_eq!(session.dissect(&last).summary(), "content, 1000000 bytes");
}

#[test]
fn a_message_in_a_million_pieces_is_not_looked_at_from_its_start_with_each() {
    let mut session = open();
    let frame = plain(0x82, &vec![0; 1_000_000]);
    for (events, piece) in frame.chunks(4).enumerate() {
        let event = down(piece);
        let d = session.dissect(&event);
        assert!(events == frame.len().div_ceil(4) - 1 || d.wire().len() <= 14, "{}", d.wire().len());
    }
    assert_eq!(session.dissect(&down(plain(0x81, b"after"))).summary(), "Text \"after\"");
}

#[test]
fn a_response_without_its_status_has_a_summary_all_the_same() {
    let mut session = Session::new(None);
    let event = down("HTTP/1.1  Switching Protocols\r\n\r\n");
    assert_eq!(session.dissect(&event).summary(), "HTTP response without a status");
}

proptest! {
    #[test]
    fn leaves_tile_whatever_both_ends_send(pieces: Vec<(bool, Vec<u8>)>, handshake: bool) {
        let mut session = if handshake { opened(&deflating(REQUEST), &deflating(RESPONSE)) } else { Session::new(None) };
        for (client, bytes) in pieces {
            let event = if client { up(bytes) } else { down(bytes) };
            tiles(&session.dissect(&event));
        }
    }

    #[test]
    fn a_damaged_exchange_is_still_tiled(at in 0_usize..400, byte: u8, size in 1_usize..50) {
        let streams = [
            (true, deflating(REQUEST).into_bytes()),
            (false, [deflating(RESPONSE).as_bytes(), &plain(0xc1, b"\xf2\x48\xcd\xc9\xc9\x07\x00")].concat()),
            (true, [masked(0x01, b"a"), masked(0x80, b"b")].concat()),
        ];
        let mut session = Session::new(None);
        let mut offset = 0;
        for (client, mut bytes) in streams {
            if let Some(hit) = at.checked_sub(offset).and_then(|at| bytes.get_mut(at)) {
                *hit = byte;
            }
            offset += bytes.len();
            for piece in bytes.chunks(size) {
                let event = if client { up(piece) } else { down(piece) };
                let d = session.dissect(&event);
                tiles(&d);
                prop_assert!(!text(&d).is_empty() && !d.summary().is_empty());
                let mut page = String::new();
                html::packet(&d, &html::PacketView { id: "p", ..Default::default() }, &mut page).unwrap();
                json::packet(&d, &mut Vec::new());
            }
        }
    }
}
