//! The capture that the page `socketio` draws from.

use wire::{Session, Severity};

use crate::redacted::redacted;
use crate::{read, traces};

/// A step of the story is a snapshot: the packets from one comment to the next.
#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join("socketio.pcapng"));
    let mut steps: Vec<String> = Vec::new();
    for (event, packet) in trace.events.iter().zip(redacted(&trace, "wirebook")) {
        match steps.last_mut().filter(|_| event.comment.is_none()) {
            Some(step) => *step += &format!("\n{packet}"),
            None => steps.push(packet),
        }
    }
    for (number, step) in (1..).zip(steps) {
        insta::assert_snapshot!(format!("step_{number:02}"), step);
    }
}

#[test]
fn nothing_in_it_breaks_a_rule() {
    let trace = read(&traces().join("socketio.pcapng"));
    let mut session = Session::new(None);
    for event in &trace.events {
        let dissection = session.dissect(event);
        assert!(dissection.worst().is_none_or(|worst| worst < Severity::Warning), "{:?}", dissection.notes());
    }
}
