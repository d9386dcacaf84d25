//! Notes find their nodes, however many there are.

use wire::render::{json, text};
use wire::stun::STUN;

/// A message as long as one can be, of attributes of no length: each has a note.
fn headers_only() -> Vec<u8> {
    let length = 65_532_u16;
    let mut bytes = b"\x00\x01".to_vec();
    bytes.extend(length.to_be_bytes());
    bytes.extend(b"\x21\x12\xa4\x42ping-pong-01");
    bytes.extend(b"\x00\x77\x00\x00".repeat(usize::from(length / 4)));
    bytes
}

#[test]
fn each_of_thousands_of_notes_is_shown_at_its_node() {
    let bytes = headers_only();
    let d = STUN.dissect(&bytes);
    assert!(d.notes().len() > 16_000, "{} notes", d.notes().len());
    // Were each node's notes looked for among all, each of these would take minutes.
    let (mut lines, mut object) = (String::new(), Vec::new());
    text::packet(&d, text::Style::default(), &mut lines).unwrap();
    json::packet(&d, &mut object);
    let marked =
        lines.lines().filter(|line| ["note: ", "warning: ", "error: "].iter().any(|m| line.contains(m)));
    assert_eq!(marked.count(), d.notes().len());
    assert_eq!(String::from_utf8(object).unwrap().matches("\"severity\":").count(), d.notes().len());
}

#[test]
fn the_notes_of_a_node_are_those_at_it_in_the_order_they_were_found() {
    let mut d =
        STUN.dissect(&b"\x00\x01\x00\x08\x21\x12\xa4\x42ping-pong-01\x00\x77\x00\x00\x00\x78\x00\x00"[..]);
    for (node, text) in [(3, "first"), (0, "second"), (3, "third")] {
        d.annotate(node, wire::Severity::Info, text);
    }
    let notes = d.notes_by_node();
    for (node, _) in (0..).zip(d.nodes()) {
        assert!(notes.at(node).iter().copied().eq(d.notes_at(node)), "node {node}");
    }
    assert!(notes.at(3).iter().map(|note| &*note.text).eq(["first", "third"]));
    assert!(notes.at(u32::MAX).is_empty());
}
