//! What a whole call costs: signaling, checks, handshake and data channel of `traces/webrtc.pcapng`, decrypted and
//! annotated; its handshake and its encrypted records beside `rtc`'s own DTLS, which makes no tree; and five hundred calls
//! to JSON beside tshark.
//!
//! `cargo bench --bench call`. Read the ratios; the times are this machine's, this minute.

use std::hint::black_box;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use rtc::crypto::default_provider;
use rtc_dtls::cipher_suite::cipher_suite_aes_128_gcm_sha256::CipherSuiteAes128GcmSha256;
use rtc_dtls::cipher_suite::{CipherSuite, CipherSuiteId};
use rtc_dtls::record_layer::RecordLayer;
use wire::dtls::DTLS;
use wire::trace::{Event, Trace, Transport};
use wire::{Context, Session, Tree, render};

criterion_group!(benches, whole_call, handshake, records, beside_tshark);
criterion_main!(benches);

fn call() -> Trace {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/traces/webrtc.pcapng");
    Trace::read(&std::fs::read(path).expect("the trace is there")).expect("it is a capture")
}

fn whole_call(criterion: &mut Criterion) {
    let trace = call();
    let mut trees: Vec<Tree> = Vec::new();
    let mut group = criterion.benchmark_group("call");
    group.throughput(Throughput::Elements(trace.events.len() as u64));
    let mut dissect = |trace: &Trace| {
        let mut session = Session::of(trace, None);
        for event in &trace.events {
            let d = session.dissect_in(trees.pop().unwrap_or_default(), black_box(event));
            trees.push(black_box(d).recycle());
        }
    };
    group.bench_function("wire: the whole call, decrypted", |b| b.iter(|| dissect(&trace)));
    let shut = Trace { secrets: Vec::new(), ..trace.clone() };
    group.bench_function("wire: the same without its keys", |b| b.iter(|| dissect(&shut)));
    let mut out = Vec::new();
    group.bench_function("wire: the whole call, decrypted, to JSON", |b| {
        b.iter(|| {
            out.clear();
            json(&trace, &mut out);
            black_box(out.len())
        });
    });
}

fn json(trace: &Trace, out: &mut Vec<u8>) {
    let (mut session, mut tree) = (Session::of(trace, None), Tree::default());
    for (number, event) in (1..).zip(&trace.events) {
        let d = session.dissect_in(std::mem::take(&mut tree), event);
        render::json::record(number, event, &d, out);
        tree = d.recycle();
    }
}

/// The DTLS datagrams of the call, and who of the two sent them: the client is who said hello first.
fn datagrams(trace: &Trace) -> Vec<(bool, &[u8])> {
    let dtls: Vec<&Event> = trace.events.iter().filter(|event| (DTLS.claims)(&event.bytes)).collect();
    let client = dtls.first().expect("a handshake").from;
    dtls.into_iter().map(|event| (event.from == client, &event.bytes[..])).collect()
}

/// The records of a datagram.
fn split(mut datagram: &[u8]) -> Vec<&[u8]> {
    let mut records = Vec::new();
    while let [_, _, _, _, _, _, _, _, _, _, _, high, low, ..] = datagram {
        let length = 13 + (usize::from(*high) << 8 | usize::from(*low));
        let (record, rest) = datagram.split_at(length);
        records.push(record);
        datagram = rest;
    }
    records
}

fn handshake(criterion: &mut Criterion) {
    let trace = call();
    // Only what is in the clear: Finished is left out.
    let clear: Vec<Vec<u8>> = datagrams(&trace)
        .into_iter()
        .map(|(_, bytes)| {
            split(bytes).into_iter().filter(|record| record[4] == 0).collect::<Vec<_>>().concat()
        })
        .filter(|bytes| !bytes.is_empty())
        .collect();
    let mut group = criterion.benchmark_group("handshake_in_the_clear");
    group.throughput(Throughput::Bytes(clear.iter().map(|bytes| bytes.len() as u64).sum()));
    let mut tree = Tree::default();
    group.bench_function("wire: tree, spans, certificates taken apart", |b| {
        b.iter(|| {
            for bytes in &clear {
                let d = DTLS.dissect_in(std::mem::take(&mut tree), &bytes[..], &Context::default());
                tree = black_box(d).recycle();
            }
        });
    });
    group.bench_function("rtc-dtls: RecordLayer::unmarshal, certificates left as bytes", |b| {
        b.iter(|| {
            for bytes in &clear {
                // It takes a reader to hold one record and no more.
                for record in split(bytes) {
                    black_box(RecordLayer::unmarshal(&mut std::io::Cursor::new(record)).expect("a record"));
                }
            }
        });
    });
}

