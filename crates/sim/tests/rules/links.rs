//! What links do to packets, and how they change.

use std::collections::BTreeSet;
use std::time::Duration;

use sim::{HostId, Limits, Link, Packet, Place, Reason, World};

use crate::support::{Script, at};

const A: &str = "192.0.2.1:1";
const B: &str = "192.0.2.2:1";

fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

/// So many packets, one each millisecond, from A over `link` to B; each holds its number.
fn world(packets: u64, link: Link, seed: u64) -> (World<Script>, [HostId; 2]) {
    let mut world = World::new(seed);
    let internet = world.internet();
    let sends = (0..packets).map(|n| (ms(n), Packet::udp(at(A), at(B), n.to_be_bytes())));
    let a = world.host(Script::sends(sends), internet, [at(A).ip()], link);
    let b = world.host(Script::silent(), internet, [at(B).ip()], Link::of(Duration::ZERO));
    (world, [a, b])
}

/// The numbers and times of those that arrive.
fn arrive(packets: u64, link: Link, seed: u64) -> Vec<(u64, Duration)> {
    let (mut world, [_, b]) = world(packets, link, seed);
    world.run(Limits::default(), |_| false);
    numbers(&world, b)
}

fn numbers(world: &World<Script>, host: HostId) -> Vec<(u64, Duration)> {
    let number = |(at, packet): &(Duration, Packet)| match &packet.payload {
        sim::Payload::Udp(bytes) => Some((u64::from_be_bytes(bytes[..8].try_into().ok()?), *at)),
        _ => None,
    };
    world.host_at(host).got.iter().filter_map(number).collect()
}

#[test]
fn latency_delays_each_packet_alike_and_jitter_each_by_its_own() {
    let arrived = arrive(50, Link::of(ms(30)), 1);
    assert!(arrived.iter().all(|&(n, at)| at == ms(n + 30)));
    let jittery = arrive(50, Link { jitter: ms(10), ..Link::of(ms(30)) }, 1);
    let extra: BTreeSet<_> = jittery.iter().map(|&(n, at)| at - ms(n + 30)).collect();
    assert!(extra.len() > 40);
    assert!(extra.iter().all(|&extra| extra <= ms(10)));
    assert!(jittery.windows(2).any(|pair| pair[0].0 > pair[1].0), "jitter reorders");
}

#[test]
fn loss_takes_its_share_by_the_seed() {
    let arrived = arrive(2000, Link::default().losing(0.3), 1).len();
    assert!((1300..1500).contains(&arrived), "{arrived} of 2000");
    assert_eq!(arrive(300, Link::default().losing(0.3), 5), arrive(300, Link::default().losing(0.3), 5));
    assert_ne!(arrive(300, Link::default().losing(0.3), 5), arrive(300, Link::default().losing(0.3), 6));
}

#[test]
fn more_loss_takes_what_less_loss_takes_and_some_more() {
    let link = Link { jitter: ms(9), ..Link::default() };
    let mut before = arrive(300, link.clone(), 9);
    for loss in [0.1, 0.2, 0.5, 0.9] {
        let after = arrive(300, link.clone().losing(loss), 9);
        assert!(
            after.iter().all(|one| before.contains(one)),
            "at {loss}: the same packets at the same times"
        );
        assert!(after.len() < before.len());
        before = after;
    }
}

#[test]
fn loss_on_one_link_changes_nothing_on_another() {
    let arrived = |loss: f64| {
        let mut world = World::new(4);
        let internet = world.internet();
        let lossy = Link { jitter: ms(5), ..Link::default().losing(0.5) };
        let sends = |from: &str, to: &str| {
            let (from, to) = (at(from), at(to));
            Script::sends((0..200_u64).map(move |n| (ms(n), Packet::udp(from, to, n.to_be_bytes()))))
        };
        world.host(
            sends("192.0.2.3:1", "192.0.2.4:1"),
            internet,
            [at("192.0.2.3:1").ip()],
            Link::default().losing(loss),
        );
        world.host(Script::silent(), internet, [at("192.0.2.4:1").ip()], Link::default());
        world.host(sends(A, B), internet, [at(A).ip()], lossy);
        let b = world.host(Script::silent(), internet, [at(B).ip()], Link::default());
        world.run(Limits::default(), |_| false);
        numbers(&world, b)
    };
    assert_eq!(arrived(0.0), arrived(0.7));
}

