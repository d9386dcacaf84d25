//! # websocket::accept_key: prove that you speak WebSocket
//!
//! A browser asks your server for a WebSocket and sends a random key. If you answer with the right value, you have
//! read the request and know the protocol; a cache or a mail server cannot answer it by accident. No secret is in
//! it (RFC 6455 section 1.3).
//!
//! ```text
//!   asked       Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==
//!   answered    Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
//!
//!   1. take the key as it stands there, without the space around it
//!        dGhlIHNhbXBsZSBub25jZQ==
//!   2. put the GUID of the protocol right behind it
//!        dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11
//!   3. SHA-1 of that text: 20 bytes
//!        b3 7a 4f 2c c0 62 4f 16 90 f6 46 06 cf 38 59 45 b2 be c4 ea
//!   4. base64 of those bytes: 28 characters
//!        s3pPLMBiTxaQ9kYGzzhZRbK+xOo=
//! ```
//!
//! Check: `cargo run -- check websocket::accept_key`. The page: websocket.html#opening-handshake

use exercises::websocket::accept_key::{base64, sha1};

/// The value of Sec-WebSocket-Accept for a value of Sec-WebSocket-Key, which is all that stands between the colon
/// and the end of the line.
///
/// Useful: `text.trim()`, `format!("{a}{b}")`, `sha1(text.as_bytes())`, `base64(&bytes)`.
pub fn accept_key(value: &str) -> String {
    todo!()
}

exercises::check!(websocket::accept_key(accept_key));
