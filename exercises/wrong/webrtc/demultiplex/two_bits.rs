//! Looks at the first two bits, and takes all that begins with 00 for STUN.

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=63, ..] => Protocol::Stun,
        [64..=79, ..] => Protocol::TurnChannel,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Nobody,
    }
}

exercises::check!(webrtc::demultiplex(demultiplex));