#[test]
fn the_two_directions_have_their_own_chance_and_may_have_their_own_properties() {
    let (mut world, [a, b]) = world(400, Link::default(), 2);
    world.set_links(Place::Host(a), &Link::of(ms(5)), &Link::of(ms(70)).losing(0.5));
    world.host_mut(b).echoes = true;
    world.run(Limits::default(), |_| false);
    assert_eq!(numbers(&world, b).len(), 400);
    let back = numbers(&world, a);
    assert!((150..250).contains(&back.len()));
    assert!(back.iter().all(|&(n, at)| at == ms(n + 75)));
}

#[test]
fn duplication_delivers_twice_and_reordering_lets_later_ones_overtake() {
    let twice = arrive(100, Link { duplication: 1.0, ..Link::default() }, 1);
    assert_eq!(twice.len(), 200);
    let held = arrive(100, Link { reordering: 0.2, ..Link::of(ms(10)) }, 1);
    assert_eq!(held.len(), 100);
    assert!(held.windows(2).any(|pair| pair[0].0 > pair[1].0));
    assert!(held.iter().all(|&(n, at)| at == ms(n + 10) || at == ms(n + 30)));
}

#[test]
fn a_rate_spaces_packets_and_a_full_queue_drops() {
    // 36 bytes with headers each millisecond are 288 kbit/s; the link takes an eighth of that.
    let rate = Some(36_000);
    let (mut world, [_, b]) = world(2000, Link { rate, ..Link::of(ms(10)) }, 1);
    world.run(Limits::default(), |_| false);
    let arrived = numbers(&world, b);
    assert!(arrived.windows(2).all(|pair| pair[1].1 - pair[0].1 >= ms(8)));
    let waited = arrived.iter().map(|&(n, at)| at - ms(n)).max();
    assert!(waited.is_some_and(|waited| waited <= Link::QUEUE + ms(10 + 8)));
    let dropped = world.journeys().iter().filter_map(sim::Journey::dropped).count();
    assert_eq!(dropped + arrived.len(), 2000);
    assert!((290..330).contains(&arrived.len()), "{}", arrived.len());
}

#[test]
fn who_is_near_does_not_wait_for_what_is_still_on_its_way_from_far() {
    let mut world = World::new(1);
    let internet = world.internet();
    let says = |from: &str, times: &[u64]| {
        let packets = times.iter().map(|&n| (ms(n), Packet::udp(at(from), at(B), n.to_be_bytes())));
        Script::sends(packets.collect::<Vec<_>>())
    };
    let (far, near) = ("192.0.2.3:1", "192.0.2.4:1");
    world.host(says(far, &[0, 1]), internet, [at(far).ip()], Link::of(ms(2000)));
    world.host(says(near, &[10, 11, 1999]), internet, [at(near).ip()], Link::of(ms(1)));
    // 36 bytes with headers take 4 ms.
    let slow = Link { rate: Some(72_000), ..Link::of(Duration::ZERO) };
    let b = world.host(Script::silent(), internet, [at(B).ip()], slow);
    world.run(Limits::default(), |_| false);
    let arrived: Vec<_> = numbers(&world, b).iter().map(|&(n, at)| (n, at.as_millis())).collect();
    assert_eq!(arrived, [(10, 15), (11, 19), (0, 2004), (1, 2008), (1999, 2012)]);
}

#[test]
fn a_link_that_is_cut_takes_everything_and_gives_again_when_it_is_mended() {
    let (mut world, [a, b]) = world(300, Link::default(), 1);
    let until =
        |world: &mut World<Script>, time| world.run(Limits { time: ms(time), events: 10_000 }, |_| false);
    until(&mut world, 99);
    let (up, _) = world.links(Place::Host(a)).unwrap();
    let mended = up.clone();
    world.set_link(Place::Host(a), &mended.clone().cut());
    until(&mut world, 199);
    world.set_link(Place::Host(a), &mended);
    until(&mut world, 1000);
    let arrived: Vec<_> = numbers(&world, b).iter().map(|&(n, _)| n).collect();
    assert_eq!(arrived, (0..100).chain(200..300).collect::<Vec<_>>());
}

#[test]
fn a_whole_network_may_be_cut() {
    let (mut world, [_, b]) = world(10, Link::default(), 1);
    let internet = world.internet();
    world.set_link(Place::Network(internet), &Link::default().cut());
    world.run(Limits::default(), |_| false);
    assert_eq!(numbers(&world, b), []);
}

