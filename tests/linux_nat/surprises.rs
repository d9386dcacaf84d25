//! What Linux does that descriptions of NATs leave out, each beside what RFC 4787 says and the simulator does.

use std::net::SocketAddr;

use sim::{Behavior, Dependence, PortAssignment};

use crate::namespace::possible;
use crate::packets::{Linux, Sent, Simulated, Way};
use crate::process::installed;
use crate::rules::{Filtering, Hairpin, Kind, Mapping};
use crate::street::Street;

const PORT: u16 = 5000;

/// Nobody wrote to the stranger, so its packet is for the router itself. There, nobody listens; but the connection is
/// tracked, and holds the five-tuple that the client's own packet to the stranger would get. In hole punching, one
/// side's first packet is always such a stranger's.
#[test]
fn a_stranger_who_comes_first_moves_the_mapping_unless_the_router_drops_it() {
    let Some(mut linux) = linux(Mapping::Preserving, Filtering::Tracked) else { return };
    for (port, dropped) in [(PORT, true), (PORT + 1, false)] {
        if !dropped {
            linux.street.routers[0].run("iptables -w 20 -D INPUT -i outside -j DROP").unwrap();
        }
        let sent = Sent { port, to: 0, seen: linux.out(port, 0) };
        assert!(!linux.back(3, sent), "a stranger came in");
        let to_the_stranger = linux.out(port, 3);
        assert_eq!(to_the_stranger == sent.seen, dropped, "{}", linux.street.routers[0].connections());
        // To others, the mapping is what it was, or what it has become: one per connection, the old ones stay.
        assert_eq!(linux.out(port, 0), sent.seen);
    }
}

/// RFC 4787 section 4.2.1 calls it port overloading, and REQ-3 forbids it.
#[test]
fn two_clients_of_one_port_get_one_external_endpoint_until_they_write_to_the_same_server() {
    let Some(mut linux) = linux(Mapping::Preserving, Filtering::Tracked) else { return };
    let second: SocketAddr = (linux.street.second_client().unwrap(), PORT).into();
    let first = linux.out(PORT, 0);
    let elsewhere = linux.out_from(second, 3);
    assert_eq!(first, elsewhere, "two internal endpoints, one external");
    // Now the five-tuple is taken. The second client's mapping depends on whom it writes to, whatever the rule says.
    assert_ne!(linux.out_from(second, 0), elsewhere);
}

/// RFC 4787 section 5 wants the filter to be the mapping's: the match `recent` knows remote addresses alone.
#[test]
fn the_match_recent_opens_every_port_to_whom_one_wrote_to() {
    let Some(mut linux) = linux(Mapping::Preserving, Filtering::Recent) else { return };
    let restricted = Behavior { ports: PortAssignment::Preserving, ..Behavior::RESTRICTED_CONE };
    assert_eq!(lets_in_whom_another_port_wrote_to(&mut linux), [false, true]);
    assert_eq!(lets_in_whom_another_port_wrote_to(&mut Simulated::new(restricted)), [false, false]);
}

/// Whether the second address comes in at a port that never wrote to it, before and after another port has.
fn lets_in_whom_another_port_wrote_to(way: &mut impl Way) -> [bool; 2] {
    let sent = Sent { port: PORT, to: 0, seen: way.out(PORT, 0) };
    let before = way.back(2, sent);
    way.out(PORT + 1, 3);
    [before, way.back(3, sent)]
}

/// What came in is a tracked connection too, and what goes out on it is its answer: no new mapping is made.
#[test]
fn a_symmetric_nat_that_lets_somebody_in_answers_from_where_he_wrote_to() {
    if !installed("nft") {
        return;
    }
    let Some(mut linux) = linux(Mapping::Random, Filtering::Learned) else { return };
    let symmetric = Behavior::of(Dependence::AddressAndPortDependent, Dependence::EndpointIndependent);
    assert!(answers_from_where_he_wrote_to(&mut linux));
    assert!(!answers_from_where_he_wrote_to(&mut Simulated::new(symmetric)));
}

fn answers_from_where_he_wrote_to(way: &mut impl Way) -> bool {
    let sent = Sent { port: PORT, to: 0, seen: way.out(PORT, 0) };
    assert!(way.back(3, sent), "the filter lets all in");
    way.out(PORT, 3) == sent.seen
}

/// RFC 4787 section 6 wants the external source (REQ-9a). Without it, who tests from one host hears nothing: no host
/// takes a packet from outside that claims to be its own. Two hosts would answer each other past the router.
#[test]
fn a_hairpin_that_keeps_its_source_is_none_to_one_host() {
    if !possible() {
        return;
    }
    let hairpin = |hairpin| {
        let kind = Kind::hairpinning(Mapping::Preserving, Filtering::Forwarded, hairpin);
        let mut linux = Linux::new(Street::build(&kind).unwrap());
        let [one, two] = [PORT, PORT + 1].map(|port| Sent { port, to: 0, seen: linux.out(port, 0) });
        linux.hairpin(one.port, two).map(|from| from == one.seen)
    };
    assert_eq!(hairpin(Hairpin::No), None);
    assert_eq!(hairpin(Hairpin::Destination), None);
    assert_eq!(hairpin(Hairpin::Both), Some(true));
}

/// REQ-5 of RFC 4787 wants two minutes at least. Linux gives them to a connection that has lasted for two seconds.
#[test]
fn a_mapping_that_one_exchange_made_lives_for_half_a_minute() {
    let Some(mut linux) = linux(Mapping::Preserving, Filtering::Tracked) else { return };
    let sent = Sent { port: PORT, to: 0, seen: linux.out(PORT, 0) };
    assert!(linux.back(0, sent));
    let router = &linux.street.routers[0];
    let limit = |name| -> u64 {
        let path = format!("/proc/sys/net/netfilter/{name}");
        router.within(|| std::fs::read_to_string(path)).unwrap().trim().parse().unwrap()
    };
    let (short, long) = (limit("nf_conntrack_udp_timeout"), limit("nf_conntrack_udp_timeout_stream"));
    let connections = router.connections();
    let left = connections
        .lines()
        .find(|line| line.contains(" udp "))
        .and_then(|line| line.split_whitespace().nth(4));
    let left: u64 = left.expect("the connection is tracked").parse().unwrap();
    assert!(left <= short && short < long, "{left} s left; {short} s, and {long} s later\n{connections}");
}

fn linux(mapping: Mapping, filtering: Filtering) -> Option<Linux> {
    possible().then(|| Linux::new(Street::build(&Kind::nat(mapping, filtering)).unwrap()))
}
