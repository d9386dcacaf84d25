//! ICMP errors across NATs: RFC 5508, on a bench and on the way.

use std::net::IpAddr;

use sim::{
    Behavior, Edge, Home, IcmpError, Limits, Link, Packet, Payload, Place, Reason, Refusal, Side, World,
};

use crate::support::{Bench, Script, at};

const X: &str = "10.0.0.2:5000";
const Y: &str = "192.0.2.1:1000";

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// What an ICMP error says: from and to of itself, and of the packet that it quotes.
fn said(packet: &Packet) -> [String; 4] {
    let Payload::Icmp(icmp) = &packet.payload else { panic!("expected an ICMP error, found {packet:?}") };
    [packet.from.ip().to_string(), packet.to.ip().to_string(), icmp.from.to_string(), icmp.to.to_string()]
}

#[test]
fn req_4_an_error_from_outside_quotes_what_the_host_inside_sent_section_4_2_1() {
    let mut bench = Bench::new(Behavior::SYMMETRIC);
    let sent = bench.send(&Packet::udp(at(X), at(Y), *b"out")).unwrap();
    let error = sent.error(ip("203.0.113.9"), IcmpError::TimeExceeded).unwrap();
    assert_eq!(said(&error), ["203.0.113.9", "198.51.100.1", "198.51.100.1:40000", Y]);
    assert_eq!(said(&bench.take(&error).unwrap()), ["203.0.113.9", "10.0.0.2", X, Y]);
}

#[test]
fn req_4_an_error_about_no_mapping_is_dropped_in_silence_section_4_2_1() {
    let mut bench = Bench::new(Behavior::FULL_CONE);
    let never = Packet::udp(at("198.51.100.1:40000"), at(Y), *b"never sent");
    let error = never.error(ip("203.0.113.9"), IcmpError::PortUnreachable).unwrap();
    assert_eq!(bench.take(&error), Err(Refusal::NoMapping));
}

#[test]
fn req_5_an_error_from_inside_shows_nothing_of_the_inside_section_4_2_2() {
    for behavior in Behavior::all() {
        let mut bench = Bench::new(behavior);
        let external = bench.goes(X, "192.0.2.7:7").unwrap();
        let toward = bench.goes(X, Y).unwrap();
        let came = bench.take(&Packet::udp(at(Y), toward, *b"in")).unwrap();
        let error = came.error(ip("10.0.0.2"), IcmpError::PortUnreachable).unwrap();
        let goes = bench.send(&error).unwrap();
        assert_eq!(said(&goes), ["198.51.100.1", "192.0.2.1", Y, &toward.to_string()]);
        assert_eq!(bench.nat.mappings(bench.now).count(), if external == toward { 1 } else { 2 });
    }
}

#[test]
fn req_7_an_error_about_a_hairpinned_packet_finds_its_way_section_5() {
    let mut bench = Bench::new(Behavior::FULL_CONE);
    let [ours, theirs] = [X, "10.0.0.3:6000"].map(|x| bench.goes(x, Y).unwrap());
    let turned = bench.turn(&Packet::udp(at(X), theirs, *b"hairpin")).unwrap();
    let error = turned.error(ip("10.0.0.3"), IcmpError::PortUnreachable).unwrap();
    assert_eq!(said(&error), ["10.0.0.3", "198.51.100.1", &ours.to_string(), "10.0.0.3:6000"]);
    let told = bench.turn(&error).unwrap();
    assert_eq!(said(&told), ["198.51.100.1", "10.0.0.2", X, &theirs.to_string()]);
}

#[test]
fn there_is_no_error_about_an_error_rfc_1122_section_3_2_2() {
    let error = Packet::udp(at(X), at(Y), *b"out").error(ip("203.0.113.9"), IcmpError::TimeExceeded);
    assert_eq!(error.unwrap().error(ip("203.0.113.9"), IcmpError::TimeExceeded), None);
}

