//! Writes the hash as hashes are mostly written.

use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    let hash = sha1(format!("{}{GUID}", value.trim()).as_bytes());
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

exercises::check!(websocket::accept_key(accept_key));
