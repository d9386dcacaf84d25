//! # socketio::decode: an onion of three layers
//!
//! One text message of a WebSocket arrives. Which parts has it?
//!
//! ```text
//!   4   2   /admin,   12   ["x",{"_placeholder":true,"num":0}]
//!   |   |   |         |    |
//!   |   |   |         |    payload: JSON, all that is left
//!   |   |   |         acknowledgment id, or nothing
//!   |   |   namespace, which begins with a slash and ends at the comma; or nothing, for the namespace "/"
//!   |   type of the Socket.IO packet, 0 to 6
//!   type of the Engine.IO packet, 0 to 6; 4 is a message, and only a message holds a Socket.IO packet
//!
//!   4   5   2-   /admin,   7   ["x",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]
//!           |
//!           number of attachments and a hyphen: only in types 5 (BINARY_EVENT) and 6 (BINARY_ACK)
//! ```
//!
//! The types of Socket.IO: 0 CONNECT, 1 DISCONNECT, 2 EVENT, 3 ACK, 4 CONNECT_ERROR, 5 BINARY_EVENT, 6 BINARY_ACK.
//!
//! The first part that is wrong, from the left, is the answer where there is one:
//!
//! ```text
//! Broken::EngineType    the first character is none of 0 to 6
//! Broken::PacketType    after a 4: the next is none of 0 to 6
//! Broken::Attachments   type 5 or 6, and not a number and a hyphen
//! Broken::Id            an acknowledgment (3, 6) without an id, or an id that no u64 holds
//! Broken::Payload       an event (2, 5) or an acknowledgment whose payload does not begin with [
//! ```
//!
//! The JSON is not to be decoded. The format: Socket.IO protocol 5, Packet encoding
//! (https://github.com/socketio/socket.io-protocol#packet-encoding).
//!
//! Check: `cargo run -- check socketio::decode`. The page: socketio.html#packet

use exercises::socketio::decode::{Broken, Packet};

/// The parts of a message. `decode("2probe")` is `Ok(Packet::Engine { kind: 2, data: "probe" })`, and
/// `decode("40")` is `Ok(Packet::Socket { kind: 0, attachments: 0, namespace: "/", id: None, payload: "" })`.
///
/// Useful: `text.chars().next()`, `c.to_digit(10)`, `rest.split_once(',')`, `rest.trim_start_matches(...)`,
/// `digits.parse::<u64>()`.
pub fn decode(text: &str) -> Result<Packet<'_>, Broken> {
    todo!()
}

exercises::check!(socketio::decode(decode));
