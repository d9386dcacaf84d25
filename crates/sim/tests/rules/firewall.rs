//! Firewalls without translation, and IPv6: RFC 6092.

use std::net::IpAddr;
use std::time::Duration;

use sim::{
    Behavior, Dependence, Firewall, Flags, HostId, IcmpError, Limits, Link, Nat, Packet, Payload, Place,
    Prefix, Reason, Router, Segment, World,
};

use crate::support::{Script, at};

const INSIDE: &str = "[2001:db8:1::2]:5000";
const OUTSIDE: &str = "[2001:db8:f::1]:3478";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn udp(from: &str, to: &str) -> Packet {
    Packet::udp(at(from), at(to), *b"?")
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn rec_17_a_filter_lets_in_whom_its_dependence_allows_and_nobody_before_something_went_out() {
    let cases = [
        (Dependence::EndpointIndependent, [true, true, true]),
        (Dependence::AddressDependent, [true, true, false]),
        (Dependence::AddressAndPortDependent, [true, false, false]),
    ];
    let from = [OUTSIDE, "[2001:db8:f::1]:1", "[2001:db8:e::1]:3478"];
    for (filtering, expected) in cases {
        let mut firewall = Firewall::symmetric();
        firewall.filtering = filtering;
        let comes = |firewall: &mut Firewall| from.map(|one| firewall.lets_in(seconds(0), &udp(one, INSIDE)));
        assert_eq!(comes(&mut firewall), [false; 3]);
        // Flows of neighbors open nothing.
        assert!(firewall.lets_out(seconds(0), &udp("[2001:db8:1::2]:4999", OUTSIDE)));
        assert!(firewall.lets_out(seconds(0), &udp("[2001:db8:1::2]:5001", OUTSIDE)));
        assert_eq!(comes(&mut firewall), [false; 3]);
        assert!(firewall.lets_out(seconds(0), &udp(INSIDE, OUTSIDE)));
        assert_eq!(comes(&mut firewall), expected, "{filtering}");
    }
}

#[test]
fn rec_14_a_flow_lives_five_minutes_and_rec_16_what_goes_out_renews_it() {
    let mut firewall = Firewall::symmetric();
    let answers = |firewall: &mut Firewall, at| firewall.lets_in(seconds(at), &udp(OUTSIDE, INSIDE));
    firewall.lets_out(seconds(0), &udp(INSIDE, OUTSIDE));
    assert!(answers(&mut firewall, 300));
    firewall.lets_out(seconds(300), &udp(INSIDE, OUTSIDE));
    assert!(answers(&mut firewall, 600));
    assert!(!answers(&mut firewall, 601));
}

#[test]
fn it_remembers_so_many_flows_and_forgets_the_one_that_would_die_first() {
    let mut firewall = Firewall::symmetric();
    for n in 0..=Firewall::MOST {
        let to = format!("[2001:db8:f::{:x}]:{}", 1 + n / 1000, 1 + n % 1000);
        firewall.lets_out(Duration::from_millis(n as u64), &udp(INSIDE, &to));
    }
    assert!(!firewall.lets_in(seconds(5), &udp("[2001:db8:f::1]:1", INSIDE)));
    assert!(firewall.lets_in(seconds(5), &udp("[2001:db8:f::1]:2", INSIDE)));
}

#[test]
fn without_udp_none_passes_and_tcp_that_begins_inside_does() {
    let mut firewall = Firewall::without_udp();
    assert!(!firewall.lets_out(seconds(0), &udp(INSIDE, OUTSIDE)));
    assert!(!firewall.lets_in(seconds(0), &udp(OUTSIDE, INSIDE)));
    let tcp = |from, to, syn| {
        let flags = Flags { syn, ack: !syn, ..Flags::default() };
        Packet::tcp(at(from), at(to), Segment { flags, ..Segment::default() })
    };
    assert!(!firewall.lets_in(seconds(0), &tcp(OUTSIDE, INSIDE, true)), "nobody asked");
    assert!(!firewall.lets_out(seconds(0), &tcp(INSIDE, OUTSIDE, false)), "begins no connection");
    assert!(firewall.lets_out(seconds(0), &tcp(INSIDE, OUTSIDE, true)));
    assert!(firewall.lets_in(seconds(0), &tcp(OUTSIDE, INSIDE, true)));
    assert!(firewall.lets_in(seconds(2 * 3600), &tcp(OUTSIDE, INSIDE, false)), "REC-35");
}

#[test]
fn rec_18_an_icmp_error_comes_in_about_a_flow_that_is_known() {
    let mut firewall = Firewall::symmetric();
    let router = ip("2001:db8:aaaa::1");
    let error = udp(INSIDE, OUTSIDE).error(router, IcmpError::TooBig { mtu: 1280 }).unwrap();
    assert!(!firewall.lets_in(seconds(0), &error));
    firewall.lets_out(seconds(0), &udp(INSIDE, OUTSIDE));
    assert!(firewall.lets_in(seconds(0), &error));
}

/// A home with one IPv4 address, a NAT behind it, a prefix of IPv6 and a firewall; a server on both.
fn dual_stack(says: Script) -> (World<Script>, [HostId; 2]) {
    let mut world = World::new(1);
    let internet = world.internet();
    let prefixes: [Prefix; 2] = ["192.168.1.0/24", "2001:db8:1::/48"].map(|one| one.parse().unwrap());
    let network = world.network("home", prefixes);
    let router = Router {
        nat: Some(Nat::new(Behavior::SYMMETRIC, [ip("198.51.100.1")])),
        firewall: Some(Firewall::symmetric()),
        silent: false,
    };
    let router =
        world.router(router, (network, ip("192.168.1.1")), (internet, ip("198.51.100.1")), Link::default());
    world.address(Place::Router(router, sim::Side::Inside), ip("2001:db8:1::1"));
    world.address(Place::Router(router, sim::Side::Outside), ip("2001:db8:ffff::1"));
    let addresses = [ip("192.168.1.2"), ip("2001:db8:1::2")];
    let host = world.host(says, network, addresses, Link::default());
    let server = Script { echoes: true, ..Script::says([(900, OUTSIDE, "[2001:db8:1::2]:9", "a stranger")]) };
    let server = world.host(server, internet, [ip("192.0.2.1"), at(OUTSIDE).ip()], Link::default());
    (world, [host, server])
}

#[test]
fn one_router_translates_ipv4_and_routes_ipv6_by_prefix() {
    let says = [(0, "192.168.1.2:5000", "192.0.2.1:3478", "four"), (100, INSIDE, OUTSIDE, "six")];
    let (mut world, [host, server]) = dual_stack(Script::says(says));
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(host).texts(), ["four", "six"]);
    let sources: Vec<_> = world.host_at(server).got.iter().map(|(_, one)| one.from.to_string()).collect();
    assert_eq!(sources, ["198.51.100.1:40000", INSIDE]);
    let stranger = world.journeys().into_iter().find_map(|journey| journey.dropped());
    assert_eq!(stranger.map(|(_, why)| why), Some(Reason::BlockedIn));
}

