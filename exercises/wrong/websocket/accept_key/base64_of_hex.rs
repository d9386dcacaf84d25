//! Takes base64 of the hex digits, as a hash function that returns text invites to.

use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    let hash = sha1(format!("{}{GUID}", value.trim()).as_bytes());
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    base64(digits.as_bytes())
}

exercises::check!(websocket::accept_key(accept_key));