fn records(criterion: &mut Criterion) {
    let trace = call();
    let all = datagrams(&trace);
    let hello = |by_client: bool, kind: u8| {
        let found = all.iter().rfind(|(side, bytes)| *side == by_client && bytes[13] == kind);
        found.map(|(_, bytes)| bytes[27..59].to_vec()).expect("a hello")
    };
    let (client_random, server_random) = (hello(true, 1), hello(false, 2));
    let keys = String::from_utf8(trace.secrets[0].bytes.clone()).expect("a key log");
    let master: Vec<u8> = keys
        .split_whitespace()
        .nth(2)
        .expect("a secret")
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("hex"))
        .collect();
    let sealed: Vec<(bool, &[u8])> =
        all.iter().filter(|(_, bytes)| bytes[0] == 23).map(|(side, bytes)| (*side, *bytes)).collect();
    let provider = default_provider().expect("a provider");
    let mut ends = [true, false].map(|is_client| {
        let mut suite = CipherSuiteAes128GcmSha256::new(false);
        suite.init(provider.clone(), &master, &client_random, &server_random, is_client).expect("keys");
        assert_eq!(suite.id(), CipherSuiteId::Tls_Ecdhe_Ecdsa_With_Aes_128_Gcm_Sha256);
        suite
    });
    let mut group = criterion.benchmark_group("records_opened");
    group.throughput(Throughput::Elements(sealed.len() as u64));
    group.bench_function("rtc-dtls: CipherSuite::decrypt, by ring, and no more", |b| {
        b.iter(|| {
            for (by_client, bytes) in &sealed {
                // Who receives opens.
                let end = &mut ends[usize::from(*by_client)];
                black_box(end.decrypt(black_box(bytes)).expect("the right keys"));
            }
        });
    });
    let events: Vec<&Event> = trace.events.iter().filter(|event| (DTLS.claims)(&event.bytes)).collect();
    let (before, after): (Vec<&Event>, Vec<&Event>) =
        events.into_iter().partition(|event| event.bytes[0] != 23);
    let mut tree = Tree::default();
    group.bench_function("wire: opened, and SCTP in it annotated", |b| {
        // The same records again: what is said of a copy is part of the time, and little of it.
        let mut session = Session::of(&trace, None);
        before.iter().for_each(|event| drop(session.dissect(event)));
        b.iter(|| {
            for event in &after {
                let d = session.dissect_in(std::mem::take(&mut tree), event);
                tree = black_box(d).recycle();
            }
        });
    });
}

/// So many calls, each between two ports of its own.
const CALLS: u16 = 500;

/// Not criterion's to measure: tshark takes seconds.
fn beside_tshark(_: &mut Criterion) {
    if std::env::args().any(|arg| arg == "--test") {
        return;
    }
    let one = call();
    let mut many = Trace { secrets: one.secrets.clone(), ..Trace::default() };
    for nth in 0..CALLS {
        let moved = |addr: SocketAddr| SocketAddr::new(addr.ip(), 2000 + (addr.port() % 100) * 600 + nth);
        let later = Duration::from_secs(u64::from(nth));
        // TCP carries the signaling, which does not change from one call to the next.
        let datagrams = one.events.iter().filter(|event| event.transport == Transport::Udp);
        many.events.extend(datagrams.map(|event| Event {
            at: event.at + later,
            from: moved(event.from),
            to: moved(event.to),
            packet: None,
            ..event.clone()
        }));
    }
    let path = std::env::temp_dir().join(format!("calls-{}.pcapng", std::process::id()));
    let mut file = Vec::new();
    many.write_pcapng(&mut file).expect("a Vec takes all");
    std::fs::write(&path, &file).expect("a file in the temporary folder");
    let start = Instant::now();
    let mut out = Vec::new();
    json(&Trace::read(&file).expect("a capture"), &mut out);
    let ours = start.elapsed();
    let start = Instant::now();
    let status = Command::new("tshark")
        .args(["-n", "-T", "json", "-r"])
        .arg(&path)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    let theirs = start.elapsed();
    // The file is a few megabytes of a folder that the system empties.
    let _ = std::fs::remove_file(&path);
    let packets = many.events.len();
    match status {
        Ok(status) if status.success() => println!(
            "{CALLS} calls, {packets} datagrams to JSON: wire {:.2} s (one thread, {:.0} MB), tshark {:.2} s: {:.1} x",
            ours.as_secs_f64(),
            out.len() as f64 / 1e6,
            theirs.as_secs_f64(),
            theirs.as_secs_f64() / ours.as_secs_f64()
        ),
        _ => println!("{packets} datagrams to JSON: wire {:.2} s; tshark is not here", ours.as_secs_f64()),
    }
}
