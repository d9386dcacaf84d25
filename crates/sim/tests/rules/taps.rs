//! What is told of a packet: its journey leg by leg, and captures at any place.

use std::time::Duration;

use crate::support::{Script, at, text};
use sim::{Edge, End, Home, IcmpError, Limits, Link, Payload, Place, Reason, Refusal, Side, What, World};

/// A server, and two hosts behind NATs of that kind; left writes to the server, right to left's NAT.
fn told(edge: &str) -> (World<Script>, [sim::HostId; 3], [sim::RouterId; 2]) {
    told_in(World::new(3), edge)
}

fn told_in(mut world: World<Script>, edge: &str) -> (World<Script>, [sim::HostId; 3], [sim::RouterId; 2]) {
    let edge: Edge = edge.parse().unwrap();
    let link = Link::of(Duration::from_millis(10));
    let internet = world.internet();
    let server = world.host(Script::echo(), internet, [at("192.0.2.1:1").ip()], link.clone());
    let left = world.behind(&edge, &Home::LEFT, link.clone());
    let right = world.behind(&edge, &Home::RIGHT, link.clone());
    let first = Script::says([(0, "192.168.1.2:5000", "192.0.2.1:3478", "hello")]);
    let second = Script::says([(100, "10.0.0.2:5000", "198.51.100.1:40000", "knock")]);
    let alice = world.host(first, left.network, [left.address], link.clone());
    let bob = world.host(second, right.network, [right.address], link);
    world.run(Limits::default(), |_| false);
    (world, [server, alice, bob], [left.routers[0], right.routers[0]])
}

#[test]
fn a_journey_tells_each_leg_with_the_addresses_on_it_and_where_the_packet_ended() {
    let (world, [server, alice, bob], [left, right]) = told("port-restricted-cone");
    let ms = Duration::from_millis;
    let legs: Vec<Vec<_>> = world
        .journeys()
        .iter()
        .map(|journey| {
            let leg = |leg: &sim::Leg| {
                let ends = (leg.way.from, leg.way.to);
                (ends, leg.packet.from.to_string(), leg.packet.to.to_string(), leg.sent, leg.end)
            };
            journey.legs.iter().map(leg).collect()
        })
        .collect();
    let (inside, outside) = (Place::Router(left, Side::Inside), Place::Router(left, Side::Outside));
    let (server, alice, bob) = (Place::Host(server), Place::Host(alice), Place::Host(bob));
    let (alices, seen, servers) = ("192.168.1.2:5000", "198.51.100.1:40000", "192.0.2.1:3478");
    let bobs = "203.0.113.1:40000";
    let leg = |from, to, source: &str, destination: &str, sent, end| {
        ((from, Some(to)), source.to_owned(), destination.to_owned(), ms(sent), end)
    };
    let arrived = |at| End::Arrived(ms(at));
    let filtered = Reason::Nat(Refusal::Filtered(sim::Dependence::AddressAndPortDependent));
    assert_eq!(
        legs,
        [
            vec![
                leg(alice, inside, alices, servers, 0, arrived(10)),
                leg(outside, server, seen, servers, 10, arrived(30)),
            ],
            vec![
                leg(server, outside, servers, seen, 30, arrived(50)),
                leg(inside, alice, servers, alices, 50, arrived(60)),
            ],
            vec![
                leg(bob, Place::Router(right, Side::Inside), "10.0.0.2:5000", seen, 100, arrived(110)),
                leg(
                    Place::Router(right, Side::Outside),
                    outside,
                    bobs,
                    seen,
                    110,
                    End::Refused { at: ms(130), why: filtered },
                ),
            ],
        ]
    );
    let knock = &world.journeys()[2];
    assert_eq!(knock.dropped(), Some((outside, filtered)));
    assert_eq!(world.journey(knock.id).as_ref(), Some(knock));
}

#[test]
fn a_tap_sees_what_passes_it_and_its_comments_say_where_a_packet_ended() {
    let (world, [server, alice, _], [left, _]) = told("port-restricted-cone");
    let internet = Place::Network(world.internet());
    let inside = Place::Network(world.journeys()[0].legs[0].way.network);
    let seen =
        |place| -> Vec<String> { world.trace(place).events.iter().map(|one| text(&one.bytes)).collect() };
    assert_eq!(seen(Place::Host(alice)), ["hello", "hello"]);
    assert_eq!(seen(Place::Host(server)), ["hello", "hello"]);
    assert_eq!(seen(Place::Router(left, Side::Inside)), ["hello", "hello"]);
    assert_eq!(seen(Place::Router(left, Side::Outside)), ["hello", "hello", "knock"]);
    assert_eq!(seen(inside), ["hello", "hello"]);
    assert_eq!(seen(internet), ["hello", "hello", "knock"]);
    let trace = world.trace(internet);
    let sources: Vec<_> = trace.events.iter().map(|one| one.from.to_string()).collect();
    assert_eq!(sources, ["198.51.100.1:40000", "192.0.2.1:3478", "203.0.113.1:40000"]);
    let comments: Vec<_> = trace.events.iter().map(|one| one.comment.as_deref()).collect();
    let dropped = "dropped at the router of left: filtered (address and port-dependent): nobody inside wrote there before";
    assert_eq!(comments, [None, None, Some(dropped)]);
}

