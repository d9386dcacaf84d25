//! Writes the GUID as most programs print one.

use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258eafa5-e914-47da-95ca-c5ab0dc85b11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    base64(&sha1(format!("{}{GUID}", value.trim()).as_bytes()))
}

exercises::check!(websocket::accept_key(accept_key));
