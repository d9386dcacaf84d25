//! # webrtc::order_of_events: one call, shuffled
//!
//! ping calls pong over a data channel, says "ping", gets "pong" and hangs up. These are the events of that call, and
//! somebody dropped them. (WS is the WebSocket to the signaling server; what is inside DTLS is shown decrypted.)
//!
//! ```text
//!   A  UDP   ping -> pong    DTLS Certificate, ..., Finished
//!   B  UDP   ping -> pong    STUN request, USERNAME pong:ping
//!   C  WS    server -> ping  {"type":"answer", ...setup:passive...}
//!   D  UDP   pong -> ping    DCEP DATA_CHANNEL_ACK
//!   E  UDP   ping -> STUN    STUN request
//!   F  UDP   ping -> pong    SCTP INIT
//!   G  UDP   ping -> pong    DTLS ClientHello
//!   H  WS    ping -> server  {"type":"offer","sdp":...}
//!   I  UDP   pong -> ping    STUN response
//!   J  WS    ping -> server  {"type":"candidate",...typ srflx...}
//!   K  UDP   ping -> pong    DTLS close_notify
//!   L  UDP   pong -> ping    SCTP INIT ACK
//!   M  UDP   pong -> ping    text "pong"
//!   N  UDP   pong -> ping    DTLS Finished
//!   O  UDP   STUN -> ping    STUN response, XOR-MAPPED-ADDRESS
//!   P  UDP   ping -> pong    DCEP DATA_CHANNEL_OPEN
//!   Q  UDP   pong -> ping    DTLS ServerHello, Certificate, ...
//!   R  WS    pong -> server  {"type":"answer", ...setup:passive...}
//!   S  UDP   ping -> pong    text "ping"
//!   T  UDP   ping -> pong    SCTP COOKIE ECHO
//! ```
//!
//! Put them into an order in which they can have come. There is more than one: what has no reason to wait need not
//! wait. The verdict names two events that cannot have come so, and says why.
//!
//! Check: `cargo run -- check webrtc::order_of_events`. The page: webrtc.html#one-call

use exercises::webrtc::order_of_events::letters;

/// All events, first to last: `letters("A B C D")`, with the twenty in your order.
pub fn order() -> Vec<char> {
    todo!()
}

exercises::check!(webrtc::order_of_events(order));
