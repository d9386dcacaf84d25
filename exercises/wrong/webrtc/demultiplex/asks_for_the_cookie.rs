//! Knows STUN by its magic cookie.

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=3, _, _, _, 0x21, 0x12, 0xa4, 0x42, ..] => Protocol::Stun,
        [16..=19, ..] => Protocol::Zrtp,
        [20..=63, ..] => Protocol::Dtls,
        [64..=79, ..] => Protocol::TurnChannel,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Nobody,
    }
}

exercises::check!(webrtc::demultiplex(demultiplex));
