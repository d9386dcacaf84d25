//! # sdp::answer: yes, no, and in that order
//!
//! ping offers sound, pictures and data. pong has no codec for pictures. What does it say?
//!
//! ```text
//!   the offer                               the answer
//!   a=group:BUNDLE 0 1 2                    a=group:BUNDLE 0 2
//!   m=audio 9 UDP/TLS/RTP/SAVPF 111 9 0     m=audio 9 UDP/TLS/RTP/SAVPF 111 0
//!   a=mid:0                                 a=mid:0
//!   a=setup:actpass                         a=setup:active
//!   m=video 9 UDP/TLS/RTP/SAVPF 98          m=video 0 UDP/TLS/RTP/SAVPF 98
//!   a=mid:1                                 a=mid:1
//!   m=application 9 UDP/DTLS/SCTP ...       m=application 9 UDP/DTLS/SCTP ...
//!   a=mid:2                                 a=mid:2
//! ```
//!
//! The rules:
//!
//! - One section for each of the offer's, in the same order, with the same kind and the same mid. A section is
//!   rejected by a port of 0, and never left out (RFC 3264 section 6). An accepted one has port 9: the real ports are
//!   in the candidates.
//! - Reject what we have no codec for, and what has port 0 in the offer: that was rejected by the offerer. Port 0
//!   beside `bundle_only` is something else: "I want this, if it can be in the group"; in the answer it is in the
//!   group and has port 9, or it is rejected (RFC 9143 section 6). The answer itself never says bundle-only.
//! - The formats are those of the offer that we know, in the offer's numbers. A rejected section still has at least
//!   one: the grammar wants it.
//! - The group has what was in the offer's group and was accepted, in the offer's order; it is empty where we do not
//!   bundle.
//! - setup: never actpass. active is answered by passive and passive by active (RFC 8842 section 5.3). To actpass
//!   both are right, and active saves a round trip.
//!
//! No text here: the descriptions are structs, and the verdict shows them as SDP. The directions are in `sdp::roles`.
//!
//! Check: `cargo run -- check sdp::answer`. The page: sdp.html#answering

use exercises::sdp::answer::{Description, Format, Kind, Media, Setup, Supported};

/// The answer to `offer`, by somebody who can do what `we` says.
///
/// A section: `Media { kind: Kind::Audio, port: 9, mid: "0".to_owned(), setup: Setup::Active, bundle_only: false,
/// formats }`. One that changes a few fields of another: `Media { port: 0, ..media.clone() }`.
///
/// Useful: `offer.media.iter().map(...)`, `we.codecs.contains(&format.codec)`, `offer.bundle.contains(&media.mid)`.
pub fn answer(offer: &Description, we: &Supported) -> Description {
    todo!()
}

exercises::check!(sdp::answer(answer));
