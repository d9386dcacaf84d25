//! Takes each second byte with its first bit set for RTCP, up to 223.

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=3, ..] => Protocol::Stun,
        [16..=19, ..] => Protocol::Zrtp,
        [20..=63, ..] => Protocol::Dtls,
        [64..=79, ..] => Protocol::TurnChannel,
        [128..=191, 128..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Nobody,
    }
}

exercises::check!(webrtc::demultiplex(demultiplex));