#[test]
fn a_host_that_moves_gets_what_is_sent_to_its_new_address_only() {
    let (mut world, [a, b]) = world(100, Link::of(ms(10)), 1);
    world.run(Limits { time: ms(49), events: 10_000 }, |_| false);
    let internet = world.internet();
    world.move_host(b, internet, [at("192.0.2.77:1").ip()], Link::of(ms(20)));
    world
        .host_mut(a)
        .to_send
        .push_back((ms(200), Packet::udp(at(A), at("192.0.2.77:1"), 777_u64.to_be_bytes())));
    world.run(Limits::default(), |_| false);
    let arrived: Vec<_> = numbers(&world, b).iter().map(|&(n, _)| n).collect();
    assert_eq!(arrived, (0..40).chain([777]).collect::<Vec<_>>());
    let why: BTreeSet<_> =
        world.journeys().iter().filter_map(sim::Journey::dropped).map(|(_, why)| why.to_string()).collect();
    assert_eq!(why, BTreeSet::from([Reason::Gone.to_string(), Reason::NoRoute.to_string()]));
}

#[test]
fn a_host_may_not_send_with_an_address_that_is_not_its_own_rfc_2827() {
    let mut world = World::new(1);
    let internet = world.internet();
    let liar = Script::says([(0, "192.0.2.99:1", B, "not me")]);
    world.host(liar, internet, [at(A).ip()], Link::default());
    let b = world.host(Script::silent(), internet, [at(B).ip()], Link::default());
    world.run(Limits::default(), |_| false);
    assert!(world.host_at(b).got.is_empty());
    assert_eq!(world.journeys()[0].dropped().map(|(_, why)| why), Some(Reason::Spoofed));
}

#[test]
fn no_more_than_so_many_packets_are_on_their_way() {
    let most = World::<Script>::MOST_ON_THE_WAY as u64;
    let mut world = World::new(1);
    let internet = world.internet();
    let sends = (0..most + 10).map(|_| (Duration::ZERO, Packet::udp(at(A), at(B), *b"crowd")));
    world.host(Script::sends(sends), internet, [at(A).ip()], Link::default());
    let b = world.host(Script::silent(), internet, [at(B).ip()], Link::default());
    world.run(Limits { events: u64::MAX, ..Limits::default() }, |_| false);
    assert_eq!(world.host_at(b).got.len() as u64, most);
    let crowded = world.log().0.iter().filter(|one| one.what == sim::What::Dropped(Reason::Crowded)).count();
    assert_eq!(crowded, 10);
}

#[test]
fn links_of_absurd_properties_do_no_harm() {
    let absurd = [
        Link { latency: Duration::MAX, jitter: Duration::MAX, reordering: 1.0, ..Link::default() },
        Link { rate: Some(0), ..Link::default() },
        Link { rate: Some(u64::MAX), mtu: usize::MAX, ..Link::default() },
        Link { mtu: 0, ..Link::default() },
        Link { loss: f64::NAN, duplication: f64::INFINITY, reordering: -1.0, ..Link::default() },
    ];
    for link in absurd {
        let (mut world, _) = world(20, link, 1);
        world.run(Limits::default(), |_| false);
    }
}

#[test]
fn routers_in_a_circle_can_be_built_and_a_packet_in_it_runs_out_of_hops() {
    let mut world = World::new(1);
    let net = |world: &mut World<Script>, name: &str, prefix: &str| {
        world.network(name, [prefix.parse::<sim::Prefix>().unwrap()])
    };
    let one = net(&mut world, "one", "10.1.0.0/16");
    let two = net(&mut world, "two", "10.2.0.0/16");
    for (inside, outside) in [((one, "10.1.0.1"), (two, "10.2.0.2")), ((two, "10.2.0.1"), (one, "10.1.0.2"))]
    {
        let [inside, outside] =
            [inside, outside].map(|(network, address)| (network, address.parse().unwrap()));
        world.router(sim::Router::plain(), inside, outside, Link::default());
    }
    let lost = Script::says([(0, "10.1.0.9:1", "192.0.2.1:1", "anybody?")]);
    world.host(lost, one, [at("10.1.0.9:1").ip()], Link::default());
    world.run(Limits::default(), |_| false);
    let why: Vec<_> = world.journeys().iter().filter_map(sim::Journey::dropped).map(|(_, why)| why).collect();
    assert_eq!(why, [Reason::TooManyHops]);
}
