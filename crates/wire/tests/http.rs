//! HTTP/1.1 heads, as far as a WebSocket needs them.

use proptest::prelude::*;
use wire::http::{HTTP, MOST_HEAD, accept, head_len};
use wire::{Context, Severity, Stream, Tree, Upgrade, protocols};

mod common;
use common::{complaints, text, tiles, tiles_however_damaged};

/// RFC 6455 section 1.2.
const REQUEST: &str = "GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: http://example.com\r\n\
Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n";
const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n";

const OFFER: Upgrade<'_> =
    Upgrade { key: b"dGhlIHNhbXBsZSBub25jZQ==", protocols: b"chat, superchat", extensions: b"" };

fn answering(offer: Upgrade<'_>) -> Context<'_> {
    Context { stream: Stream { upgrade: Some(offer), ..Stream::default() }, ..Context::default() }
}

#[test]
fn the_handshake_of_the_rfc_reads_as_it_says() {
    let request = HTTP.dissect(REQUEST.as_bytes());
    assert_eq!(request.summary(), "GET /chat, upgrade to websocket");
    assert!(request.notes().is_empty(), "{:?}", request.notes());
    insta::assert_snapshot!("request", text(&request));
    let response = HTTP.dissect_in(Tree::default(), RESPONSE.as_bytes(), &answering(OFFER));
    assert_eq!(response.summary(), "101 Switching Protocols");
    let notes: Vec<_> = response.notes().iter().map(|n| (n.severity, &*n.text)).collect();
    assert_eq!(notes, [(Severity::Good, "is the SHA-1 of the request's key and the GUID")]);
    insta::assert_snapshot!("response", text(&response));
}

#[test]
fn the_accept_key_is_that_of_the_rfc() {
    // RFC 6455 section 1.3.
    assert_eq!(accept(b"dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

#[test]
fn each_broken_rule_is_named_with_its_section() {
    #[rustfmt::skip]
    let cases = [
        (REQUEST.replace("Host: server.example.com\r\n", ""), "no Host", "RFC 9112 section 3.2"),
        (REQUEST.replace("Host:", "Host: a\r\nHost:"), "more than one Host", "RFC 9112 section 3.2"),
        (REQUEST.replace("GET", "POST"), "must be a GET", "RFC 6455 section 4.1"),
        (REQUEST.replace("HTTP/1.1", "HTTP/1.0"), "needs HTTP/1.1", "RFC 6455 section 4.1"),
        (REQUEST.replace("HTTP/1.1", "http/1.1"), "in capitals", "RFC 9112 section 2.3"),
        (REQUEST.replace("Connection: Upgrade", "Connection: close"), "does not list Upgrade", "RFC 6455 section 4.2.1"),
        (REQUEST.replace("-Key: dGhl", "-Key: d"), "16 bytes in base64", "RFC 6455 section 4.1"),
        (REQUEST.replace("Sec-WebSocket-Key", "X"), "no Sec-WebSocket-Key", "RFC 6455 section 4.2.1"),
        (REQUEST.replace("Version: 13", "Version: 8"), "not 13", "RFC 6455 section 4.4"),
        (REQUEST.replace("Sec-WebSocket-Version", "X"), "no Sec-WebSocket-Version", "RFC 6455 section 4.2.1"),
        (REQUEST.replace("Origin:", "Origin :"), "space before the colon", "RFC 9112 section 5.1"),
        (REQUEST.replace("Origin:", "O(igin:"), "letters, digits and some signs", "RFC 9110 section 5.6.2"),
        (REQUEST.replace("Origin: http:", "Origin "), "no colon", "RFC 9112 section 5"),
        (REQUEST.replace("Origin: ", "Origin: \0"), "CR or NUL", "RFC 9110 section 5.5"),
        (REQUEST.replace("chat, ", "chat,\r\n "), "a folded line", "RFC 9112 section 5.2"),
        (REQUEST.replace(".com\r\nSec", ".com\nSec"), "a bare LF", "RFC 9112 section 2.2"),
        (REQUEST.replace("GET /chat ", "GET "), "three parts", "RFC 9112 section 3"),
        (REQUEST.replace("13\r\n\r\n", "13\r\n"), "no end of the head", "RFC 9112 section 2.1"),
        (REQUEST.replace("13\r\n\r\n", "1"), "no end of the head", "RFC 9112 section 2.1"),
        (REQUEST.replace("Origin:", "Content-Length: -1\r\nOrigin:"), "decimal number", "RFC 9112 section 6.3"),
        (REQUEST.replace("Origin:", "Content-Length: 1\r\nTransfer-Encoding: chunked\r\nO:"), "smuggled", "RFC 9112 section 6.3"),
        (RESPONSE.replace("101", "1o1"), "three digits", "RFC 9110 section 15"),
        (RESPONSE.replace("Upgrade: websocket\r\n", ""), "does not say what it switches to", "RFC 9110 section 15.2.2"),
        (RESPONSE.replace("Connection: Upgrade\r\n", ""), "does not list Upgrade", "RFC 6455 section 4.1"),
        (RESPONSE.replace("s3pP", "S3pP"), "asks for s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "RFC 6455 section 4.1"),
        (RESPONSE.replace("Sec-WebSocket-Accept", "X"), "no Sec-WebSocket-Accept", "RFC 6455 section 4.1"),
        (RESPONSE.replace("Protocol: chat", "Protocol: mqtt"), "\"mqtt\" was not offered", "RFC 6455 section 4.1"),
        (RESPONSE.replace("Protocol: chat", "Extensions: permessage-deflate"), "\"permessage-deflate\" was not offered", "RFC 6455 section 4.1"),
    ];
    for (bytes, why, section) in cases {
        let d = HTTP.dissect_in(Tree::default(), bytes.as_bytes(), &answering(OFFER));
        let found = complaints(&d).into_iter().any(|(text, spec)| text.contains(why) && spec == section);
        assert!(found, "{bytes:?} should be told {why:?} ({section}), was {:?}", d.notes());
        tiles(&d);
    }
}

#[test]
fn other_traffic_is_not_taken_for_http() {
    assert_eq!(protocols::guess(REQUEST.as_bytes()).id, "http");
    assert_eq!(protocols::guess(RESPONSE.as_bytes()).id, "http");
    for other in ["GET lost", "PINGPONG", "\u{0}\u{1}", "HTTP/2.0", ""] {
        assert_ne!(protocols::guess(other.as_bytes()).id, "http", "{other}");
    }
}

#[test]
fn the_end_of_a_head_is_found_and_no_sooner() {
    for text in
        [REQUEST, RESPONSE, "GET / HTTP/1.1\n\n", "\r\n\r\nGET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\n\r\n"]
    {
        let more = format!("{text}more");
        assert_eq!(head_len(more.as_bytes()), Some(text.len()), "{text:?}");
        for len in 0..text.len() {
            assert_eq!(head_len(&text.as_bytes()[..len]), None, "{:?}", &text[..len]);
        }
    }
}

#[test]
fn leaves_tile_every_truncation_and_every_bit_flip() {
    tiles_however_damaged(&HTTP, REQUEST.as_bytes());
    tiles_however_damaged(&HTTP, RESPONSE.as_bytes());
}

#[test]
fn a_line_without_end_is_read_once() {
    let endless = format!("GET / HTTP/1.1\r\n{}", "a".repeat(4 * MOST_HEAD));
    tiles(&HTTP.dissect(endless.as_bytes()));
}

proptest! {
    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>, text in "[A-Z: /.1\r\n\t\\PC]{0,80}") {
        tiles(&HTTP.dissect(&bytes[..]));
        tiles(&HTTP.dissect(text.as_bytes()));
        tiles(&HTTP.dissect([text.as_bytes(), &bytes].concat()));
    }
}
