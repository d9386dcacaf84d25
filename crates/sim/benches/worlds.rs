//! What an event costs, and that it costs the same in a small world and a large one.
//!
//! `cargo bench -p sim`: events a second, for homes behind NATs that each keep talking to a server and to each other,
//! and for one carrier's NAT with all of them behind it.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use sim::{Behavior, Host, Limits, Link, Nat, Outbox, Packet, Prefix, Router, World};

const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1)), 3478);

/// Writes to ten ports of the server in turn, a thousand bytes each 20 ms; the server answers.
struct Talker {
    own: Option<SocketAddr>,
    sent: u16,
    next: Duration,
}

impl Host for Talker {
    fn receive(&mut self, _now: Duration, packet: Packet, out: &mut Outbox) {
        if self.own.is_none() {
            out.send(Packet { from: packet.to, to: packet.from, hops: 64, payload: packet.payload });
        }
    }

    fn next_wake(&mut self) -> Option<Duration> {
        self.own.map(|_| self.next)
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        if let Some(own) = self.own {
            self.next = now + Duration::from_millis(20);
            self.sent += 1;
            let to = SocketAddr::new(SERVER.ip(), SERVER.port() + self.sent % 10);
            out.udp(own, to, vec![0; 1000]);
        }
    }
}

fn talker(n: u32, address: Ipv4Addr) -> Talker {
    let next = Duration::from_micros(u64::from(n) * 47);
    Talker { own: Some(SocketAddr::new(address.into(), 5000)), sent: 0, next }
}

/// So many homes, each behind a NAT of its own.
fn homes(count: u32, log: bool) -> World<Talker> {
    let mut world = if log { World::new(1) } else { World::new(1).without_log() };
    let internet = world.internet();
    world.host(Talker { own: None, sent: 0, next: Duration::ZERO }, internet, [SERVER.ip()], Link::default());
    let prefix: Prefix = "192.168.1.0/24".parse().expect("a prefix");
    for n in 0..count {
        let outside: IpAddr = Ipv4Addr::from(0xc612_0000 + n).into();
        let home = world.network("home", [prefix]);
        let nat = Router::nat(Nat::new(Behavior::SYMMETRIC, [outside]));
        world.router(nat, (home, [192, 168, 1, 1].into()), (internet, outside), Link::default());
        let own = Ipv4Addr::new(192, 168, 1, 2);
        world.host(talker(n, own), home, [own.into()], Link::default());
    }
    world
}

/// So many hosts behind one carrier's NAT: ten mappings each.
fn carrier(count: u32) -> World<Talker> {
    let mut world = World::new(1).without_log();
    let internet = world.internet();
    world.host(Talker { own: None, sent: 0, next: Duration::ZERO }, internet, [SERVER.ip()], Link::default());
    let shared = world.network("carrier", ["100.64.0.0/10".parse().expect("a prefix")]);
    let outside: IpAddr = [198, 51, 100, 1].into();
    let nat = Router::nat(Nat::new(Behavior::SYMMETRIC, [outside]));
    world.router(nat, (shared, [100, 64, 0, 1].into()), (internet, outside), Link::default());
    for n in 0..count {
        let own = Ipv4Addr::from(0x6440_0100 + n);
        world.host(talker(n, own), shared, [own.into()], Link::default());
    }
    world
}

/// A virtual second of talk.
fn second(mut world: World<Talker>) -> u64 {
    let limits = Limits { time: Duration::from_secs(1), events: u64::MAX };
    world.run(limits, |_| false);
    world.events()
}

type Build = fn(u32) -> World<Talker>;

fn worlds(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a second of talk");
    group.sample_size(10);
    for count in [4, 40, 400] {
        let builds: [(&str, Build); 3] = [
            ("homes", |count| homes(count, false)),
            ("homes, logged", |count| homes(count, true)),
            ("carrier", carrier),
        ];
        for (name, build) in builds {
            group.throughput(Throughput::Elements(second(build(count))));
            group.bench_function(BenchmarkId::new(name, count), |bencher| {
                bencher.iter_batched(|| build(count), second, criterion::BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

criterion_group!(benches, worlds);
criterion_main!(benches);
