//! The captures: what each side sent first, as it was on the wire.

use wire::{Spec, rfc};

use super::{Answer, Question};
use crate::socketio::specs::{HANDSHAKE, POLLING, WEBSOCKET};

/// The first bytes of a connection.
#[derive(Clone, Debug)]
pub struct Capture {
    /// What it is said to be.
    pub story: &'static str,
    /// What the client sent.
    pub client: Vec<u8>,
    /// What the server sent.
    pub server: Vec<u8>,
}

/// The key of RFC 6455 section 1.3, and what it asks for.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

const MUST_HOLD: Spec = rfc(6455, "4.1");

/// The ten, and then others like them, so that no answer can be right by chance.
pub(super) fn questions() -> Vec<Question> {
    let mut questions = ten();
    questions.extend(others());
    questions
}

fn ten() -> Vec<Question> {
    vec![
        Question {
            capture: http("A: an echo server", ask("/echo", ""), switch(ACCEPT, "", &text_frame("hi"))),
            right: Answer::WebSocket,
            binary: false,
            sign: b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            label: "as the key asks",
            why: "101, Upgrade, Connection and the accept that the key asks for: this handshake is whole, and what \
                  travels in it is the application's",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "B: a chat",
                ask("/socket.io/?EIO=4&transport=websocket", ""),
                switch(ACCEPT, "", &text_frame("0{\"sid\":\"pong-1\",\"upgrades\":[],\"pingInterval\":25000}")),
            ),
            right: Answer::EngineIo,
            binary: false,
            sign: b"EIO=4",
            label: "the version of Engine.IO",
            why: "The handshake is a WebSocket's, and so are the frames. But the server opens a session with 0, sends a \
                  ping as 2, and closes who does not answer 3 and connect with 40: in the frames one must speak \
                  Engine.IO",
            spec: WEBSOCKET,
        },
        Question {
            capture: http(
                "C: the same chat behind another proxy",
                plain_ask("/socket.io/?EIO=4&transport=polling"),
                answer("200 OK", "text/plain; charset=UTF-8", "0{\"sid\":\"pong-2\",\"upgrades\":[\"websocket\"]}"),
            ),
            right: Answer::LongPolling,
            binary: false,
            sign: b"transport=polling",
            label: "no Upgrade asked for",
            why: "The answer is 200, and HTTP goes on: a packet a body, and a new GET for the next. The upgrades in it \
                  are an offer, which a WebSocket of its own must take up",
            spec: POLLING,
        },
        Question {
            capture: http(
                "D: prices, as they change",
                plain_ask("/prices"),
                answer("200 OK", "text/event-stream", "data: 42\n\n"),
            ),
            right: Answer::EventStream,
            binary: false,
            sign: b"text/event-stream",
            label: "an event stream",
            why: "An answer that never ends, in lines of text. The client cannot say a word in it; EventSource reads \
                  it, WebSocket does not",
            spec: Spec::Page {
                title: "HTML, Server-sent events",
                url: "https://html.spec.whatwg.org/multipage/server-sent-events.html",
            },
        },
        Question {
            capture: http2(),
            right: Answer::Http2,
            binary: true,
            sign: b"PRI * HTTP/2.0",
            label: "the preface of HTTP/2",
            why: "Here a WebSocket can live, in one stream of an HTTP/2 connection that others share: the server allows \
                  it with setting 8, the client asks with CONNECT and :protocol. A client that knows RFC 6455 alone \
                  sends an Upgrade, which HTTP/2 does not have",
            spec: rfc(8441, "5"),
        },
        Question {
            capture: Capture {
                story: "F: ping and pong",
                client: b"ping 1\n".to_vec(),
                server: b"pong 1\n".to_vec(),
            },
            right: Answer::NotHttp,
            binary: false,
            sign: b"ping 1",
            label: "no request",
            why: "A TCP connection and nothing on it but the application's own words. A WebSocket begins with an HTTP \
                  request",
            spec: rfc(6455, "1.3"),
        },
        Question {
            capture: http(
                "G: a server that wrote its own handshake",
                ask("/echo", ""),
                switch(KEY, "", &text_frame("hi")),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"Sec-WebSocket-Accept: dGhlIHNhbXBsZSBub25jZQ==",
            label: "the key, sent back",
            why: "The accept is not the one that the key asks for, so this server may not know what it agreed to. The \
                  client must fail the connection",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "H: a server with a protocol of its choice",
                ask("/feed", "Sec-WebSocket-Protocol: chat.v1, chat.v2\r\n"),
                switch(ACCEPT, "Sec-WebSocket-Protocol: mqtt\r\n", b""),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"Sec-WebSocket-Protocol: mqtt",
            label: "nobody offered mqtt",
            why: "The server chooses one of the protocols that the client offered, or none. With one that was not \
                  offered the client must fail the connection",
            spec: MUST_HOLD,
        },
        Question {
            capture: Capture {
                story: "I: two machines that look for a way",
                client: b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-05".to_vec(),
                server: b"\x01\x01\x00\x0c\x21\x12\xa4\x42ping-pong-05\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
                    .to_vec(),
            },
            right: Answer::NotHttp,
            binary: true,
            sign: b"\x21\x12\xa4\x42",
            label: "the magic cookie",
            why: "STUN, and no HTTP: the first byte is no letter of a method, and bytes 4 to 7 are the magic cookie",
            spec: rfc(8489, "5"),
        },
        Question {
            capture: http(
                "J: a server behind a proxy that rewrites headers",
                ask("/chat", "Sec-WebSocket-Protocol: chat.v1, chat.v2\r\n"),
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nconnection: keep-alive, Upgrade\r\n\
                     sec-websocket-accept: {ACCEPT}\r\nsec-websocket-protocol: chat.v2\r\n\r\n"
                )
                .into_bytes(),
            ),
            right: Answer::WebSocket,
            binary: false,
            sign: b"upgrade: WebSocket\r\nconnection: keep-alive, Upgrade",
            label: "as good as any other spelling",
            why: "Names of fields have no case, nor has the word websocket here; Connection is a list, and Upgrade \
                  stands in it. chat.v2 was offered. This handshake is whole",
            spec: MUST_HOLD,
        },
    ]
}

