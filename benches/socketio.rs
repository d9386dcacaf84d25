//! What a Socket.IO packet costs: dissected into a tree with every span, beside the decoder of `socketioxide`.
//!
//! `cargo bench --bench socketio`. That decoder leaves the payload for later; so it is measured with its JSON
//! read too, which the tree has taken apart. Read the ratios; the times are this machine's, this minute.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use socketioxide_core::Str;
use socketioxide_core::packet::{Packet, PacketData};
use socketioxide_core::parser::{Parse, ParseConfig, ParserState};
use socketioxide_parser_common::CommonParser;
use wire::socketio::SOCKETIO;
use wire::{Context, Tree};

criterion_group!(benches, packets);
criterion_main!(benches);

const PACKETS: [(&str, &str); 3] = [
    ("an event", r#"2["say","ping"]"#),
    (
        "an event to be acknowledged, on a namespace",
        r#"2/admin,12["move",{"x":1.5,"y":-2,"who":"pong"},[1,2,3]]"#,
    ),
    ("an acknowledgement", r#"312["kept",{"id":"0f3a","at":1763829600}]"#),
];

fn packets(criterion: &mut Criterion) {
    for (name, packet) in PACKETS {
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Bytes(packet.len() as u64));
        let mut tree = Tree::default();
        group.bench_function("wire: tree, spans, JSON checked", |b| {
            b.iter(|| {
                let bytes = black_box(packet.as_bytes());
                let d = SOCKETIO.dissect_in(std::mem::take(&mut tree), bytes, &Context::default());
                tree = black_box(d).recycle();
            });
        });
        group.bench_function("socketioxide-parser-common: the payload left as text", |b| {
            b.iter(|| black_box(decode(black_box(packet))));
        });
        group.bench_function("socketioxide-parser-common: the payload read", |b| {
            b.iter(|| {
                let mut packet = decode(black_box(packet));
                let json: serde_json::Value = match &mut packet.inner {
                    PacketData::Event(value, _) => CommonParser.decode_value(value, true).expect("JSON"),
                    PacketData::EventAck(value, _) => CommonParser.decode_value(value, false).expect("JSON"),
                    other => panic!("no packet of this bench: {other:?}"),
                };
                black_box(json)
            });
        });
        group.finish();
    }
}

fn decode(packet: &'static str) -> Packet {
    CommonParser
        .decode_str(&ParseConfig::default(), &ParserState::default(), Str::from(packet))
        .expect("a packet")
}
