//! What the WebRTC exercises call right is what `wire` and others read.

use exercises::webrtc::demultiplex::{Protocol, REAL};
use wire::stun::STUN;

#[test]
fn what_is_stun_in_the_demultiplexer_is_stun_for_wire() {
    for (name, datagram, right) in REAL {
        assert_eq!((STUN.claims)(datagram), right == Protocol::Stun, "{name}");
    }
}
