//! What the network in a box costs: whole calls at once in one world, beside the same number of bare datagrams; and the
//! matrix of NATs, and how it grows with its cells.
//!
//! `cargo bench --bench network`. Read the ratios; the times are this machine's, this minute.

use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use scenario::calls::Calls;
use scenario::matrix;
use sim::{Edge, Home, Host, Limits, Link, Outbox, Packet, World};

criterion_group!(benches, calls, matrices);
criterion_main!(benches);

/// So much virtual time each call gets: it is set up in the first of it, and talks in the rest.
const CALL: Duration = Duration::from_secs(10);
const EVENTS: u64 = 100_000_000;

fn edges() -> [Edge; 2] {
    ["eim-apdf", "eim-adf"].map(|name| name.parse().expect("edges have these names"))
}

/// Whole calls: ICE, DTLS, SCTP, and a text of each side each second. Criterion's elements are simulated seconds.
fn calls(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("calls at once");
    group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(300));
    group.throughput(Throughput::Elements(CALL.as_secs()));
    let [left, right] = edges();
    let limits = Limits { time: CALL, events: EVENTS };
    for count in [2, 20, 200] {
        let mut events = 0;
        group.bench_function(BenchmarkId::new("whole peers", count), |b| {
            b.iter(|| {
                let mut calls =
                    Calls::new([&left, &right], &Link::default(), count, 1).expect("keys are made");
                calls.run(limits);
                assert!(calls.heard().iter().flatten().all(|&texts| texts > 3), "all of them talk");
                events = calls.events();
            });
        });
        group.bench_function(BenchmarkId::new("as many events of bare datagrams", count), |b| {
            b.iter(|| black_box(datagrams(events)));
        });
    }
    group.finish();
}

/// A host that sends back what it gets.
struct Echo;

impl Host for Echo {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        // As its own packet: with the hop count of a new one, or routers soon drop it.
        out.send(Packet { from: packet.to, to: packet.from, hops: Packet::HOPS, ..packet });
    }

    fn next_wake(&mut self) -> Option<Duration> {
        None
    }

    fn wake(&mut self, _now: Duration, _out: &mut Outbox) {}
}

/// One datagram to and fro through a NAT, until so many events have happened.
fn datagrams(events: u64) -> u64 {
    let mut world = World::new(1).without_log();
    let [left, _] = edges();
    let behind = world.behind(&left, &Home::LEFT, Link::default());
    let server: SocketAddr = "192.0.2.1:3478".parse().expect("an address");
    let internet = world.internet();
    world.host(Starter::Echo(Echo), internet, [server.ip()], Link::default());
    let own = SocketAddr::new(behind.address, 5000);
    let starter = Starter::First(own, server);
    world.host(starter, behind.network, [behind.address], Link::default());
    world.run(Limits { time: Duration::MAX, events }, |_| false);
    assert_eq!(world.events(), events, "the datagram goes on and on");
    world.events()
}

/// An echo, or one who sends the first datagram before it becomes one.
enum Starter {
    First(SocketAddr, SocketAddr),
    Echo(Echo),
}

impl Host for Starter {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        if let Self::Echo(echo) = self {
            echo.receive(now, packet, out);
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        matches!(self, Self::First(..)).then_some(Duration::ZERO)
    }

    fn wake(&mut self, _now: Duration, out: &mut Outbox) {
        if let Self::First(from, to) = *self {
            out.udp(from, to, vec![0; 100]);
            *self = Self::Echo(Echo);
        }
    }
}

/// Gathering and checks of real agents, on as many threads as there are processors.
fn matrices(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("matrix");
    group.sample_size(10).measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_millis(300));
    let all = matrix::edges();
    for count in [3, 5, 8, 11] {
        // The first and the last, and what lies between them evenly.
        let some: Vec<Edge> = (0..count).map(|at| all[at * (all.len() - 1) / (count - 1)].clone()).collect();
        group.throughput(Throughput::Elements((count * count) as u64));
        group.bench_function(BenchmarkId::new("cells", count * count), |b| {
            b.iter(|| matrix::of(&some, 1).expect("the stack takes it"));
        });
    }
    group.finish();
    let start = Instant::now();
    let matrix = matrix::whole().expect("the stack takes it");
    let virtual_time: Duration = matrix.cells.iter().map(|cell| cell.ended).sum();
    let packets: u64 = matrix.cells.iter().map(|cell| cell.packets).sum();
    println!(
        "the whole matrix: {} cells, {packets} packets, {virtual_time:.0?} of virtual time in {:.2?}",
        matrix.cells.len(),
        start.elapsed()
    );
}
