//! A carrier's NAT with many homes behind it: RFC 6888, and addresses of RFC 6598.

use std::net::IpAddr;

use sim::{
    Behavior, Hairpinning, HostId, Limits, Link, Nat, NetworkId, Prefix, Refusal, Router, RouterId, World,
};

use crate::support::{Bench, Script, at};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

const SERVER: &str = "192.0.2.1:3478";

#[test]
fn req_4_a_subscriber_gets_so_many_ports_and_another_still_gets_some() {
    let mut bench = Bench::new(Behavior { ports_per_host: Some(3), ..Behavior::SYMMETRIC });
    let to = |n| format!("192.0.2.1:{n}");
    for n in 1..=3 {
        bench.goes("100.64.0.2:5000", &to(n)).unwrap();
    }
    assert_eq!(bench.goes("100.64.0.2:6000", &to(4)), Err(Refusal::TooManyPorts));
    assert!(bench.goes("100.64.0.2:5000", &to(3)).is_ok(), "what is there stays (REQ-11d)");
    assert!(bench.goes("100.64.0.3:5000", &to(4)).is_ok());
    bench.after(300);
    assert!(bench.goes("100.64.0.2:6000", &to(4)).is_ok(), "ports come back");
}

#[test]
fn a_table_that_is_full_keeps_what_it_holds_req_11d() {
    let mut bench = Bench::new(Behavior::FULL_CONE);
    let inside = |n: usize| format!("100.64.{}.{}:{}", n / 256 / 64, n / 64 % 256, 5000 + n % 64);
    for n in 0..Nat::MOST {
        bench.goes(&inside(n), SERVER).unwrap();
    }
    assert_eq!(bench.goes("100.65.0.1:1", SERVER), Err(Refusal::TableFull));
    assert_eq!(bench.live(), Nat::MOST);
    assert!(bench.goes(&inside(0), SERVER).is_ok());
}

/// Two homes behind one carrier: home NATs with addresses of 100.64.0.0/10 outside.
fn homes(carrier: Behavior) -> (World<Script>, [HostId; 2], [RouterId; 3]) {
    let mut world = World::new(1);
    let internet = world.internet();
    let link = Link::default();
    let shared: Prefix = "100.64.0.0/10".parse().unwrap();
    let shared = world.network("carrier", [shared]);
    let nat = |behavior, outside| Router::nat(Nat::new(behavior, [ip(outside)]));
    let outer = world.router(
        nat(carrier, "198.51.100.1"),
        (shared, ip("100.64.0.1")),
        (internet, ip("198.51.100.1")),
        link.clone(),
    );
    world.host(Script::echo(), internet, [at(SERVER).ip()], link.clone());
    let mut home = |name: &str, outside: &'static str| -> (NetworkId, RouterId) {
        let prefix: Prefix = "192.168.1.0/24".parse().unwrap();
        let network = world.network(name, [prefix]);
        let nat = nat(Behavior::PORT_RESTRICTED_CONE, outside);
        let router = world.router(nat, (network, ip("192.168.1.1")), (shared, ip(outside)), link.clone());
        (network, router)
    };
    let [(first, one), (second, two)] = [home("first", "100.64.0.2"), home("second", "100.64.0.3")];
    let says = |other: &'static str| {
        Script::says([
            (0, "192.168.1.2:5000", SERVER, "who am I?"),
            (100, "192.168.1.2:5000", other, "knock"),
            (200, "192.168.1.2:5000", other, "hello"),
        ])
    };
    // A sequential NAT gives 40000 to whoever comes first, 40001 to the next.
    let hosts = [
        world.host(says("198.51.100.1:40001"), first, [ip("192.168.1.2")], link.clone()),
        world.host(says("198.51.100.1:40000"), second, [ip("192.168.1.2")], link.clone()),
    ];
    (world, hosts, [one, two, outer])
}

#[test]
fn two_homes_of_one_carrier_meet_by_hairpinning_and_not_without() {
    for (hairpinning, heard) in [(Hairpinning::ExternalSource, true), (Hairpinning::None, false)] {
        let (mut world, hosts, _) = homes(Behavior { hairpinning, ..Behavior::FULL_CONE });
        world.run(Limits::default(), |_| false);
        for host in hosts {
            let texts = world.host_at(host).texts();
            assert_eq!(texts[0], "who am I?", "both homes have the same addresses inside");
            assert_eq!(texts.contains(&"hello".to_owned()), heard, "{texts:?}");
        }
    }
}

#[test]
fn two_homes_of_a_carrier_that_shows_internal_sources_do_not_meet() {
    let hairpinning = Hairpinning::InternalSource;
    let (mut world, hosts, _) = homes(Behavior { hairpinning, ..Behavior::FULL_CONE });
    world.run(Limits::default(), |_| false);
    // Each home's filter knows 198.51.100.1, and the packets come from 100.64.0.x.
    for host in hosts {
        assert_eq!(world.host_at(host).texts(), ["who am I?"]);
    }
}

#[test]
fn behind_two_nats_the_world_sees_the_outer_one_only() {
    let (mut world, _, [one, _, outer]) = homes(Behavior::FULL_CONE);
    world.run(Limits::default(), |_| false);
    let internal = |router| -> Vec<String> {
        world.nat(router).unwrap().mappings(world.now()).map(|one| one.internal.ip().to_string()).collect()
    };
    assert_eq!(internal(one), ["192.168.1.2"]);
    assert_eq!(internal(outer), ["100.64.0.2", "100.64.0.3"]);
}

#[test]
fn two_hosts_behind_one_nat_talk_without_it() {
    let mut world = World::new(1);
    let edge: sim::Edge = "symmetric".parse().unwrap();
    let behind = world.behind(&edge, &sim::Home::LEFT, Link::default());
    let first = Script::says([(0, "192.168.1.2:1", "192.168.1.3:1", "neighbor")]);
    world.host(first, behind.network, [ip("192.168.1.2")], Link::default());
    let second = world.host(Script::silent(), behind.network, [ip("192.168.1.3")], Link::default());
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(second).texts(), ["neighbor"]);
    assert_eq!(world.nat(behind.routers[0]).unwrap().mappings(world.now()).count(), 0);
}
