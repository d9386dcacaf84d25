//! The capture that the page `nat` draws from.

use std::collections::HashSet;

use crate::redacted::redacted;
use crate::{read, traces};

/// So many packets of the search for the lifetime are looked at: one round of it.
const LIFETIME: usize = 8;

#[test]
fn each_decisive_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join("nat.pcapng"));
    let mut seen = HashSet::new();
    let mut lifetime = 0;
    for ((number, packet), event) in (1..).zip(redacted(&trace, "wirebook")).zip(&trace.events) {
        lifetime +=
            usize::from(event.comment.as_deref().is_some_and(|comment| comment.starts_with("Lifetime")));
        let is_new = seen.insert((event.from, event.to, event.bytes.clone()));
        // What is asked again while nobody answers, and what is asked of other times, says nothing new.
        if is_new && lifetime <= LIFETIME {
            insta::assert_snapshot!(format!("{number:03}"), packet);
        }
    }
}
