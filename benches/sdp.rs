//! What a session description costs: a tree with every part explained and a model over it, beside parsers that keep
//! values only.
//!
//! `cargo bench --bench sdp`. `webrtc-sdp` (Firefox's) reads every attribute that it knows into a type and refuses what
//! breaks a rule; `sdp-types` and `rtc-sdp` leave an attribute's value as text. Read the ratios; the times are this
//! machine's, this minute.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wire::sdp::{Description, SDP};
use wire::{Context, Tree};

criterion_group!(benches, descriptions);
criterion_main!(benches);

const OFFERS: [(&str, &str); 2] = [
    ("data channels, Chromium's offer", include_str!("../tests/data/sdp/chromium/data-gathered-offer.sdp")),
    ("audio and video, Chromium's offer", include_str!("../tests/data/sdp/chromium/audio-video-offer.sdp")),
];

fn descriptions(criterion: &mut Criterion) {
    for (name, offer) in OFFERS {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(offer.len() as u64));
        let mut tree = Tree::default();
        group.bench_function("wire: tree, every part explained, and the description", |b| {
            b.iter(|| {
                let bytes = black_box(offer.as_bytes());
                let d = SDP.dissect_in(std::mem::take(&mut tree), bytes, &Context::default());
                black_box(Description::of(&d));
                tree = d.recycle();
            });
        });
        group.bench_function("webrtc-sdp: values", |b| {
            b.iter(|| black_box(webrtc_sdp::parse_sdp(black_box(offer), false)).expect("an offer"));
        });
        group.bench_function("rtc-sdp: lines, values as text", |b| {
            b.iter(|| {
                let mut reader = std::io::Cursor::new(black_box(offer.as_bytes()));
                rtc_sdp::description::session::SessionDescription::unmarshal(&mut reader).expect("an offer")
            });
        });
        group.bench_function("sdp-types: lines, values as text", |b| {
            b.iter(|| sdp_types::Session::parse(black_box(offer.as_bytes())).expect("an offer"));
        });
        group.finish();
    }
}
