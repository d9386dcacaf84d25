//! The capture that the page `agora` draws from.

use crate::redacted::redacted;
use crate::{read, traces};

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join("agora.pcapng"));
    for (number, packet) in (1..).zip(redacted(&trace, "wirebook")) {
        insta::assert_snapshot!(format!("{number:02}"), packet);
    }
}
