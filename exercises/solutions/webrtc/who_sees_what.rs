//! # webrtc::who_sees_what: a solution
//!
//! - Signaling reads what it carries: descriptions, so fingerprints and candidates. The call itself goes another way.
//! - STUN gets one question, and answers it.
//! - TURN and the network forward packets: they see who sends how much to whom. In DTLS 1.2 certificates are not
//!   encrypted, so they can compute the fingerprints too; that helps them to nothing, since a fingerprint is no
//!   secret.
//! - An SFU is the other end of the encryption. That is the difference to TURN.
//! - The script has all but the packets: who opens a page and lets it use the camera trusts the site.
//! - Fingerprints protect against all who forward packets, and not against who forwards fingerprints. A signaling
//!   server that lies is the one in the middle that they cannot find; comparing them by another way would.

use exercises::webrtc::who_sees_what::{What, Who};

/// All that somebody sees.
pub fn sees(who: Who) -> Vec<What> {
    use What::{Address, Ciphertext, Descriptions, Fingerprints, Media, Text, WhoCallsWhom};
    match who {
        Who::Signaling => vec![Address, WhoCallsWhom, Descriptions, Fingerprints],
        Who::Stun => vec![Address],
        Who::Turn | Who::Network => vec![Address, WhoCallsWhom, Fingerprints, Ciphertext],
        Who::Sfu | Who::Peer | Who::LyingSignaling => {
            vec![Address, WhoCallsWhom, Descriptions, Fingerprints, Ciphertext, Media, Text]
        }
        Who::Script => vec![Address, WhoCallsWhom, Descriptions, Fingerprints, Media, Text],
    }
}

exercises::check!(webrtc::who_sees_what(sees));
