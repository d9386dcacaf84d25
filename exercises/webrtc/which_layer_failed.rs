//! # webrtc::which_layer_failed: seven calls that came to nothing
//!
//! "It does not connect." Where? A call is a pile of layers, and each waits for an answer before the next begins. So
//! the first one without an answer is where it failed, and the capture shows it:
//!
//! ```text
//!   layer       asks                                       is answered by
//!   signaling   WebSocket offer                            WebSocket answer
//!   ICE         STUN Binding request, ping to pong         STUN Binding success response
//!   DTLS        DTLS ClientHello ... Certificate           DTLS Finished, from both sides
//!   SCTP        SCTP INIT                                  SCTP INIT ACK
//!   channel     DCEP DATA_CHANNEL_OPEN                     DCEP DATA_CHANNEL_ACK
//!   consent     STUN Binding request, every 5 seconds      STUN Binding success response
//! ```
//!
//! A capture is a list of packets, each with a time in milliseconds, who sent it to whom, and a summary. What is
//! inside DTLS is decrypted, as in a capture that has its keys. Capture D, for example:
//!
//! ```text
//!      0   ping > server WebSocket offer
//!      2   ping > stun   STUN Binding request
//!     33   stun > ping   STUN Binding success response
//!     34   ping > server WebSocket candidate
//!     79 server > ping   WebSocket answer
//!     87 server > ping   WebSocket candidate
//!     92   ping > pong   STUN Binding request
//!    103   pong > ping   STUN Binding success response
//!    104   pong > ping   STUN Binding request
//!    104   ping > pong   STUN Binding success response
//!    106   pong > ping   DTLS ClientHello
//!    109   ping > pong   DTLS ServerHello, Certificate, ...
//!    121   pong > ping   DTLS Alert fatal bad_certificate
//! ```
//!
//! The answers to choose from:
//!
//! ```text
//! Signaling     the offer was never answered
//! Path          checks go out, and pong does not answer: UDP does not get through
//! Credentials   checks are refused: STUN Binding error response 401
//! Fingerprint   the certificate is not the one that was told: DTLS Alert fatal bad_certificate
//! Association   DTLS is done, and SCTP does not come up
//! Channel       SCTP is up, and the channel is refused: SCTP RE-CONFIG outgoing stream reset
//! Consent       they talked, and then checks were no longer answered
//! Nothing       they talked, and hung up: DTLS Alert warning close_notify
//! ```
//!
//! To see one of the captures, let `failed` return something wrong for it: the verdict shows all packets. After the
//! seven come others like them, so decide by what is in the packets.
//!
//! Check: `cargo run -- check webrtc::which_layer_failed`. The page: webrtc.html#exercises

use exercises::webrtc::which_layer_failed::{Host, Layer, Packet};

/// The layer in which a call failed.
///
/// Useful: `packets.iter().any(|packet| packet.what == "WebSocket answer")`, `packet.from == Host::Pong`,
/// `packets.iter().rposition(...)`, `packet.what.starts_with("DTLS Alert")`.
pub fn failed(packets: &[Packet]) -> Layer {
    todo!()
}

exercises::check!(webrtc::which_layer_failed(failed));
