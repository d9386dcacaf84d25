//! The capture that the page `websocket` draws from.

use std::fmt::Write;

use wire::{Session, Severity};

use crate::redacted::redacted;
use crate::{read, traces};

#[test]
fn each_packet_is_the_one_that_the_page_tells_of() {
    let trace = read(&traces().join("websocket.pcapng"));
    for (number, packet) in (1..).zip(redacted(&trace, "wirebook")) {
        insta::assert_snapshot!(format!("{number:02}"), packet);
    }
}

/// What the library draws at random is not in the snapshots; what is written by hand comes from the seed.
#[test]
fn what_is_written_by_hand_is_the_same_in_every_run() {
    let trace = read(&traces().join("websocket.pcapng"));
    let mut session = Session::new(None);
    let [request, response, ping] = [0, 1, 2].map(|at| session.dissect(&trace.events[at]).into_owned());
    let value = |d: &wire::Dissection<'_>, name| {
        let field = d.nodes().iter().position(|node| node.field.name == name).unwrap();
        let value = d.nodes()[field..].iter().find(|node| node.field.name == "field-value").unwrap();
        String::from_utf8(d.bytes(value.span).to_vec()).unwrap()
    };
    assert_eq!(value(&request, "Sec-WebSocket-Key"), "sb7Rts29M6g9/rWq5ZfciA==");
    assert_eq!(value(&response, "Sec-WebSocket-Accept"), "Ub8VpLXhVXMuMVLYHszVu82OYtw=");
    let bytes = [0x81, 0x84, 0x86, 0x46, 0x1a, 0xf3, 0xf6, 0x2f, 0x74, 0x94];
    assert_eq!(trace.events[2].bytes, bytes);
    assert_eq!(ping.find("Application data").map(|node| ping.bytes(node.span)), Some(&b"ping"[..]));
}

#[test]
fn nothing_in_it_breaks_a_rule_and_no_mask_is_used_twice() {
    let trace = read(&traces().join("websocket.pcapng"));
    let mut session = Session::new(None);
    let mut masks = Vec::new();
    for event in &trace.events {
        let dissection = session.dissect(event);
        assert!(dissection.worst().is_none_or(|worst| worst < Severity::Warning), "{:?}", dissection.notes());
        masks.extend(dissection.find("Masking-key").map(|node| dissection.bytes(node.span).to_vec()));
    }
    let used = masks.len();
    masks.sort();
    masks.dedup();
    assert_eq!((used, masks.len()), (10, 10), "a masking key is drawn for each frame");
}

#[test]
fn what_is_compressed_is_inflated_and_shrinks_as_the_page_says() {
    let trace = read(&traces().join("websocket-deflate.pcapng"));
    let mut session = Session::new(None);
    let mut messages = Vec::new();
    for event in &trace.events {
        let d = session.dissect(event);
        assert!(d.worst().is_none_or(|worst| worst < Severity::Warning), "{:?}", d.notes());
        let part = |name: &str| d.find(name).map(|node| d.bytes(node.span));
        let compressed = part("Compressed data").map(<[u8]>::len);
        messages.extend(part("Application data").map(|data| (compressed, data.to_vec())));
    }
    let (pings, ping, hello) = (b"ping".repeat(50), b"ping".to_vec(), b"Hello".to_vec());
    let expected = [
        (Some(9), pings.clone()),
        (Some(9), pings.clone()),
        (Some(4), pings.clone()),
        (Some(4), pings),
        (None, ping.clone()),
        (None, ping),
        (Some(7), hello.clone()),
        (Some(5), hello.clone()),
    ];
    assert_eq!(messages[..8], expected);
    // The last comes with the last of its fragments.
    assert_eq!(messages[8..].iter().map(|(_, message)| message).collect::<Vec<_>>(), [&hello]);
}

#[test]
fn each_connection_of_the_errors_breaks_one_rule_and_is_answered() {
    let trace = read(&traces().join("websocket-errors.pcapng"));
    let mut session = Session::new(None);
    let mut wrong = String::new();
    for event in &trace.events {
        let dissection = session.dissect(event);
        if let Some(comment) = &event.comment {
            writeln!(wrong, "\n{comment}").unwrap();
        }
        let said = dissection.summary();
        if !said.starts_with("GET ") && !said.starts_with("101 ") {
            writeln!(wrong, "  {said}").unwrap();
        }
        for note in dissection.notes().iter().filter(|note| note.severity >= Severity::Warning) {
            writeln!(wrong, "    {}", note.text).unwrap();
        }
    }
    insta::assert_snapshot!("errors", wrong);
}
