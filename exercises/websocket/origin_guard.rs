//! # websocket::origin_guard: whose page is asking?
//!
//! Someone who is logged in at your server opens a page of evil.example. A script in it asks your server for a
//! WebSocket, and the browser may send your cookies along. Nothing in the browser stops it; one header tells you of it
//! (RFC 6455 section 10.2):
//!
//! ```text
//!   GET /rally HTTP/1.1
//!   Host: pong.example                 your server
//!   Origin: https://evil.example       whose page asks: scheme, host, port (RFC 6454)
//!   Cookie: session=ping
//! ```
//!
//! You have a list of origins that may ask. It holds them in lower case, and without a port where it is the default
//! one of the scheme, which is 80 for http and 443 for https:
//!
//! ```text
//!   https://ping.example               is the same origin as https://ping.example:443
//!   http://127.0.0.1:3000
//! ```
//!
//! The rules:
//!
//! ```text
//!   no Origin         go on: it is no browser, and no page is behind it
//!   one Origin        go on if it is on the list: the same scheme, the same host, the same port
//!   anything else     refuse
//! ```
//!
//! Names of headers, schemes and hosts know no case.
//!
//! Check: `cargo run -- check websocket::origin_guard`. The page: websocket.html#origin

/// Whether the handshake with these header fields, names and values, goes on. False: the server answers 403.
///
/// Useful: `name.eq_ignore_ascii_case("origin")`, `text.to_ascii_lowercase()`, `text.split_once("://")`,
/// `text.strip_suffix(":443")`, `allowed.contains(&text)`.
pub fn origin_guard(headers: &[(&str, &str)], allowed: &[&str]) -> bool {
    todo!()
}

exercises::check!(websocket::origin_guard(origin_guard));