/// What was learned from the ten must hold for these.
fn others() -> Vec<Question> {
    let other_key = "cGluZy1wb25nLXBpbmctcA==";
    let other = |text: Vec<u8>| String::from_utf8_lossy(&text).replace(KEY, other_key).into_bytes();
    vec![
        Question {
            capture: http(
                "another: as B, on a path of its own",
                ask("/live/?transport=websocket&EIO=4", ""),
                switch(ACCEPT, "", &text_frame("0{\"sid\":\"pong-3\",\"upgrades\":[]}")),
            ),
            right: Answer::EngineIo,
            binary: false,
            sign: b"EIO=4",
            label: "the version of Engine.IO",
            why: "The path is the server's choice; /socket.io/ is only where it is when nobody chose. EIO=4 must be in \
                  the query, wherever that is, and the first message is 0 and JSON",
            spec: WEBSOCKET,
        },
        Question {
            capture: http(
                "another: as A, with an unlucky path",
                ask("/about/socket.io/tips", ""),
                switch(ACCEPT, "", &text_frame("hi")),
            ),
            right: Answer::WebSocket,
            binary: false,
            sign: b"/about/socket.io/tips",
            label: "only a path",
            why: "A path is a name, and says nothing of what is spoken there. Engine.IO must say EIO=4 in the query",
            spec: HANDSHAKE,
        },
        Question {
            capture: http(
                "another: as A, with another key",
                other(ask("/echo", "")),
                switch(&super::accept(other_key), "", b""),
            ),
            right: Answer::WebSocket,
            binary: false,
            sign: b"Sec-WebSocket-Key: cGluZy1wb25nLXBpbmctcA==",
            label: "another key, another accept",
            why: "Each client makes up a key for each connection, and the accept is computed from it",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "another: a server that speaks another version",
                ask("/echo", ""),
                b"HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Version: 14\r\nContent-Length: 0\r\n\r\n"
                    .to_vec(),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"426 Upgrade Required",
            label: "and not 101",
            why: "Only 101 switches. Whatever else stands in the head, this is still HTTP",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "another: a server that switches to something else",
                ask("/echo", ""),
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\
                     Sec-WebSocket-Accept: {ACCEPT}\r\n\r\n"
                )
                .into_bytes(),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"Upgrade: h2c",
            label: "and not websocket",
            why: "101 says that another protocol begins, Upgrade says which one",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "another: a proxy that took Connection off",
                ask("/echo", ""),
                format!(
                    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {ACCEPT}\r\n\r\n"
                )
                .into_bytes(),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"HTTP/1.1 101 Switching Protocols",
            label: "no Connection follows",
            why: "The answer must have Connection with Upgrade in it. Without it the client must fail the connection",
            spec: MUST_HOLD,
        },
        Question {
            capture: http(
                "another: as B, and the accept of another key",
                other(ask("/socket.io/?EIO=4&transport=websocket", "")),
                switch(ACCEPT, "", b""),
            ),
            right: Answer::Failed,
            binary: false,
            sign: b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
            label: "the accept of another key",
            why: "No WebSocket begins here, so no Engine.IO in it: the handshake comes first",
            spec: MUST_HOLD,
        },
    ]
}

