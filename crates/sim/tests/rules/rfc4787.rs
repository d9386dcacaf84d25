//! RFC 4787's requirements, one after the other: what a NAT does with UDP.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use sim::{
    Behavior, Dependence, Hairpinning, IcmpError, Limits, Link, Nat, Packet, Payload, Pooling,
    PortAssignment, Reason, Refresh, Refusal, Router, World,
};

use crate::support::{Bench, Script, at};

use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

const X: &str = "10.0.0.2:5000";
const Y1: &str = "192.0.2.1:1000";
const Y1_OTHER_PORT: &str = "192.0.2.1:1001";
const Y2: &str = "192.0.2.2:1000";

#[test]
fn req_1_a_mapping_is_reused_as_far_as_its_dependence_looks_section_4_1() {
    // Whether a packet to Y1 again, to another port of it, and to another address leaves by the same external endpoint.
    let cases = [
        (EndpointIndependent, [true, true, true]),
        (AddressDependent, [true, true, false]),
        (AddressAndPortDependent, [true, false, false]),
    ];
    for (mapping, expected) in cases {
        for filtering in Dependence::ALL {
            let mut bench = Bench::new(Behavior::of(mapping, filtering));
            let first = bench.goes(X, Y1).unwrap();
            let same = [Y1, Y1_OTHER_PORT, Y2].map(|to| bench.goes(X, to).unwrap() == first);
            assert_eq!(same, expected, "{mapping}, {filtering}");
        }
    }
}

#[test]
fn req_1_another_internal_endpoint_never_shares_a_mapping_section_4_1() {
    for behavior in Behavior::all() {
        let mut bench = Bench::new(behavior);
        let endpoints = ["10.0.0.2:5000", "10.0.0.2:5001", "10.0.0.3:5000"];
        let external: BTreeSet<_> = endpoints.iter().map(|x| bench.goes(x, Y1).unwrap()).collect();
        assert_eq!(external.len(), 3);
    }
}

#[test]
fn req_2_pooling_gives_a_host_one_address_if_paired_and_any_if_arbitrary_section_4_1() {
    for (pooling, addresses) in [(Pooling::Paired, 1), (Pooling::Arbitrary, 3)] {
        let behavior = Behavior { pooling, ..Behavior::FULL_CONE };
        let mut bench = Bench::of_pool(behavior, ["198.51.100.1", "198.51.100.2", "198.51.100.3"]);
        for host in ["10.0.0.2", "10.0.0.3"] {
            let of_host = (0..9).map(|port| bench.goes(&format!("{host}:{}", 5000 + port), Y1).unwrap().ip());
            assert_eq!(of_host.collect::<BTreeSet<_>>().len(), addresses, "{pooling:?}");
        }
    }
    let mut bench = Bench::of_pool(Behavior::FULL_CONE, ["198.51.100.1", "198.51.100.2"]);
    let hosts = ["10.0.0.2:1", "10.0.0.3:1"].map(|x| bench.goes(x, Y1).unwrap().ip());
    assert_ne!(hosts[0], hosts[1], "two hosts share the pool");
}

#[test]
fn req_3_no_two_live_mappings_share_an_external_endpoint_section_4_2_1() {
    for ports in [PortAssignment::Preserving, PortAssignment::Sequential, PortAssignment::Random] {
        let mut bench = Bench::new(Behavior { ports, ..Behavior::SYMMETRIC });
        let external: BTreeSet<_> = (0..2000)
            .map(|n| bench.goes(&format!("10.0.{}.2:5000", n / 100), &format!("192.0.2.1:{}", 1 + n % 100)))
            .map(Result::unwrap)
            .collect();
        assert_eq!(external.len(), 2000, "{ports:?}");
    }
}