#[test]
fn an_icmpv6_error_bears_the_routers_address_of_its_own_family() {
    let last = Packet { hops: 1, ..udp(INSIDE, OUTSIDE) };
    let (mut world, [host, _]) = dual_stack(Script::sends([(Duration::ZERO, last)]));
    world.run(Limits { time: seconds(0) + Duration::from_millis(800), events: 100 }, |_| false);
    let [(_, told)] = &world.host_at(host).got[..] else { panic!("expected one packet") };
    assert_eq!(told.from.ip(), ip("2001:db8:1::1"));
    assert!(matches!(&told.payload, Payload::Icmp(icmp) if icmp.error == IcmpError::TimeExceeded));
}

#[test]
fn prefixes_behind_prefixes_are_known_outside() {
    let mut world = World::new(1);
    let internet = world.internet();
    let prefix = |text: &str| -> Prefix { text.parse().unwrap() };
    let site = world.network("site", [prefix("2001:db8:1::/48")]);
    let lab = world.network("lab", [prefix("2001:db8:1:7::/64")]);
    let link = Link::default();
    world.router(
        Router::plain(),
        (site, ip("2001:db8:1::1")),
        (internet, ip("2001:db8:f::fe")),
        link.clone(),
    );
    world.router(Router::plain(), (lab, ip("2001:db8:1:7::1")), (site, ip("2001:db8:1::fe")), link.clone());
    let inner = world.host(Script::echo(), lab, [ip("2001:db8:1:7::2")], link.clone());
    let neighbor = Script::says([(50, "[2001:db8:1::2]:1", "[2001:db8:1:7::2]:1", "from the site")]);
    let neighbor = world.host(neighbor, site, [ip("2001:db8:1::2")], link.clone());
    let outer = Script::says([(0, OUTSIDE, "[2001:db8:1:7::2]:1", "from outside")]);
    let outer = world.host(outer, internet, [at(OUTSIDE).ip()], link);
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(inner).texts(), ["from outside", "from the site"]);
    assert_eq!(world.host_at(outer).texts(), ["from outside"]);
    assert_eq!(world.host_at(neighbor).texts(), ["from the site"]);
}

#[test]
fn of_two_routers_the_one_with_the_longer_prefix_gets_the_packet_rfc_1812_section_5_2_4_3() {
    let mut world = World::new(1);
    let internet = world.internet();
    let mut place = |prefix: &str, gateway: &str, host: &str, outside: &str| {
        let prefix: Prefix = prefix.parse().unwrap();
        let network = world.network(prefix.to_string(), [prefix]);
        let (inside, outside) = ((network, ip(gateway)), (internet, ip(outside)));
        world.router(Router::plain(), inside, outside, Link::default());
        world.host(Script::silent(), network, [ip(host)], Link::default())
    };
    let far = place("2001:db8:1::/48", "2001:db8:1::1", "2001:db8:1::2", "2001:db8:f::fe");
    let near = place("2001:db8:1:7::/64", "2001:db8:1:7::1", "2001:db8:1:7::2", "2001:db8:f::fd");
    let says = Script::says([
        (0, OUTSIDE, "[2001:db8:1::2]:1", "to the wide one"),
        (0, OUTSIDE, "[2001:db8:1:7::2]:1", "to the narrow one"),
    ]);
    world.host(says, internet, [at(OUTSIDE).ip()], Link::default());
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(far).texts(), ["to the wide one"]);
    assert_eq!(world.host_at(near).texts(), ["to the narrow one"]);
}
