//! Gives STUN all that is below DTLS.

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=19, ..] => Protocol::Stun,
        [20..=63, ..] => Protocol::Dtls,
        [64..=79, ..] => Protocol::TurnChannel,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Nobody,
    }
}

exercises::check!(webrtc::demultiplex(demultiplex));