#[test]
fn req_3_port_preservation_gives_way_in_a_collision_section_4_2_1() {
    let mut bench = Bench::new(Behavior { ports: PortAssignment::Preserving, ..Behavior::FULL_CONE });
    assert_eq!(bench.goes("10.0.0.2:5000", Y1).unwrap().port(), 5000);
    assert_ne!(bench.goes("10.0.0.3:5000", Y1).unwrap().port(), 5000);
    assert_eq!(bench.goes("10.0.0.3:5001", Y1).unwrap().port(), 5001);
}

#[test]
fn req_3_sequential_ports_follow_each_other_and_random_ones_do_not_section_4_2_1() {
    let steps = |ports| {
        let mut bench = Bench::new(Behavior { ports, ..Behavior::FULL_CONE });
        let given = |n| bench.goes(&format!("10.0.0.2:{}", 5000 + n), Y1).unwrap().port();
        let given: Vec<u16> = (0..100).map(given).collect();
        given.windows(2).filter(|pair| pair[1] == pair[0].wrapping_add(1)).count()
    };
    assert_eq!(steps(PortAssignment::Sequential), 99);
    assert!(steps(PortAssignment::Random) < 5);
}

#[test]
fn req_3a_a_well_known_port_becomes_a_well_known_one_and_no_other_does_section_4_2_1() {
    for ports in [PortAssignment::Preserving, PortAssignment::Sequential, PortAssignment::Random] {
        let mut bench = Bench::new(Behavior { ports, ..Behavior::FULL_CONE });
        for (internal, well_known) in [(1, true), (500, true), (1023, true), (1024, false), (65535, false)] {
            for host in 2..12 {
                let external = bench.goes(&format!("10.0.0.{host}:{internal}"), Y1).unwrap().port();
                assert_eq!((1..1024).contains(&external), well_known, "{ports:?}: {internal} to {external}");
            }
        }
    }
}

#[test]
fn req_3a_where_no_port_of_the_range_is_free_there_is_no_mapping_section_4_2_1() {
    let mut bench = Bench::new(Behavior::SYMMETRIC);
    for n in 1..=1023 {
        bench.goes("10.0.0.2:7", &format!("192.0.2.1:{n}")).unwrap();
    }
    assert_eq!(bench.goes("10.0.0.2:7", "192.0.2.1:2000"), Err(Refusal::NoPort));
    assert!(bench.goes("10.0.0.2:7000", "192.0.2.1:2000").is_ok());
}

#[test]
fn req_4_parity_is_kept_where_that_is_asked_for_section_4_2_2() {
    for ports in [PortAssignment::Preserving, PortAssignment::Sequential, PortAssignment::Random] {
        let mut bench = Bench::new(Behavior { ports, keeps_parity: true, ..Behavior::SYMMETRIC });
        for n in 0..200_u16 {
            let internal = 5000 + n % 2;
            let external =
                bench.goes(&format!("10.0.0.2:{internal}"), &format!("192.0.2.1:{}", n + 1)).unwrap();
            assert_eq!(external.port() % 2, internal % 2, "{ports:?}");
        }
    }
}

#[test]
fn req_5_a_mapping_lives_no_less_than_two_minutes_and_five_unless_asked_section_4_3() {
    for behavior in Behavior::all() {
        assert!(behavior.lifetime >= Duration::from_secs(300));
        let mut bench = Bench::new(behavior);
        bench.goes(X, Y1).unwrap();
        assert_eq!(bench.after(299).live(), 1);
        assert_eq!(bench.after(1).live(), 0);
    }
    let asked = Behavior { lifetime: Duration::from_secs(30), ..Behavior::FULL_CONE };
    let mut bench = Bench::new(asked);
    let external = bench.goes(X, Y1).unwrap();
    assert_eq!(bench.after(29).comes(Y1, external), Ok(at(X)));
    assert_eq!(bench.after(1).comes(Y1, external), Err(Refusal::NoMapping));
}

