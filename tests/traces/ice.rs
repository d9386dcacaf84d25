//! The capture that the page `ice` draws from.

use crate::redacted::redacted;
use crate::{read, traces};

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join("ice.pcapng"));
    for (number, packet) in (1..).zip(redacted(&trace, "wirebook")) {
        insta::assert_snapshot!(format!("{number:02}"), packet);
    }
}
