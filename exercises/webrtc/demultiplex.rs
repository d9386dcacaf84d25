//! # webrtc::demultiplex: one socket, six protocols
//!
//! A call has one socket, and everything comes in on it: checks, the handshake, data, sound, pictures, reports.
//! Nothing around a datagram says what is in it; its first byte does (RFC 7983 section 7):
//!
//! ```text
//!                  +----------------+
//!                  |        [0..3] -+--> STUN
//!   first byte --> |      [16..19] -+--> ZRTP
//!                  |      [20..63] -+--> DTLS
//!                  |      [64..79] -+--> TURN channel
//!                  |    [128..191] -+--> RTP or RTCP
//!                  +----------------+    all else: nobody, drop it
//! ```
//!
//! RTP and RTCP share a range. The second byte tells them apart (RFC 5761 section 4):
//!
//! ```text
//!           byte 0            byte 1
//!   RTP     V=2  P X CC       marker (1 bit), payload type (7 bits)
//!   RTCP    V=2  P RC         packet type (8 bits): 192 to 223
//! ```
//!
//! By hand first:
//!
//! ```text
//!   16 fe ff ...    0x16 = 22                      Dtls: a handshake
//!   80 c8 ...       0x80 = 128, 0xc8 = 200         Rtcp: a sender report
//!   80 6f ...       0x80 = 128, 0x6f = 111         Rtp: payload type 111
//!   90 e0 ...       0x90 = 144, 0xe0 = 224         Rtp: the marker, and payload type 96
//! ```
//!
//! What is too short to tell is for nobody.
//!
//! Check: `cargo run -- check webrtc::demultiplex`. The page: webrtc.html#one-socket

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram: `Protocol::Stun`, `Zrtp`, `Dtls`, `TurnChannel`, `Rtp`, `Rtcp` or `Nobody`.
///
/// Useful: a `match` with patterns such as `[20..=63, ..]`.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    todo!()
}

exercises::check!(webrtc::demultiplex(demultiplex));