#[test]
fn req_6_what_goes_out_refreshes_and_what_comes_in_does_so_where_asked_section_4_3() {
    let cases = [(true, false), (false, true), (true, true), (false, false)];
    for (outbound, inbound) in cases {
        let behavior = Behavior { refresh: Refresh { outbound, inbound }, ..Behavior::FULL_CONE };
        let lives = |goes_out: bool| {
            let mut bench = Bench::new(behavior.clone());
            let external = bench.goes(X, Y1).unwrap();
            bench.after(200);
            if goes_out {
                bench.goes(X, Y1).unwrap();
            } else {
                bench.comes(Y1, external).unwrap();
            }
            bench.after(200).live() == 1
        };
        assert_eq!((lives(true), lives(false)), (outbound, inbound));
    }
}

#[test]
fn req_6_what_the_filter_refuses_refreshes_nothing_section_4_3() {
    let refresh = Refresh { outbound: true, inbound: true };
    let mut bench = Bench::new(Behavior { refresh, ..Behavior::PORT_RESTRICTED_CONE });
    let external = bench.goes(X, Y1).unwrap();
    assert!(bench.after(200).comes(Y2, external).is_err());
    assert_eq!(bench.after(100).live(), 0);
}

#[test]
fn req_7_a_nat_serves_hosts_whose_addresses_are_those_of_its_own_outside_section_4_4() {
    let mut world = World::new(1);
    let internet = world.internet();
    let link = Link::of(Duration::from_millis(1));
    let prefix: sim::Prefix = "192.168.1.0/24".parse().unwrap();
    let (outer, inner) = (world.network("outer", [prefix]), world.network("inner", [prefix]));
    let nat = |outside: &str| Router::nat(Nat::new(Behavior::FULL_CONE, [ip(outside)]));
    world.router(
        nat("198.51.100.1"),
        (outer, ip("192.168.1.1")),
        (internet, ip("198.51.100.1")),
        link.clone(),
    );
    world.router(nat("192.168.1.2"), (inner, ip("192.168.1.1")), (outer, ip("192.168.1.2")), link.clone());
    let host = Script::says([(0, "192.168.1.2:5000", Y1, "my router has my address")]);
    let host = world.host(host, inner, [ip("192.168.1.2")], link.clone());
    world.host(Script::echo(), internet, [at(Y1).ip()], link);
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(host).texts(), ["my router has my address"]);
}

fn ip(text: &str) -> std::net::IpAddr {
    text.parse().unwrap()
}

#[test]
fn req_8_the_filter_lets_in_whom_its_dependence_allows_section_5() {
    // Who comes in after X wrote to Y1: Y1, another port of it, another address.
    let cases = [
        (EndpointIndependent, [true, true, true]),
        (AddressDependent, [true, true, false]),
        (AddressAndPortDependent, [true, false, false]),
    ];
    for (filtering, expected) in cases {
        for mapping in Dependence::ALL {
            let mut bench = Bench::new(Behavior::of(mapping, filtering));
            let external = bench.goes(X, Y1).unwrap();
            let comes = [Y1, Y1_OTHER_PORT, Y2].map(|from| bench.comes(from, external));
            let refused = Err(Refusal::Filtered(filtering));
            assert_eq!(comes, expected.map(|comes| if comes { Ok(at(X)) } else { refused }), "{mapping}");
        }
    }
}

#[test]
fn req_8_one_mapping_for_all_remotes_is_open_to_each_that_was_written_to_section_5() {
    let mut bench = Bench::new(Behavior::PORT_RESTRICTED_CONE);
    let external = bench.goes(X, Y1).unwrap();
    assert!(bench.comes(Y2, external).is_err());
    bench.goes(X, Y2).unwrap();
    assert_eq!([Y1, Y2].map(|from| bench.comes(from, external)), [Ok(at(X)), Ok(at(X))]);
}

