//! # webrtc::who_sees_what: a call has an audience
//!
//! ping calls pong, with camera, microphone and a data channel. Around them stand servers, networks and scripts. What
//! does each of them get to see?
//!
//! ```text
//!   Signaling        the server that carries offer and answer, over TLS; honest
//!   Stun             the STUN server that ping asked
//!   Turn             a TURN server that relays the call
//!   Network          whoever forwards ping's packets: the Wi-Fi, the provider; the call is direct
//!   Sfu              a media server that ping and pong each call
//!   Script           the page's script, which ping has let use the camera
//!   Peer             pong; the call is direct
//!   LyingSignaling   a signaling server that puts its own fingerprints into the descriptions, and itself in between
//!
//!   Address          ping's address, as the internet knows it
//!   WhoCallsWhom     that ping calls pong, by address or by name
//!   Descriptions     offer and answer
//!   Fingerprints     those of the two certificates; the handshake is DTLS 1.2
//!   Ciphertext       the encrypted packets of the call
//!   Media            sound and pictures, in the clear
//!   Text             what is typed into a data channel, in the clear
//! ```
//!
//! Write them down row by row; each save tells. RFC 8826 is about who is trusted with what, RFC 8827 about what the
//! browser does to keep it so.
//!
//! Check: `cargo run -- check webrtc::who_sees_what`. The page: webrtc.html#who-sees-what

use exercises::webrtc::who_sees_what::{What, Who};

/// All that somebody sees, in any order: for example `vec![What::Address, What::Text]`.
pub fn sees(who: Who) -> Vec<What> {
    match who {
        Who::Signaling => todo!(),
        Who::Stun => todo!(),
        Who::Turn => todo!(),
        Who::Network => todo!(),
        Who::Sfu => todo!(),
        Who::Script => todo!(),
        Who::Peer => todo!(),
        Who::LyingSignaling => todo!(),
    }
}

exercises::check!(webrtc::who_sees_what(sees));
