//! What a tree costs: dissecting and rendering one Binding response and a capture of a hundred thousand
//! packets, beside decoders that make no tree.
//!
//! `cargo bench --bench dissect`. Read the ratios; the times are this machine's, this minute.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::Duration;

use bytecodec::{DecodeExt, EncodeExt};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use stun_codec::rfc5389::{Attribute, attributes::*, methods::BINDING};
use stun_codec::{Message, MessageClass, MessageDecoder, MessageEncoder, TransactionId};
use wire::stun::STUN;
use wire::trace::{Event, Trace};
use wire::{Context, Session, Tree, render};

criterion_group!(benches, response, rendering, capture);
criterion_main!(benches);

const PASSWORD: &str = "VOkJxbRl1RmTxUk/WvJxBt";

/// A Binding response of 100 bytes with SOFTWARE, XOR-MAPPED-ADDRESS, MESSAGE-INTEGRITY and FINGERPRINT, made
/// by somebody else's encoder.
fn binding_response() -> Vec<u8> {
    let id = TransactionId::new([7; 12]);
    let mut message = Message::<Attribute>::new(MessageClass::SuccessResponse, BINDING, id);
    message.add_attribute(Software::new("x".repeat(32)).expect("short"));
    message.add_attribute(XorMappedAddress::new("192.0.2.1:32853".parse().expect("an address")));
    let integrity = MessageIntegrity::new_short_term_credential(&message, PASSWORD).expect("a password");
    message.add_attribute(integrity);
    let fingerprint = Fingerprint::new(&message).expect("a message");
    message.add_attribute(fingerprint);
    let bytes = MessageEncoder::new().encode_into_bytes(message).expect("a message");
    assert_eq!(bytes.len(), 100);
    bytes
}

fn response(criterion: &mut Criterion) {
    let bytes = binding_response();
    let mut group = criterion.benchmark_group("binding_response");
    let mut tree = Tree::default();
    group.bench_function("wire: tree, spans, FINGERPRINT checked", |b| {
        b.iter(|| {
            let d = STUN.dissect_in(std::mem::take(&mut tree), black_box(&bytes[..]), &Context::default());
            tree = black_box(d).recycle();
        });
    });
    group.bench_function("wire: the same, with a tree of its own each time", |b| {
        b.iter(|| black_box(STUN.dissect(black_box(&bytes[..]))));
    });
    group.bench_function("stun_codec: decode, FINGERPRINT checked", |b| {
        b.iter(|| {
            let mut decoder = MessageDecoder::<Attribute>::new();
            black_box(decoder.decode_from_bytes(black_box(&bytes)).expect("STUN").expect("unbroken"))
        });
    });
    group.bench_function("stun-types: from_bytes, FINGERPRINT checked", |b| {
        b.iter(|| {
            black_box(stun_types::message::Message::from_bytes(black_box(&bytes)).expect("STUN"));
        });
    });
    group.finish();
}

fn rendering(criterion: &mut Criterion) {
    let bytes = binding_response();
    let d = STUN.dissect(&bytes[..]);
    let mut group = criterion.benchmark_group("render");
    let (mut json, mut text) = (Vec::new(), String::new());
    group.bench_function("JSON", |b| {
        b.iter(|| {
            json.clear();
            render::json::packet(black_box(&d), &mut json);
        });
    });
    let (view, mut page) = (render::html::PacketView::new("packet"), String::new());
    group.bench_function("HTML", |b| {
        b.iter(|| {
            page.clear();
            render::html::packet(black_box(&d), &view, &mut page)
        });
    });
    group.bench_function("terminal", |b| {
        b.iter(|| {
            text.clear();
            render::text::packet(black_box(&d), render::text::Style::default(), &mut text)
        });
    });
    group.finish();
}

fn capture(criterion: &mut Criterion) {
    const PACKETS: u32 = 100_000;
    let trace = hundred_thousand(PACKETS);
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).expect("a Vec takes everything");
    let mut group = criterion.benchmark_group("capture_of_100k");
    group.sample_size(10).throughput(Throughput::Elements(PACKETS.into()));
    group.bench_function("read pcapng", |b| b.iter(|| Trace::read(black_box(&file)).expect("a capture")));
    group.bench_function("dissect", |b| {
        b.iter_batched(
            || Session::new(None),
            |mut session| {
                let mut tree = Tree::default();
                for event in &trace.events {
                    tree = black_box(session.dissect_in(tree, event)).recycle();
                }
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

/// Requests and responses in turn, each pair with an ID of its own.
fn hundred_thousand(packets: u32) -> Trace {
    let client: SocketAddr = "192.0.2.1:32853".parse().expect("an address");
    let server: SocketAddr = "198.51.100.1:3478".parse().expect("an address");
    let response = binding_response();
    (0..packets)
        .map(|n| {
            let at = Duration::from_micros(u64::from(n) * 50);
            let (from, to) = if n % 2 == 0 { (client, server) } else { (server, client) };
            let mut bytes = if n % 2 == 0 {
                b"\0\x01\0\0\x21\x12\xa4\x42............".to_vec()
            } else {
                response.clone()
            };
            bytes[8..12].copy_from_slice(&(n / 2).to_be_bytes());
            Event::udp(at, from, to, bytes)
        })
        .collect()
}
