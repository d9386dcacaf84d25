//! What it costs to send a packet on: one publisher, 1, 4 and 16 subscribers, beside what cannot be saved.
//!
//! `cargo bench -p sfu`: packets a second that come in, of 1,000 bytes of VP8.
//! - `forward`: the SFU, from the datagram that arrives to those that go out, with all that it keeps for NACK and its estimate.
//! - `srtp`: decrypting each packet once and encrypting it once a subscriber, with the cipher that both agree on, and nothing else.
//! - `copy`: copying it once a subscriber.

#[path = "../tests/members/client.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod client;
#[path = "../tests/members/ears.rs"]
mod ears;
#[path = "../tests/members/source.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod source;
#[path = "../tests/members/world.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod world;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use rtc::shared::marshal::Marshal;
use rtc::srtp::context::Context;
use rtc::srtp::protection_profile::ProtectionProfile;
use sfu::{Datagram, Limits, Rate};

use source::Source;
use world::World;

/// A call in which all subscribers are sent the same layer.
fn call(subscribers: usize) -> World {
    let endless = Rate { per_second: 1e9, burst: 1e9 };
    let limits = Limits { members: 64, packets: endless, queue: 1 << 20, ..Limits::default() };
    let mut world = World::with(limits);
    let alice = world.join("alice");
    world.clients[alice].publish(vec![Source::video(1, "", 5, (1280, 720))]);
    world.offer(alice).expect("an offer");
    for subscriber in 0..subscribers {
        world.join(&format!("subscriber{subscriber}"));
    }
    world.run(2000);
    world.clients[alice].sources[0].paused = true;
    world.run(500);
    world
}

/// A frame, as its datagrams arrive.
fn frame(world: &mut World) -> Vec<Datagram> {
    let (now, client) = (world.now, &mut world.clients[0]);
    let packets = client.sources[0].next();
    packets.into_iter().for_each(|packet| client.up.write(packet, now));
    std::iter::from_fn(|| client.up.transmit()).collect()
}

fn forward(world: &mut World, packets: u64) -> Duration {
    let (mut spent, mut done) = (Duration::ZERO, 0);
    while done < packets {
        let datagrams = frame(world);
        done += datagrams.len() as u64;
        let started = Instant::now();
        for datagram in &datagrams {
            world.sfu.handle(black_box(datagram), world.now);
        }
        spent += started.elapsed();
        // Subscribers take them, and say so.
        world.run(5);
    }
    // A frame is whole; what was asked for may end within it.
    spent.mul_f64(packets as f64 / done as f64)
}

struct Srtp {
    publisher: Context,
    arriving: Context,
    leaving: Vec<Context>,
    source: Source,
}

impl Srtp {
    fn new(subscribers: usize) -> Self {
        let provider = rtc::crypto::default_provider().expect("cryptography");
        let context = |key: u8| {
            let profile = ProtectionProfile::AeadAes128Gcm;
            Context::new(&[key; 16], &[key; 12], profile, None, None, provider.crypto()).expect("a context")
        };
        Self {
            publisher: context(0),
            arriving: context(0),
            leaving: (1..=subscribers as u8).map(context).collect(),
            source: Source::video(1, "", 5, (1280, 720)),
        }
    }

    fn run(&mut self, packets: u64) -> Duration {
        let (mut spent, mut done) = (Duration::ZERO, 0);
        while done < packets {
            let plain = self.source.next().into_iter().map(|packet| packet.marshal().expect("a packet"));
            let arrived: Vec<_> =
                plain.map(|plain| self.publisher.encrypt_rtp(&plain).expect("encrypted")).collect();
            done += arrived.len() as u64;
            let started = Instant::now();
            for packet in &arrived {
                let plain = self.arriving.decrypt_rtp(black_box(packet)).expect("decrypted");
                for context in &mut self.leaving {
                    black_box(context.encrypt_rtp(&plain).expect("encrypted"));
                }
            }
            spent += started.elapsed();
        }
        spent.mul_f64(packets as f64 / done as f64)
    }
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sfu");
    group.sample_size(10).throughput(Throughput::Elements(1));
    for subscribers in [1, 4, 16] {
        let mut world = call(subscribers);
        group.bench_function(BenchmarkId::new("forward", subscribers), |bencher| {
            bencher.iter_custom(|packets| forward(&mut world, packets));
        });
        let view = world.view();
        let sent = view.forwards.iter().filter(|one| one.layer.is_some()).count();
        assert_eq!(sent, subscribers, "all of them are sent to");
        let mut srtp = Srtp::new(subscribers);
        group.bench_function(BenchmarkId::new("srtp", subscribers), |bencher| {
            bencher.iter_custom(|packets| srtp.run(packets));
        });
        let datagram = vec![7_u8; 1040];
        group.bench_function(BenchmarkId::new("copy", subscribers), |bencher| {
            bencher.iter(|| (0..subscribers).for_each(|_| drop(black_box(datagram.clone()))));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