#[test]
fn req_8_the_filter_of_one_mapping_knows_nothing_of_what_another_of_the_same_endpoint_wrote_section_5() {
    let mut bench = Bench::new(Behavior::SYMMETRIC);
    let [to_y1, to_y2] = [Y1, Y2].map(|to| bench.goes(X, to).unwrap());
    assert_eq!(bench.comes(Y2, to_y2), Ok(at(X)));
    assert_eq!(bench.comes(Y2, to_y1), Err(Refusal::Filtered(AddressAndPortDependent)));
}

#[test]
fn req_8_nobody_comes_in_where_there_is_no_mapping_section_5() {
    for behavior in Behavior::all() {
        let mut bench = Bench::new(behavior);
        assert_eq!(bench.comes(Y1, at("198.51.100.1:40000")), Err(Refusal::NoMapping));
    }
}

#[test]
fn req_8_the_filter_remembers_so_many_remotes_and_forgets_the_oldest_section_5() {
    let mut bench = Bench::new(Behavior::PORT_RESTRICTED_CONE);
    let external = bench.goes(X, Y1).unwrap();
    for n in 0..256 {
        bench.goes(X, &format!("192.0.2.9:{}", n + 1)).unwrap();
    }
    assert!(bench.comes(Y1, external).is_err());
    assert_eq!(bench.comes("192.0.2.9:1", external), Ok(at(X)));
}

#[test]
fn req_9_two_inside_meet_by_their_external_addresses_and_see_the_source_that_is_asked_for_section_6() {
    let other = "10.0.0.3:6000";
    let meet = |hairpinning| {
        let mut bench = Bench::new(Behavior { hairpinning, ..Behavior::FULL_CONE });
        let [ours, theirs] = [X, other].map(|x| bench.goes(x, Y1).unwrap());
        let turned = bench.turn(&Packet::udp(at(X), theirs, *b"hairpin"));
        (ours, turned.map(|packet| (packet.from, packet.to)))
    };
    let (ours, met) = meet(Hairpinning::ExternalSource);
    assert_eq!(met, Ok((ours, at(other))));
    let (_, met) = meet(Hairpinning::InternalSource);
    assert_eq!(met, Ok((at(X), at(other))));
    let (_, met) = meet(Hairpinning::None);
    assert_eq!(met, Err(Refusal::NoHairpinning));
}

#[test]
fn req_9_a_hairpinned_packet_passes_the_filter_as_one_from_outside_section_6() {
    let mut bench = Bench::new(Behavior::PORT_RESTRICTED_CONE);
    let [ours, theirs] = [X, "10.0.0.3:6000"].map(|x| bench.goes(x, Y1).unwrap());
    let knock = Packet::udp(at(X), theirs, *b"knock");
    assert_eq!(bench.turn(&knock), Err(Refusal::Filtered(AddressAndPortDependent)));
    // The other writes to us: refused, but now its filter knows us.
    let answer = Packet::udp(at("10.0.0.3:6000"), ours, *b"answer");
    assert!(bench.turn(&answer).is_ok(), "we wrote to it before");
    assert!(bench.turn(&knock).is_ok());
}

#[test]
fn req_10_no_gateway_for_any_application_looks_into_a_payload_section_7() {
    let mut bench = Bench::new(Behavior::FULL_CONE);
    // The internal address in clear, as SDP, STUN's MAPPED-ADDRESS and SIP would carry it.
    let payload = b"10.0.0.2:5000 \x0a\x00\x00\x02\x13\x88".to_vec();
    let sent = bench.send(&Packet::udp(at(X), at(Y1), payload.clone())).unwrap();
    assert_eq!(sent.payload, Payload::Udp(payload.into()));
}

