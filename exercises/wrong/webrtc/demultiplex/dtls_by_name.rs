//! Knows DTLS by the types of records of DTLS 1.2.

use exercises::webrtc::demultiplex::Protocol;

/// Who gets this datagram.
pub fn demultiplex(datagram: &[u8]) -> Protocol {
    match datagram {
        [0..=3, ..] => Protocol::Stun,
        [16..=19, ..] => Protocol::Zrtp,
        [20..=26, ..] => Protocol::Dtls,
        [64..=79, ..] => Protocol::TurnChannel,
        [128..=191, 192..=223, ..] => Protocol::Rtcp,
        [128..=191, _, ..] => Protocol::Rtp,
        _ => Protocol::Nobody,
    }
}

exercises::check!(webrtc::demultiplex(demultiplex));
