//! What the numbers in RTP stand for, by the SDP.

use super::{Calls, say};
use crate::spec::rfc;
use crate::tree::{Dissection, Node, Severity};

/// Header extensions that browsers use, and what they say.
#[rustfmt::skip]
const KNOWN: &[(&str, &str)] = &[
    ("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "how loud it is"),
    ("urn:ietf:params:rtp-hdrext:csrc-audio-level", "how loud each contributor is"),
    ("urn:ietf:params:rtp-hdrext:sdes:mid", "the media section that it belongs to"),
    ("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "the simulcast layer"),
    ("urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id", "the simulcast layer that it repairs"),
    ("urn:ietf:params:rtp-hdrext:toffset", "how much later than its timestamp it was sent"),
    ("urn:3gpp:video-orientation", "how the camera was held"),
    ("http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time", "when it was sent"),
    ("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay", "how long to hold it"),
    ("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type", "camera or screen"),
    ("http://www.webrtc.org/experiments/rtp-hdrext/video-timing", "how long each step of the sender took"),
    ("http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01", "its number for congestion control"),
];

impl Calls {
    /// Says of an RTP packet which codec it has, and what its extensions are.
    pub(in crate::session) fn media(&self, d: &mut Dissection<'_>) {
        let ids: Vec<(usize, u64, bool)> = d.nodes().iter().enumerate().filter_map(Self::number).collect();
        for (at, number, codec) in ids {
            let said = if codec { self.payload_types.of(&number) } else { self.extensions.of(&number) };
            let Some(said) = said.filter(|said| !said.disputed) else { continue };
            let known =
                KNOWN.iter().find(|(uri, _)| *uri == said.what).map(|(_, about)| format!(": {about}"));
            let text =
                format!("{} by the SDP of packet {}{}", said.what, said.packet, known.unwrap_or_default());
            let spec = if codec { rfc(8866, "6.6") } else { rfc(8285, "5") };
            say(d, at, Severity::Info, text, spec);
        }
    }

    /// A number that the SDP explains: its node, itself, and whether it is a payload type.
    fn number((at, node): (usize, &Node)) -> Option<(usize, u64, bool)> {
        match node.field.name {
            "PT" => Some((at, node.uint()?, true)),
            "ID" => Some((at, node.uint()?, false)),
            _ => None,
        }
    }
}
