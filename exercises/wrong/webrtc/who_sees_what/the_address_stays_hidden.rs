//! Hides the address from the peer of a direct call.

use exercises::webrtc::who_sees_what::{What, Who};

/// All that somebody sees.
pub fn sees(who: Who) -> Vec<What> {
    use What::{Address, Ciphertext, Descriptions, Fingerprints, Media, Text, WhoCallsWhom};
    match who {
        Who::Signaling => vec![Address, WhoCallsWhom, Descriptions, Fingerprints],
        Who::Stun => vec![Address],
        Who::Turn | Who::Network => vec![Address, WhoCallsWhom, Fingerprints, Ciphertext],
        Who::Peer => vec![WhoCallsWhom, Descriptions, Fingerprints, Ciphertext, Media, Text],
        Who::Sfu | Who::LyingSignaling => {
            vec![Address, WhoCallsWhom, Descriptions, Fingerprints, Ciphertext, Media, Text]
        }
        Who::Script => vec![Address, WhoCallsWhom, Descriptions, Fingerprints, Media, Text],
    }
}

exercises::check!(webrtc::who_sees_what(sees));
