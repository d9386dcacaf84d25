//! # websocket::accept_key: a solution
//!
//! Four steps in one line each. The key is never decoded: the server hashes the 24 characters that came, so it need
//! not know that they are base64. Only the 20 bytes of the hash become base64.
//!
//! SHA-1 is broken where someone gains by finding two texts with one hash. Here nobody does: key, GUID and answer
//! are in the open, and all that the answer proves is "I read your request, and I know this protocol".

use exercises::websocket::accept_key::{base64, sha1};

const GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key.
pub fn accept_key(value: &str) -> String {
    let key = value.trim();
    let hash = sha1(format!("{key}{GUID}").as_bytes());
    base64(&hash)
}

exercises::check!(websocket::accept_key(accept_key));