#[test]
fn req_11_a_port_collision_changes_nothing_about_mapping_and_filtering_section_8() {
    for behavior in Behavior::all() {
        let mut bench = Bench::new(Behavior { ports: PortAssignment::Preserving, ..behavior.clone() });
        // The primary, secondary and tertiary behavior: three hosts with the same port.
        let hosts = ["10.0.0.2:5000", "10.0.0.3:5000", "10.0.0.4:5000"];
        let seen = hosts.map(|x| {
            let externals = [Y1, Y1_OTHER_PORT, Y2].map(|to| bench.goes(x, to).unwrap());
            let stranger =
                ["192.0.2.1:7", "192.0.2.7:1000"].map(|from| bench.comes(from, externals[0]).is_ok());
            (externals.map(|one| one == externals[0]), stranger)
        });
        assert_eq!(seen[0], seen[1], "{behavior:?}");
        assert_eq!(seen[0], seen[2], "{behavior:?}");
    }
}

#[test]
fn req_11_the_same_seed_gives_the_same_ports_section_8() {
    let given = || -> Vec<SocketAddr> {
        let mut bench = Bench::new(Behavior { ports: PortAssignment::Random, ..Behavior::SYMMETRIC });
        (1..50).map(|n| bench.goes(X, &format!("192.0.2.1:{n}")).unwrap()).collect()
    };
    assert_eq!(given(), given());
}

#[test]
fn req_12_an_icmp_error_ends_no_mapping_and_may_come_from_any_router_section_9() {
    let mut bench = Bench::new(Behavior::SYMMETRIC);
    let sent = bench.send(&Packet::udp(at(X), at(Y1), *b"out")).unwrap();
    let errors = [
        IcmpError::HostUnreachable,
        IcmpError::PortUnreachable,
        IcmpError::Prohibited,
        IcmpError::TimeExceeded,
        IcmpError::TooBig { mtu: 1280 },
    ];
    for error in errors {
        let told = bench.take(&sent.error(ip("203.0.113.77"), error).unwrap()).unwrap();
        let Payload::Icmp(icmp) = told.payload else { panic!("expected an ICMP error") };
        assert_eq!((icmp.error, icmp.from, icmp.to), (error, at(X), at(Y1)));
        assert_eq!(bench.live(), 1);
    }
    bench.after(299);
    bench.take(&sent.error(ip("203.0.113.77"), errors[0]).unwrap()).unwrap();
    assert_eq!(bench.after(1).live(), 0, "nor does it refresh one");
}

#[test]
fn req_13_what_does_not_fit_the_link_outside_is_told_to_the_host_inside_section_10() {
    let mut world = World::new(1);
    let edge: sim::Edge = "full-cone".parse().unwrap();
    let behind = world.behind(&edge, &sim::Home::LEFT, Link { mtu: 1000, ..Link::default() });
    let from = SocketAddr::new(behind.address, 5000);
    let fits = Packet::udp(from, at(Y1), vec![0; 1000 - 28]);
    let too_big = Packet::udp(from, at(Y1), vec![0; 1000 - 27]);
    let host = Script::sends([(Duration::ZERO, fits), (Duration::from_secs(1), too_big)]);
    let host = world.host(host, behind.network, [behind.address], Link::default());
    let internet = world.internet();
    let server = world.host(Script::silent(), internet, [at(Y1).ip()], Link::default());
    world.run(Limits::default(), |_| false);
    assert_eq!(world.host_at(server).got.len(), 1);
    let [(_, told)] = &world.host_at(host).got[..] else { panic!("expected one packet") };
    let Payload::Icmp(icmp) = &told.payload else { panic!("expected an ICMP error") };
    assert_eq!((icmp.error, icmp.from, icmp.to), (IcmpError::TooBig { mtu: 1000 }, from, at(Y1)));
    let reasons: Vec<_> =
        world.journeys().iter().filter_map(sim::Journey::dropped).map(|(_, why)| why).collect();
    assert_eq!(reasons, [Reason::TooBig]);
}

// REQ-14 (section 11, fragments that are received): a packet of this world is never in fragments, as if "don't fragment"
// were always set. What would be fragmented is REQ-13's case.
