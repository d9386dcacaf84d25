//! What the WebRTC exercises call right is what `wire` and others read.

use exercises::webrtc::demultiplex::{Protocol, REAL};
use exercises::webrtc::{order_of_events, which_layer_failed};
use wire::stun::STUN;

#[test]
fn what_is_stun_in_the_demultiplexer_is_stun_for_wire() {
    for (name, datagram, right) in REAL {
        assert_eq!((STUN.claims)(datagram), right == Protocol::Stun, "{name}");
    }
}

#[test]
fn the_events_to_be_ordered_are_printed_as_they_are() {
    let stub = include_str!("../../exercises/webrtc/order_of_events.rs");
    for (letter, line) in order_of_events::EVENTS {
        assert!(stub.contains(&format!("//!   {letter}  {line}\n")), "{letter}: {line}");
    }
}

#[test]
fn no_reason_goes_round_in_a_circle() {
    let mut left: Vec<char> = order_of_events::EVENTS.iter().map(|(letter, _)| *letter).collect();
    while !left.is_empty() {
        let waits = |event: &char| {
            order_of_events::reasons().any(|(first, then)| then == *event && left.contains(&first))
        };
        let ready: Vec<char> = left.iter().copied().filter(|event| !waits(event)).collect();
        assert!(!ready.is_empty(), "these wait for each other: {left:?}");
        left.retain(|event| !ready.contains(event));
    }
}

#[test]
fn the_capture_that_is_printed_is_one_that_is_asked() {
    let stub = include_str!("../../exercises/webrtc/which_layer_failed.rs");
    let captures = which_layer_failed::answers();
    let (_, packets, _) = captures.iter().find(|(story, ..)| *story == "capture D").unwrap();
    for line in which_layer_failed::shown(packets).lines() {
        assert!(stub.contains(&format!("//! {line}\n")), "{line}");
    }
}

#[test]
fn no_two_captures_are_the_same() {
    let captures = which_layer_failed::answers();
    for (story, packets, right) in &captures {
        let same = captures.iter().filter(|(_, other, _)| other == packets).count();
        assert_eq!(same, 1, "{story}: another capture has the same packets, and {right:?} cannot be told");
    }
}
