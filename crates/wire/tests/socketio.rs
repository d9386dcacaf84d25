//! Engine.IO and Socket.IO packets: the examples of their specifications, over polling and over WebSocket.

use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;
use wire::engineio::ENGINEIO;
use wire::socketio::SOCKETIO;
use wire::trace::Event;
use wire::{Context, Dissection, Messages, Session, Side, Stream, Tree, Value};

mod common;
use common::{complaints, text, tiles, tiles_however_damaged};

/// What was read of the leaves with a value.
fn said(d: &Dissection<'_>) -> Vec<String> {
    let leaves = d.leaves().filter(|(_, n)| !["JSON punctuation", "comma", "hyphen"].contains(&n.field.name));
    let value = |n: &wire::Node| match n.value {
        Value::Uint(n) => n.to_string(),
        _ => String::from_utf8_lossy(d.bytes(n.span)).into_owned(),
    };
    leaves.map(|(_, n)| format!("{} {}", n.field.name, value(n))).collect()
}

#[test]
fn the_packets_of_the_specification_are_taken_apart() {
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str)] = &[
        ("0", "CONNECT", "packet type 0"),
        (r#"0{"sid":"wZX3"}"#, "CONNECT", r#"packet type 0; data {"sid":"wZX3"}"#),
        ("0/admin,", "CONNECT /admin", "packet type 0; namespace /admin"),
        (r#"0/admin,{"token":"123"}"#, "CONNECT /admin", r#"packet type 0; namespace /admin; data {"token":"123"}"#),
        (r#"4{"message":"Not authorized"}"#, "CONNECT_ERROR", r#"packet type 4; data {"message":"Not authorized"}"#),
        (r#"2["foo"]"#, "EVENT \"foo\"", r#"packet type 2; event name foo"#),
        (r#"2/admin,["bar"]"#, "EVENT /admin \"bar\"", r#"packet type 2; namespace /admin; event name bar"#),
        ("2[\"foo\"]\n", "EVENT \"foo\"", "packet type 2; event name foo"),
        (r#"212["foo"]"#, "EVENT 12 \"foo\"", r#"packet type 2; acknowledgment id 12; event name foo"#),
        ("312[]", "ACK 12", "packet type 3; acknowledgment id 12"),
        (r#"3/admin,13["bar"]"#, "ACK /admin 13", r#"packet type 3; namespace /admin; acknowledgment id 13; argument "bar""#),
        (r#"2["a", 1 ,[2,[3]],{"b":[]},null]"#, "EVENT \"a\"",
            r#"packet type 2; event name a; argument 1; argument [2,[3]]; argument {"b":[]}; argument null"#),
        (r#"51-["baz",{"_placeholder":true,"num":0}]"#, "BINARY_EVENT \"baz\"",
            r#"packet type 5; binary attachments 1; event name baz; argument {"_placeholder":true,"num":0}"#),
        (r#"51-14["foo",{"_placeholder":true,"num":0}]"#, "BINARY_EVENT 14 \"foo\"",
            r#"packet type 5; binary attachments 1; acknowledgment id 14; event name foo; argument {"_placeholder":true,"num":0}"#),
        (r#"61-15["bar",{"_placeholder":true,"num":0}]"#, "BINARY_ACK 15",
            r#"packet type 6; binary attachments 1; acknowledgment id 15; argument "bar"; argument {"_placeholder":true,"num":0}"#),
        ("1", "DISCONNECT", "packet type 1"),
        ("1/admin,", "DISCONNECT /admin", "packet type 1; namespace /admin"),
    ];
    let escaped = SOCKETIO.dissect(&br#"2["\u0068i" , ""]"#[..]);
    assert_eq!(said(&escaped), ["packet type 2", r#"event name "\u0068i""#, r#"argument """#]);
    let empty = SOCKETIO.dissect(&br#"2[ "" ,{} ]"#[..]);
    assert_eq!(said(&empty), ["packet type 2", "event name ", "argument {}"]);
    for (packet, summary, fields) in cases {
        let d = SOCKETIO.dissect(packet.as_bytes());
        assert_eq!((d.summary().as_str(), said(&d).join("; ").as_str()), (*summary, *fields), "{packet}");
        assert!(complaints(&d).is_empty(), "{packet}: {:?}", d.notes());
    }
}

#[test]
fn each_broken_rule_of_a_packet_is_named() {
    for (packet, why) in [
        ("7[]", "no packet type"),
        ("x", "not a decimal number"),
        ("2", "must be an array that is not empty"),
        ("2[]", "must be an array that is not empty"),
        ("2{}", "must be an array that is not empty"),
        ("3[]", "without the number"),
        ("31{}", "must be an array"),
        ("4", "must say why"),
        ("01", "only events are acknowledged"),
        ("1[1]", "no payload"),
        ("2[\"a\"", "not JSON"),
        ("5[\"a\"]", "how many attachments"),
        (
            "52-[\"a\",{\"_placeholder\":true,\"num\":0}]",
            "2 attachments are announced, and the payload has a place for 1",
        ),
    ] {
        let d = SOCKETIO.dissect(packet.as_bytes());
        assert!(complaints(&d).iter().any(|(text, _)| text.contains(why)), "{packet}: {:?}", d.notes());
        tiles(&d);
    }
}

#[test]
fn engine_io_peels_off_its_type_and_splits_a_poll() {
    for (payload, summary) in [
        (r#"0{"sid":"lv","upgrades":["websocket"],"pingInterval":25000}"#, "Engine.IO open"),
        ("1", "Engine.IO close"),
        ("2probe", "Engine.IO ping \"probe\""),
        ("3probe", "Engine.IO pong \"probe\""),
        ("5", "Engine.IO upgrade"),
        ("6", "Engine.IO noop"),
        ("4hello", "Engine.IO message"),
        ("42[\"hi\"]", "EVENT \"hi\""),
        ("42[\"hello\"]\u{1e}42[\"world\"]", "EVENT \"hello\", EVENT \"world\""),
        ("4hello\u{1e}2\u{1e}bAQIDBA==", "Engine.IO message, Engine.IO ping, Engine.IO binary"),
    ] {
        let d = ENGINEIO.dissect(payload.as_bytes());
        assert_eq!(d.summary(), summary, "{payload}");
        assert!(complaints(&d).is_empty(), "{payload}: {:?}", d.notes());
    }
    insta::assert_snapshot!("hi", text(&ENGINEIO.dissect(&b"42[\"hi\"]"[..])));
    let d = ENGINEIO.dissect(&b"bAQIDBA=="[..]);
    assert_eq!((d.sources(), d.source(1)), (2, &[1, 2, 3, 4][..]));
}

#[test]
fn each_broken_rule_of_engine_io_is_named() {
    let sent = |sender| Stream { sender, messages: Some(Messages::EngineIo), ..Stream::default() };
    for (payload, sender, why) in [
        ("9", None, "no packet type"),
        ("hello", None, "not a decimal number"),
        ("0{", None, "not JSON"),
        ("b***", None, "not base64"),
        ("2\u{1e}", None, "no packet after it"),
        ("\u{1e}2", None, "no packet before it"),
        ("0{}", Some(Side::Client), "only the server opens"),
        ("2", Some(Side::Client), "a ping from the client"),
        ("3", Some(Side::Server), "a pong from the server"),
        ("5", Some(Side::Server), "only the client upgrades"),
    ] {
        let context = Context { stream: sent(sender), ..Context::default() };
        let d = ENGINEIO.dissect_in(Tree::default(), payload.as_bytes(), &context);
        assert!(complaints(&d).iter().any(|(text, _)| text.contains(why)), "{payload:?}: {:?}", d.notes());
        tiles(&d);
    }
    for (payload, sender) in
        [("2", Side::Server), ("3", Side::Client), ("2probe", Side::Client), ("3probe", Side::Server)]
    {
        let context = Context { stream: sent(Some(sender)), ..Context::default() };
        let d = ENGINEIO.dissect_in(Tree::default(), payload.as_bytes(), &context);
        assert!(complaints(&d).is_empty(), "{payload:?}: {:?}", d.notes());
    }
}

fn piece(up: bool, bytes: impl AsRef<[u8]>) -> Event {
    let (client, server): (SocketAddr, SocketAddr) =
        ("127.0.0.1:50000".parse().unwrap(), "127.0.0.1:3000".parse().unwrap());
    let (from, to) = if up { (client, server) } else { (server, client) };
    Event::tcp(Duration::ZERO, from, to, bytes.as_ref())
}

fn joined(d: &Dissection<'_>) -> Option<String> {
    let at = d.nodes().iter().position(|node| node.field.name == "Joined packet")?;
    Some(String::from_utf8_lossy(d.bytes(d.nodes()[at].span)).into_owned())
}

#[test]
fn polls_are_peeled_and_attachments_in_them_joined() {
    let mut session = Session::new(None);
    let get = "GET /socket.io/?EIO=4&transport=polling&sid=lv HTTP/1.1\r\nHost: a\r\n\r\n";
    let answer = |body: &str| format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    drop(session.dissect(&piece(true, get)));
    let open = piece(false, answer("0{\"sid\":\"lv\"}\u{1e}40{\"sid\":\"wZ\"}"));
    assert_eq!(session.dissect(&open).summary(), "200 OK; Engine.IO open, CONNECT");
    let body = "451-[\"baz\",{\"_placeholder\":true,\"num\":0}]\u{1e}bAQIDBA==";
    let post = get
        .replace("GET", "POST")
        .replace("\r\n\r\n", &format!("\r\nContent-Length: {}\r\n\r\n{body}", body.len()));
    let post = piece(true, post);
    let d = session.dissect(&post);
    assert_eq!(joined(&d).as_deref(), Some("[\"baz\",<01 02 03 04>]"));
    assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    // What a POST is answered with is no packet.
    let ok = piece(false, answer("ok"));
    assert_eq!(session.dissect(&ok).summary(), "200 OK; content, 2 bytes");
    drop(session.dissect(&piece(true, get)));
    let chunked =
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n42[\r\n5\r\n\"hi\"]\r\n0\r\n\r\n";
    let chunked = piece(false, chunked);
    let d = session.dissect(&chunked);
    assert!(d.summary().ends_with("; EVENT \"hi\""), "{}", d.summary());
}

/// What a client posts in the session `sid`, from a port of its own.
fn post(port: u16, sid: &str, body: &str) -> Event {
    let post = format!(
        "POST /socket.io/?EIO=4&transport=polling{sid} HTTP/1.1\r\nHost: a\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut event = piece(true, post);
    event.from.set_port(port);
    event
}

#[test]
fn attachments_are_joined_whichever_connection_of_their_session_they_come_by() {
    let text = "452-[\"baz\",{\"_placeholder\":true,\"num\":0},{\"_placeholder\":true,\"num\":1}]";
    let mut session = Session::new(None);
    for (event, whole, wrong) in [
        (post(1, "&sid=a", text), None, None),
        // Another session's packet, by the first connection too.
        (post(1, "&sid=b", "42[\"hi\"]"), None, None),
        (post(2, "&sid=a", "bAQ=="), None, None),
        (post(2, "&sid=b", "bAQ=="), None, Some("no packet announced")),
        (post(3, "&sid=a", "bAg=="), Some("[\"baz\",<01>,<02>]"), None),
        (post(1, "&sid=a", "bAQ=="), None, Some("no packet announced")),
        // Without a session each connection stands for itself.
        (post(4, "", text), None, None),
        (post(5, "", "bAQ=="), None, Some("no packet announced")),
        (post(4, "", "bAQ==\u{1e}bAg=="), Some("[\"baz\",<01>,<02>]"), None),
    ] {
        let d = session.dissect(&event);
        let shown = String::from_utf8_lossy(&event.bytes).into_owned();
        assert_eq!(joined(&d).as_deref(), whole, "{shown}");
        let complaints = complaints(&d);
        assert_eq!(complaints.len(), usize::from(wrong.is_some()), "{shown}: {complaints:?}");
        assert!(complaints.iter().all(|(text, _)| text.contains(wrong.unwrap())), "{shown}: {complaints:?}");
    }
}

#[test]
fn sessions_that_wait_for_attachments_are_forgotten_the_oldest_first() {
    let text = format!("451-[\"{}\",{{\"_placeholder\":true,\"num\":0}}]", "x".repeat(200_000));
    let mut session = Session::new(None);
    for number in 0..100 {
        drop(session.dissect(&post(1, &format!("&sid={number}"), &text)));
    }
    for (sid, there) in [("0", false), ("98", true), ("99", true)] {
        let event = post(1, &format!("&sid={sid}"), "bAQ==");
        assert_eq!(joined(&session.dissect(&event)).is_some(), there, "{sid}");
    }
}

/// A session in which a WebSocket was opened with that URL.
fn upgraded(target: &str) -> Session {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    let response = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";
    let mut session = Session::new(None);
    for event in [piece(true, request), piece(false, response)] {
        assert!(complaints(&session.dissect(&event)).is_empty());
    }
    session
}

fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    [&[first, payload.len() as u8][..], payload].concat()
}

const SOCKET: &str = "/socket.io/?EIO=4&transport=websocket";

#[test]
fn a_websocket_with_that_url_is_peeled_layer_by_layer() {
    let hi = piece(false, frame(0x81, b"42[\"hi\"]"));
    let d = upgraded(SOCKET).dissect(&hi).into_owned();
    assert_eq!(d.summary(), "EVENT \"hi\"");
    insta::assert_snapshot!("peeled", text(&d));
    let plain = upgraded("/engine.io/?EIO=4&transport=websocket").dissect(&hi).into_owned();
    assert_eq!(plain.summary(), "Engine.IO message");
    let other = upgraded("/chat").dissect(&hi).into_owned();
    assert_eq!(other.summary(), "Text \"42[\\\"hi\\\"]\"");
    let fragments = piece(false, [frame(0x01, b"42[\"h"), frame(0x80, b"i\"]")].concat());
    let d = upgraded(SOCKET).dissect(&fragments).into_owned();
    assert!(d.nodes().iter().any(|n| n.field.name == "event name"), "{}", text(&d));
}

#[test]
fn binary_attachments_are_joined_to_their_packet() {
    let packet = br#"452-["baz",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    let mut session = upgraded(SOCKET);
    for (first, payload, whole) in [
        (0x81, &packet[..], None),
        (0x82, b"\x01\x02", None),
        // A ping of Engine.IO may come between.
        (0x81, b"2", None),
        (0x82, b"\x03\x04", Some("[\"baz\",<01 02>,<03 04>]")),
    ] {
        let event = piece(false, frame(first, payload));
        let d = session.dissect(&event);
        assert_eq!(joined(&d).as_deref(), whole);
        assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    }
    let empty = [frame(0x81, packet), frame(0x82, b""), frame(0x82, b"")].concat();
    assert_eq!(joined(&session.dissect(&piece(false, empty))).as_deref(), Some("[\"baz\",<>,<>]"));
    let stray = piece(false, frame(0x82, b"\x05"));
    assert!(complaints(&session.dissect(&stray))[0].0.contains("no packet announced"));
    let early = piece(false, [frame(0x81, packet), frame(0x81, b"42[\"hi\"]")].concat());
    assert!(complaints(&session.dissect(&early))[0].0.contains("of 2 attachments 0 came"));
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    let packet = br#"452-/admin,13["baz",[1],{"_placeholder":true,"num":0}]"#;
    tiles_however_damaged(&SOCKETIO, &packet[1..]);
    tiles_however_damaged(&ENGINEIO, packet);
    tiles_however_damaged(&ENGINEIO, b"0{\"sid\":\"lv\"}\x1e2probe\x1ebAQIDBA==\x1e42[\"hi\"]");
}

proptest! {
    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>, text in "[0-9b]{0,3}[-/a,0-9]{0,9}[\\[\\]{}\",:0-9a\u{1e} ]{0,40}") {
        for layer in [&ENGINEIO, &SOCKETIO] {
            tiles(&layer.dissect(&bytes[..]));
            tiles(&layer.dissect(text.as_bytes()));
        }
        let mut session = upgraded(SOCKET);
        let event = piece(false, frame(0x81, text.as_bytes()));
        tiles(&session.dissect(&event));
    }
}
