//! # websocket::close_code: may a peer say that?
//!
//! A Close frame may say why: a code of two bytes, big-endian, and a reason in UTF-8 behind it (RFC 6455 section
//! 5.5.1). The server of "ping" and "pong" goes home:
//!
//! ```text
//!   03 e9   62 79 65        1001 "bye"
//! ```
//!
//! An empty payload is fine, too: then the application is told 1005 and no reason. A control frame has at most 125
//! bytes of payload. Which codes may be on the wire (section 7.4)?
//!
//! ```text
//!   0 to 999        no     never used
//!   1000 to 1003    yes    1000 all went well, 1001 going away, 1002 protocol broken, 1003 cannot take such data
//!   1004            no     has no meaning
//!   1005, 1006      no     what an application is told: no code came; no Close came
//!   1007 to 1011    yes    1007 not UTF-8, 1008 against the rules, 1009 too big, 1010 extension missing, 1011 error
//!   1012 to 1014    yes    entered into the registry after the RFC: restart, try again later, bad gateway
//!   1015            no     what an application is told: TLS failed
//!   1016 to 2999    no     for the protocol and its extensions; no meaning yet
//!   3000 to 3999    yes    for libraries and applications, registered
//!   4000 to 4999    yes    for client and server, as they agree
//!   from 5000 on    no     nobody's
//! ```
//!
//! Check: `cargo run -- check websocket::close_code`. The page: websocket.html#close

use exercises::websocket::close_code::Broken;

/// What the application is told of a Close frame with this payload: the code and the reason.
///
/// # Errors
/// `Broken::Size` for one byte, or more than 125; `Broken::Code` for a code that may not be sent; `Broken::Reason`
/// where the reason is not UTF-8.
///
/// Useful: `body.split_first_chunk::<2>()`, `matches!(code, 1000..=1003 | 3000..=4999)`, `std::str::from_utf8(bytes)`.
pub fn close_code(body: &[u8]) -> Result<(u16, &str), Broken> {
    todo!()
}

exercises::check!(websocket::close_code(close_code));
