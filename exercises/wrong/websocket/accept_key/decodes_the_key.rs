//! Hashes what the key means in base64, and not its characters.

use base64::Engine as _;
use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    let mut text = base64::engine::general_purpose::STANDARD.decode(value.trim()).unwrap();
    text.extend_from_slice(GUID.as_bytes());
    base64(&sha1(&text))
}

exercises::check!(websocket::accept_key(accept_key));