fn http(story: &'static str, client: Vec<u8>, server: Vec<u8>) -> Capture {
    Capture { story, client, server }
}

/// A client that asks for a WebSocket.
fn ask(target: &str, more: &str) -> Vec<u8> {
    format!(
        "GET {target} HTTP/1.1\r\nHost: pong.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n{more}\r\n"
    )
    .into_bytes()
}

/// A client that asks for a page.
fn plain_ask(target: &str) -> Vec<u8> {
    format!("GET {target} HTTP/1.1\r\nHost: pong.example\r\nAccept: */*\r\n\r\n").into_bytes()
}

/// A server that agrees, and its first frame.
fn switch(accept: &str, more: &str, frame: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Accept: {accept}\r\n{more}\r\n"
    );
    [head.as_bytes(), frame].concat()
}

fn answer(status: &str, kind: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nCache-Control: no-store\r\n\r\n{body}").into_bytes()
}

/// FIN and text, the length, no mask: a server's (RFC 6455 section 5.2).
fn text_frame(text: &str) -> Vec<u8> {
    [&[0x81, text.len() as u8], text.as_bytes()].concat()
}

/// RFC 8441 section 5.1, with the fields as literals without an index (RFC 7541 section 6.2.2).
fn http2() -> Capture {
    let literal = |name: &str, value: &str| {
        [&[0, name.len() as u8], name.as_bytes(), &[value.len() as u8], value.as_bytes()].concat()
    };
    let fields = [
        literal(":method", "CONNECT"),
        literal(":protocol", "websocket"),
        literal(":scheme", "https"),
        literal(":path", "/chat"),
        literal(":authority", "pong.example"),
        literal("sec-websocket-version", "13"),
    ]
    .concat();
    // length (3), type, flags, stream (4): SETTINGS is 4, HEADERS is 1 with END_HEADERS (4) set.
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        [&[0, 0, payload.len() as u8, kind, flags, 0, 0, 0, stream], payload].concat()
    };
    let client = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(4, 0, 0, &[]), frame(1, 4, 1, &fields)];
    // SETTINGS_ENABLE_CONNECT_PROTOCOL (8) = 1, then ":status: 200", which has index 8 in HPACK's table.
    let server = [frame(4, 0, 0, &[0, 8, 0, 0, 0, 1]), frame(1, 4, 1, &[0x88])];
    Capture { story: "E: a newer server", client: client.concat(), server: server.concat() }
}