/// Two NATs in a row between a host and the internet, and what the host gets.
fn behind_two(packet: Packet, change: impl FnOnce(&mut World<Script>)) -> (World<Script>, Vec<[String; 4]>) {
    let mut world = World::new(1);
    let edge: Edge = "eim-apdf+apdm-apdf".parse().unwrap();
    let behind = world.behind(&edge, &Home::LEFT, Link::default());
    let host = Script::sends([(std::time::Duration::ZERO, packet)]);
    let host = world.host(host, behind.network, [behind.address], Link::default());
    let server = Script::silent();
    let internet = world.internet();
    world.host(server, internet, [at(Y).ip()], Link { mtu: 600, ..Link::default() });
    change(&mut world);
    world.run(Limits::default(), |_| false);
    let got = world.host_at(host).got.iter().map(|(_, packet)| said(packet)).collect();
    (world, got)
}

const HOST: &str = "192.168.1.2:5000";

#[test]
fn an_error_comes_back_through_every_nat_on_the_way() {
    let nobody = "192.0.2.99:9";
    let (_, got) = behind_two(Packet::udp(at(HOST), at(nobody), *b"?"), |_| ());
    assert_eq!(got, [["100.64.1.1", "192.168.1.2", HOST, nobody]], "the carrier's router knows of no way");
}

#[test]
fn the_far_end_of_a_narrow_link_tells_the_sender() {
    let (_, got) = behind_two(Packet::udp(at(HOST), at(Y), vec![0; 700]), |_| ());
    assert_eq!(got, [["192.0.2.1", "192.168.1.2", HOST, Y]]);
}

#[test]
fn hops_run_out_one_router_further_each_time_as_traceroute_counts_on() {
    for (hops, router) in [(1, Some("192.168.1.1")), (2, Some("100.64.1.1")), (3, None)] {
        let packet = Packet { hops, ..Packet::udp(at(HOST), at(Y), *b"trace") };
        let (world, got) = behind_two(packet, |_| ());
        let from: Vec<_> = got.iter().map(|said| said[0].as_str()).collect();
        assert_eq!(from, Vec::from_iter(router), "{hops} hops");
        let reasons: Vec<_> = world.journeys().iter().filter_map(sim::Journey::dropped).collect();
        assert_eq!(reasons.len(), usize::from(router.is_some()));
    }
}

#[test]
fn a_packet_that_comes_with_its_last_hop_is_told_to_its_sender_outside() {
    let mut world = World::new(1);
    let edge: Edge = "full-cone".parse().unwrap();
    let behind = world.behind(&edge, &Home::LEFT, Link::default());
    let last = Packet { hops: 1, ..Packet::udp(at(Y), at("198.51.100.1:40000"), *b"last") };
    let sender = Script::sends([(std::time::Duration::ZERO, last)]);
    let internet = world.internet();
    let sender = world.host(sender, internet, [at(Y).ip()], Link::default());
    world.run(Limits::default(), |_| false);
    let [(_, told)] = &world.host_at(sender).got[..] else { panic!("expected one packet") };
    assert_eq!(said(told), ["198.51.100.1", "192.0.2.1", Y, "198.51.100.1:40000"]);
    let place = Place::Router(behind.routers[0], Side::Outside);
    assert_eq!(world.journeys()[0].dropped(), Some((place, Reason::TooManyHops)));
}

#[test]
fn a_full_table_is_host_unreachable_and_a_nat_that_does_not_hairpin_says_prohibited_rfc_6888_req_11() {
    let told = |behavior: Behavior, to: [&str; 2]| {
        let mut world = World::new(1);
        let behind = world.behind(&Edge::Nat(behavior), &Home::LEFT, Link::default());
        let send = to.map(|to| (std::time::Duration::ZERO, Packet::udp(at(HOST), at(to), *b"?")));
        let host = world.host(Script::sends(send), behind.network, [behind.address], Link::default());
        let internet = world.internet();
        world.host(Script::silent(), internet, [at(Y).ip()], Link::default());
        world.run(Limits::default(), |_| false);
        let errors = world.host_at(host).got.iter().map(|(_, packet)| match &packet.payload {
            Payload::Icmp(icmp) => icmp.error,
            other => panic!("expected an ICMP error, found {other:?}"),
        });
        errors.collect::<Vec<_>>()
    };
    let one = Behavior { ports_per_host: Some(1), ..Behavior::SYMMETRIC };
    assert_eq!(told(one, [Y, "192.0.2.1:1001"]), [IcmpError::HostUnreachable]);
    let none = Behavior { hairpinning: sim::Hairpinning::None, ..Behavior::FULL_CONE };
    assert_eq!(told(none, [Y, "198.51.100.1:40000"]), [IcmpError::Prohibited]);
}
