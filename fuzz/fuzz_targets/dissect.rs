//! Any bytes, as every protocol: a tree whose leaves tile them, and every renderer gets to its end.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wire::protocols::LAYERS;
use wire::render::{html, json, sdp, text};
use wire::{Context, Tree};

fuzz_target!(|bytes: &[u8]| {
    for layer in LAYERS {
        let context = Context { password: Some("wirebook"), ..Context::default() };
        let d = layer.dissect_in(Tree::default(), bytes, &context);
        let mut at = 0;
        for (_, leaf) in d.leaves().filter(|(_, leaf)| leaf.span.source == 0) {
            assert_eq!(leaf.span.start, at, "gap or overlap before {}", leaf.field.name);
            at = leaf.span.end;
        }
        assert_eq!(at as usize, bytes.len());
        let mut out = String::new();
        text::packet(&d, text::Style { color: true, width: 40 }, &mut out)
            .expect("a String takes everything");
        html::packet(&d, &html::PacketView { id: "p", ..Default::default() }, &mut out)
            .expect("a String takes everything");
        sdp::text(&d, text::Style { color: true, width: 40 }, &sdp::SdpView::default(), &mut out)
            .expect("a String takes everything");
        sdp::html(&d, &sdp::SdpView { id: "s", ..Default::default() }, &mut out)
            .expect("a String takes everything");
        json::packet(&d, &mut Vec::new());
        drop(d.summary());
    }
});
