//! What each dissector is held to.

use wire::{Dissection, Layer};

/// Every byte of the wire is under exactly one leaf.
pub(crate) fn tiles(d: &Dissection<'_>) {
    let mut at = 0;
    for (_, leaf) in d.leaves().filter(|(_, leaf)| leaf.span.source == 0) {
        assert_eq!(leaf.span.start, at, "gap or overlap before {} in {:02x?}", leaf.field.name, d.wire());
        at = leaf.span.end;
    }
    assert_eq!(at as usize, d.wire().len(), "{:02x?}", d.wire());
}

/// The same of every truncation and of every bit flip of them.
#[allow(dead_code, reason = "not every test that shares this module damages bytes")]
pub(crate) fn tiles_however_damaged(layer: &'static Layer, bytes: &[u8]) {
    for len in 0..=bytes.len() {
        let cut = &bytes[..len];
        tiles(&layer.dissect(cut));
        // A bit far from the end was flipped in a shorter piece already, and reads the same here.
        for bit in (len * 8).saturating_sub(64 * 8)..len * 8 {
            let mut flipped = cut.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            tiles(&layer.dissect(flipped));
        }
    }
}

/// The tree as text.
#[allow(dead_code, reason = "not every test that shares this module prints")]
pub(crate) fn text(d: &Dissection<'_>) -> String {
    let mut out = String::new();
    wire::render::text::packet(d, wire::render::text::Style::default(), &mut out).unwrap();
    out
}

/// The complaints, and the sections that they name.
#[allow(dead_code, reason = "not every test that shares this module looks at notes")]
pub(crate) fn complaints(d: &Dissection<'_>) -> Vec<(String, String)> {
    let notes = d.notes().iter().filter(|note| note.severity > wire::Severity::Info);
    notes.map(|n| (n.text.to_string(), n.spec.map(|spec| spec.to_string()).unwrap_or_default())).collect()
}
