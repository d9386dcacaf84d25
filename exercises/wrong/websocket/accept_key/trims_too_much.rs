//! Takes the = for filling, and off.

use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    base64(&sha1(format!("{}{GUID}", value.trim().trim_end_matches('=')).as_bytes()))
}

exercises::check!(websocket::accept_key(accept_key));
