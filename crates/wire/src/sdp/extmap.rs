//! RTP header extensions: RFC 8285 section 8.
//!
//! ```text
//! a=extmap:3 urn:ietf:params:rtp-hdrext:sdes:mid      id ["/" direction] SP URI [SP attributes]
//! ```

use super::attributes::{Known, after, flag, value};
use super::formats::Formats;
use super::words::{Names, all, before, named, number_of, one_of, space, word_len};
use crate::cursor::{Cursor, Step};
use crate::spec::rfc;
use crate::tree::{Field, Severity};

#[rustfmt::skip]
pub(super) static ATTRIBUTES: &[Known] = &[
    value("a=extmap", rfc(8285, "5"), extmap,
        "Gives a header extension a short number, which RTP packets carry in place of its long name."),
    flag("a=extmap-allow-mixed", rfc(8285, "6"),
        "One packet may have extensions with one-byte headers and the next with two-byte headers."),
];

static ID: Field = Field::new(
    "id",
    rfc(8285, "5"),
    "1 to 14 fit a one-byte header, 1 to 255 a two-byte one. In one bundle a number means the same everywhere.",
);
static DIRECTION: Field = Field::new("direction", rfc(8285, "5"), "Which way it goes, where not both.");
static URI: Field =
    Field::new("extensionname", rfc(8285, "5"), "Which extension: a URI, only ever compared.");
static MORE: Field =
    Field::new("extensionattributes", rfc(8285, "5"), "What the extension's own specification says.");

const DIRECTIONS: Names = &[("sendrecv", ""), ("sendonly", ""), ("recvonly", ""), ("inactive", "")];
const URIS: Names = &[
    ("urn:ietf:params:rtp-hdrext:sdes:mid", "the mid: which media description a packet belongs to: RFC 9143"),
    ("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "the rid: which simulcast stream: RFC 8852"),
    (
        "urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id",
        "the rid that a retransmission repairs: RFC 8852",
    ),
    ("urn:ietf:params:rtp-hdrext:ssrc-audio-level", "how loud the packet is, for who mixes: RFC 6464"),
    ("urn:ietf:params:rtp-hdrext:csrc-audio-level", "how loud each mixed source is: RFC 6465"),
    ("urn:ietf:params:rtp-hdrext:toffset", "how much later than its timestamp a packet was sent: RFC 5450"),
    ("urn:ietf:params:rtp-hdrext:encrypt", "an extension that is encrypted: RFC 6904"),
    ("urn:3gpp:video-orientation", "how the camera was turned: 3GPP TS 26.114"),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
        "when the packet was sent, in 24 bits: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time",
        "when the media were captured, by the sender's clock: libwebrtc",
    ),
    (
        "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01",
        "a number over all packets of the transport, for transport-cc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/transport-wide-cc-02",
        "the same, which may also ask for feedback: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/playout-delay",
        "how long a receiver may wait before it shows a picture: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type",
        "whether it is a camera or a screen: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/video-timing",
        "when a picture was encoded and sent: libwebrtc",
    ),
    ("http://www.webrtc.org/experiments/rtp-hdrext/color-space", "which colors the numbers mean: libwebrtc"),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/generic-frame-descriptor-00",
        "what a picture depends on, before the dependency descriptor: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/video-layers-allocation00",
        "which layers are sent at which rate: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/video-frame-tracking-id",
        "a number for a picture, for tests: libwebrtc",
    ),
    (
        "http://www.webrtc.org/experiments/rtp-hdrext/corruption-detection",
        "samples to compare a decoded picture with: libwebrtc",
    ),
    (
        "https://aomediacodec.github.io/av1-rtp-spec/#dependency-descriptor-rtp-header-extension",
        "what a picture depends on, so that a server can drop layers: AV1's",
    ),
];

fn extmap(c: &mut Cursor<'_>, _: &Formats) -> Step {
    let word = word_len(c);
    let (at, len) = (c.nodes(), before(c, b'/', word));
    let id = number_of(c, &ID, len, 0..=u64::MAX)?;
    if !matches!(id, Some(1..=255 | 4096..=4351)) {
        let why = "must be 1 to 255, or 4096 to 4351 where the answer is to choose";
        c.remark_at(at, Severity::Error, why, rfc(8285, "5"));
    }
    if after(c, b'/')? {
        let len = word_len(c);
        one_of(c, &DIRECTION, len, DIRECTIONS, rfc(8285, "5"))?;
    }
    space(c)?;
    let len = word_len(c);
    named(c, &URI, len, URIS)?;
    if space(c)? { all(c, &MORE) } else { Ok(()) }
}
