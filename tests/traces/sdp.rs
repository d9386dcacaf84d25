//! The captures that the page `sdp` draws from: an offer and its answer in each.

use crate::redacted::redacted;
use crate::{read, traces};

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    for name in ["sdp", "sdp-data", "sdp-refused", "sdp-simulcast"] {
        let packets = redacted(&read(&traces().join(name).with_extension("pcapng")), "wirebook");
        assert_eq!(packets.len(), 2, "{name}");
        for (packet, kind) in packets.iter().zip(["offer", "answer"]) {
            insta::assert_snapshot!(format!("{name}_{kind}"), packet);
        }
    }
}
