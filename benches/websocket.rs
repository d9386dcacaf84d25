//! What a frame costs: dissected into a tree with every span and name, beside tungstenite, which reads it; and
//! unmasking alone.
//!
//! `cargo bench --bench websocket`. Read the ratios; the times are this machine's, this minute.

use std::hint::black_box;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use wire::trace::Event;
use wire::websocket::{FRAME, mask};
use wire::{Context, Session, Tree};

criterion_group!(benches, frames, stream, unmasking);
criterion_main!(benches);

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];

/// A masked text frame, as a browser sends it: its length needs 7, 16 or 64 bits.
fn frame(len: usize) -> Vec<u8> {
    let mut frame = vec![0x81];
    match len {
        0..=125 => frame.push(0x80 | len as u8),
        126..=0xffff => {
            frame.push(0x80 | 126);
            frame.extend((len as u16).to_be_bytes());
        }
        _ => {
            frame.push(0x80 | 127);
            frame.extend((len as u64).to_be_bytes());
        }
    }
    frame.extend(KEY);
    let mut payload: Vec<u8> = b"ping and pong, ".iter().copied().cycle().take(len).collect();
    mask(&mut payload, KEY);
    frame.extend(payload);
    frame
}

const SIZES: [usize; 4] = [5, 200, 4096, 1 << 20];

/// One frame, whole: header, unmasking, and the check that text is UTF-8.
fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    for len in SIZES {
        let bytes = frame(len);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        let mut tree = Tree::default();
        group.bench_with_input(BenchmarkId::new("wire: tree, spans", len), &bytes, |b, bytes| {
            b.iter(|| {
                let d =
                    FRAME.dissect_in(std::mem::take(&mut tree), black_box(&bytes[..]), &Context::default());
                tree = black_box(d).recycle();
            });
        });
        let mut server = server(&bytes);
        group.bench_function(BenchmarkId::new("tungstenite: read", len), |b| {
            b.iter(|| black_box(server.read().expect("a message")));
        });
    }
    group.finish();
}

/// A connection of a thousand small frames, by the piece: what `inspect` and the labs do with a stream.
fn stream(criterion: &mut Criterion) {
    let bytes: Vec<u8> = (0..1000).flat_map(|_| frame(32)).collect();
    let ends: [SocketAddr; 2] = [([127, 0, 0, 1], 50_000).into(), ([127, 0, 0, 1], 9001).into()];
    let events: Vec<_> =
        bytes.chunks(1460).map(|piece| Event::tcp(Duration::ZERO, ends[0], ends[1], piece)).collect();
    let mut group = criterion.benchmark_group("a thousand frames of 32 bytes");
    group.throughput(Throughput::Bytes(bytes.len() as u64));
    group.bench_function("wire: a session, cut every 1,460 bytes", |b| {
        b.iter(|| {
            let (mut session, mut tree) = (Session::new(None).only(&FRAME), Tree::default());
            for event in &events {
                tree = black_box(session.dissect_in(tree, event)).recycle();
            }
        });
    });
    let mut server = server(&bytes);
    group.bench_function("tungstenite: read", |b| {
        b.iter(|| (0..1000).for_each(|_| drop(black_box(server.read().expect("a message")))));
    });
    group.finish();
}

/// The XOR alone. tungstenite's own stands in no public place: what it takes is a masked read less an unmasked one.
fn unmasking(criterion: &mut Criterion) {
    let len = 1 << 16;
    let mut group = criterion.benchmark_group("unmask 64 KiB");
    group.throughput(Throughput::Bytes(len as u64));
    let mut payload = vec![0x55; len];
    group.bench_function("wire", |b| b.iter(|| mask(black_box(&mut payload), KEY)));
    group.bench_function("byte by byte, as RFC 6455 writes it", |b| {
        b.iter(|| {
            let payload = black_box(&mut payload);
            payload.iter_mut().enumerate().for_each(|(i, byte)| *byte ^= KEY[i % 4]);
        });
    });
    let mut masked = frame(len);
    masked[0] = 0x82;
    let mut plain = masked.clone();
    plain[1] &= 0x7f;
    plain.drain(10..14);
    for (name, bytes) in [("tungstenite: read, masked", masked), ("tungstenite: read, not masked", plain)] {
        let mut server = server(&bytes);
        group.bench_function(name, |b| b.iter(|| black_box(server.read().expect("a message"))));
    }
    group.finish();
}

/// A server to whom a client says the same again and again.
fn server(bytes: &[u8]) -> WebSocket<Loop> {
    let config = WebSocketConfig::default().accept_unmasked_frames(true);
    WebSocket::from_raw_socket(Loop { bytes: bytes.to_vec(), at: 0 }, Role::Server, Some(config))
}

/// A stream without an end.
#[derive(Debug)]
struct Loop {
    bytes: Vec<u8>,
    at: usize,
}

impl Read for Loop {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = (&self.bytes[self.at..]).read(buffer)?;
        self.at = (self.at + len) % self.bytes.len();
        Ok(len)
    }
}

impl Write for Loop {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
