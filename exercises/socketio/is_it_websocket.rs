//! # socketio::is_it_websocket: who can talk to whom?
//!
//! "It is real-time, so it is WebSocket." Ten servers are; ask each with a client that knows RFC 6455 and nothing
//! beside it: new WebSocket(...), websocat, tokio-tungstenite. With which of them can it talk?
//!
//! ```text
//! A  GET /echo, Upgrade           101, accept as the key asks, then a text frame: hi
//! B  GET /socket.io/?EIO=4&...    101, accept as the key asks, then a text frame: 0{"sid":...
//! C  GET /socket.io/?EIO=4&...    200, text/plain, 0{"sid":...
//! D  GET /prices                  200, text/event-stream, data: 42
//! E  PRI * HTTP/2.0               SETTINGS, HEADERS
//! F  ping 1                       pong 1
//! G  GET /echo, Upgrade           101, and for the accept the key itself
//! H  GET /feed, Upgrade, and chat.v1 or chat.v2     101, with mqtt
//! I  00 01 00 00 21 12 a4 42 ...                    01 01 00 0c 21 12 a4 42 ...
//! J  GET /chat, Upgrade, and chat.v1 or chat.v2     101, with chat.v2, headers spelled in small letters
//! ```
//!
//! The answers to choose from:
//!
//! ```text
//! WebSocket     yes: 101, `Upgrade: websocket`, `Connection` with Upgrade in its list, the accept that the key
//!               asks for, and no subprotocol that was not offered (RFC 6455 section 4.1)
//! EngineIo      the handshake works; then each message must be a packet of Engine.IO, which says so by EIO=4
//! LongPolling   no: Engine.IO in HTTP requests
//! EventStream   no: text/event-stream
//! Http2         no: HTTP/2, whose connection begins with "PRI * HTTP/2.0"
//! Failed        no: another answer in HTTP/1.1, with which the client must fail the connection
//! NotHttp       no: no HTTP at all
//! ```
//!
//! Write it so that it decides by what is on the wire and not by who it is: after the ten come others like them.
//! The first wrong one is shown as it was on the wire.
//!
//! Check: `cargo run -- check socketio::is_it_websocket`. The page: socketio.html#not-a-websocket

use exercises::socketio::is_it_websocket::{Answer, Capture, Head, accept};

/// Whether a plain WebSocket client can talk to the server of this capture. `capture.client` and `capture.server` are
/// the bytes that each side sent.
///
/// Useful: `Head::read(&capture.server)`, which is None for all that is no HTTP/1.1; `head.first_line`;
/// `head.header("Upgrade")`; `accept(key)`; `value.eq_ignore_ascii_case("websocket")`; `value.split(',')`.
pub fn speaks(capture: &Capture) -> Answer {
    todo!()
}

exercises::check!(socketio::is_it_websocket(speaks));