#[test]
fn a_capture_comes_back_from_a_file_as_it_was() {
    let (world, _, _) = told("symmetric");
    let trace = world.trace(Place::Network(world.internet()));
    let read = wire::trace::Trace::read(&crate::support::pcapng(&trace)).unwrap();
    let fields = |trace: &wire::trace::Trace| -> Vec<_> {
        let fields =
            |one: &wire::trace::Event| (one.at, one.from, one.to, one.bytes.clone(), one.comment.clone());
        trace.events.iter().map(fields).collect()
    };
    assert_eq!(fields(&read), fields(&trace));
    assert_eq!(fields(&read).len(), 3);
}

#[test]
fn an_icmp_error_tells_which_packet_it_is_about() {
    let mut world = World::new(1);
    let internet = world.internet();
    let host = Script::says([(0, "192.0.2.9:1000", "192.0.2.77:9", "anybody?")]);
    let host = world.host(host, internet, [at("192.0.2.9:0").ip()], Link::default());
    world.run(Limits::default(), |_| false);
    let [lost, told] = world.journeys().try_into().unwrap();
    assert_eq!(lost.dropped(), Some((Place::Network(internet), Reason::NoRoute)));
    assert_eq!(told.about, Some(lost.id));
    let Payload::Icmp(icmp) = &world.host_at(host).got[0].1.payload else { panic!("expected an ICMP error") };
    assert_eq!((icmp.error, icmp.to), (IcmpError::HostUnreachable, at("192.0.2.77:9")));
}

#[test]
fn a_doubled_packet_has_a_leg_for_each_copy() {
    let mut world = World::new(1);
    let internet = world.internet();
    let twice = Link { duplication: 1.0, ..Link::default() };
    let host = Script::says([(0, "192.0.2.9:1000", "192.0.2.1:9", "twice")]);
    world.host(host, internet, [at("192.0.2.9:0").ip()], twice);
    let taker = world.host(Script::silent(), internet, [at("192.0.2.1:0").ip()], Link::default());
    world.run(Limits::default(), |_| false);
    let [journey] = world.journeys().try_into().unwrap();
    assert_eq!(journey.legs.len(), 2);
    assert_eq!(world.host_at(taker).got.len(), 2);
    assert!(world.log().0.iter().any(|one| one.what == What::Duplicated));
}

#[test]
fn a_log_of_so_many_incidents_forgets_the_oldest_and_one_of_none_keeps_none() {
    for (most, kept) in [(0, 0), (3, 3)] {
        let mut world = World::new(1).with_log_of(most);
        let internet = world.internet();
        let host =
            Script::says([(0, "192.0.2.9:1", "192.0.2.1:9", "a"), (1, "192.0.2.9:1", "192.0.2.1:9", "b")]);
        world.host(host, internet, [at("192.0.2.9:0").ip()], Link::default());
        world.host(Script::silent(), internet, [at("192.0.2.1:0").ip()], Link::default());
        world.run(Limits::default(), |_| false);
        assert_eq!((world.log().0.len(), world.log().1), (kept, if most == 0 { 0 } else { 1 }));
    }
}

#[test]
fn a_journey_is_whole_or_left_out_however_short_the_log_is() {
    let (all, ..) = told("port-restricted-cone");
    let whole = all.journeys();
    for most in 1..=all.log().0.len() {
        let (world, ..) = told_in(World::new(3).with_log_of(most), "port-restricted-cone");
        for journey in world.journeys() {
            assert!(whole.contains(&journey), "with a log of {most}: {journey:?}");
            assert_eq!(world.journey(journey.id), Some(journey));
        }
    }
    let (world, ..) = told_in(World::new(3).with_log_of(7), "port-restricted-cone");
    assert_eq!(world.journeys(), whole[2..], "the last is all there");
    assert_eq!(world.journey(whole[0].id), None);
}

#[test]
fn of_a_packet_that_got_there_a_comment_says_that_only_a_copy_was_dropped() {
    let mut world = World::new(1);
    let internet = world.internet();
    let host = Script::says([(0, "192.0.2.9:1000", "192.0.2.1:9", "twice")]);
    let twice = Link { duplication: 1.0, ..Link::default() };
    let host = world.host(host, internet, [at("192.0.2.9:0").ip()], twice);
    // 33 bytes at one bit a second: the first takes minutes, and the second does not fit the queue.
    let slow = Link { rate: Some(1), ..Link::default() };
    world.host(Script::silent(), internet, [at("192.0.2.1:0").ip()], slow);
    let limits = Limits { time: Duration::from_secs(3600), ..Limits::default() };
    world.run(limits, |_| false);
    let trace = world.trace(Place::Host(host));
    let comments: Vec<_> = trace.events.iter().map(|one| one.comment.as_deref()).collect();
    assert_eq!(comments, [Some("a copy was dropped at a host on internet: the link's queue was full")]);
}
