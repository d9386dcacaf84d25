//! A WebSocket that compresses (RFC 7692), as packets: the library of the example does not.
//!
//! What is compressed was compressed by zlib, at level 9, with the window of the messages before; the two "Hello" are
//! those of RFC 7692 sections 7.2.3.1 and 7.2.3.2. The addresses are for documentation (RFC 5737), the key is that of
//! RFC 6455 section 1.3.

use std::net::SocketAddr;
use std::time::Duration;

use wire::trace::{Event, Trace};

const PING: &str = "192.0.2.1:50000";
const PONG: &str = "198.51.100.3:80";

const REQUEST: &str = "GET / HTTP/1.1\r\n\
    Host: 198.51.100.3\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
    Sec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\
    \r\n";

const RESPONSE: &str = "HTTP/1.1 101 Switching Protocols\r\n\
    Upgrade: websocket\r\n\
    Connection: Upgrade\r\n\
    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\
    Sec-WebSocket-Extensions: permessage-deflate\r\n\
    \r\n";

/// "ping", fifty times.
const PINGS: &[u8] = b"\x2a\xc8\xcc\x4b\x2f\x18\x06\x18\x00";
/// The same once more: a reference to what is in the window.
const AGAIN: &[u8] = b"\x1a\x2e\x18\x00";
const HELLO: &[u8] = b"\xf2\x48\xcd\xc9\xc9\x07\x00";
const HELLO_AGAIN: &[u8] = b"\xf2\x00\x11\x00\x00";

const TEXT: u8 = 0x81;
const COMPRESSED: u8 = 0xc1;
const COMPRESSED_UNFINISHED: u8 = 0x41;
const LAST: u8 = 0x80;
const CLOSE: u8 = 0x88;
const NORMAL: &[u8] = b"\x03\xe8";

/// The whole conversation. The bytes under the masks are as much a constant as the rest.
pub(crate) fn conversation() -> Trace {
    let key = |number: u8| Some([0x37, 0xfa, 0x21, 0x3d ^ number]);
    let said: Vec<(&str, Vec<u8>, &str)> = vec![
        (PING, REQUEST.into(), "1. ping offers to compress; pong agrees."),
        (PONG, RESPONSE.into(), ""),
        (PING, frame(COMPRESSED, PINGS, key(1)), "2. \"ping\", fifty times: 200 bytes in 9. RSV1 says so."),
        (PONG, frame(COMPRESSED, PINGS, None), ""),
        (
            PING,
            frame(COMPRESSED, AGAIN, key(2)),
            "3. The same once more: it refers to the message before, and takes 4.",
        ),
        (PONG, frame(COMPRESSED, AGAIN, None), ""),
        (
            PING,
            frame(TEXT, b"ping", key(3)),
            "4. A short message is not worth it. RSV1 is 0, and it goes as it is.",
        ),
        (PONG, frame(TEXT, b"ping", None), ""),
        (PONG, frame(COMPRESSED, HELLO, None), "5. RFC 7692 section 7.2.3.1: \"Hello\" in 7 bytes"),
        (PONG, frame(COMPRESSED, HELLO_AGAIN, None), "6. RFC 7692 section 7.2.3.2: the second time, 5"),
        (
            PONG,
            frame(COMPRESSED_UNFINISHED, &HELLO[..3], None),
            "7. RFC 7692 section 7.2.3.1: first compressed, then cut. RSV1 is on the first fragment only.",
        ),
        (PONG, frame(LAST, &HELLO[3..], None), ""),
        (PING, frame(CLOSE, NORMAL, key(4)), "8. Control frames are never compressed."),
        (PONG, frame(CLOSE, NORMAL, None), ""),
    ];
    said.into_iter()
        .zip(0..)
        .map(|((from, bytes, comment), step)| event(from, bytes, comment, step))
        .collect()
}

fn event(from: &str, bytes: Vec<u8>, comment: &str, step: u64) -> Event {
    // RFC 7692 is of December 2015.
    let at = Duration::from_secs(1_450_000_000) + Duration::from_millis(step);
    let to = if from == PING { PONG } else { PING };
    let address = |text: &str| text.parse::<SocketAddr>().expect("the addresses above are well formed");
    let event = Event::tcp(at, address(from), address(to), bytes);
    if comment.is_empty() { event } else { event.with_comment(comment) }
}

/// A frame of at most 125 bytes.
fn frame(first: u8, payload: &[u8], key: Option<[u8; 4]>) -> Vec<u8> {
    let length = u8::try_from(payload.len()).expect("the payloads above are short");
    let mut payload = payload.to_vec();
    match key {
        None => [&[first, length], &payload[..]].concat(),
        Some(key) => {
            wire::websocket::mask(&mut payload, key);
            [&[first, 0x80 | length], &key[..], &payload].concat()
        }
    }
}
