//! What the stack does otherwise than the RFCs say, and the pages tell of: where an upgrade mends one of these, its test
//! fails, and the page has to follow.

use std::collections::BTreeMap;
use std::time::Duration;

use scenario::{Outcome, PacketView, Setting, Side, State, Story, What, play};
use sim::Edge;

fn story(left: &str, right: &str) -> Story {
    let edge = |name: &str| name.parse::<Edge>().unwrap();
    play(&Setting::between(edge(left), edge(right))).unwrap()
}

/// The checks of one side, each as it left it.
fn checks(story: &Story, side: Side) -> impl Iterator<Item = &PacketView> {
    let of_side = move |packet: &&PacketView| {
        let sender = packet.legs.first().and_then(|leg| story.nodes.get(leg.from));
        sender.is_some_and(|node| node.side == Some(side) && node.host_id().is_some())
            && packet.label.starts_with("Binding request")
            && packet.legs.first().is_some_and(|leg| leg.destination.port() != 3478)
    };
    story.packets.iter().filter(of_side)
}

/// RFC 8445 section 6.1.4.2 wants one check each time that Ta fires, which is each 50 ms by section 14.2; section 6.1.2.4 wants pairs of one base to be pruned.
#[test]
fn all_pairs_are_checked_at_once_and_twice_and_again_each_200_ms() {
    let story = story("eim-apdf", "apdm-apdf");
    let mut by_time: BTreeMap<Duration, u32> = BTreeMap::new();
    checks(&story, Side::Left).for_each(|packet| *by_time.entry(packet.legs[0].sent).or_default() += 1);
    let times: Vec<_> = by_time.keys().map(Duration::as_millis).collect();
    // The second address of the other side comes at 124 ms, and starts a round at once.
    assert_eq!(times[..4], [100, 124, 324, 524]);
    assert!(by_time.values().skip(1).take(7).all(|&count| count == 4), "two pairs, each twice: {by_time:?}");
}

/// RFC 8489 section 6.2.1 would repeat a request with the same transaction ID, at growing distance, seven times.
#[test]
fn a_check_is_repeated_eight_times_each_time_as_a_new_transaction() {
    let story = story("eim-apdf", "apdm-apdf");
    let mut ids = std::collections::BTreeSet::new();
    let mut sent: BTreeMap<_, u32> = BTreeMap::new();
    for packet in checks(&story, Side::Left) {
        assert!(ids.insert(packet.bytes[16..40].to_owned()), "a transaction ID comes twice");
        *sent.entry(packet.legs[0].destination).or_default() += 1;
    }
    assert!(sent.values().all(|&count| count == 16), "eight for each of the two local candidates: {sent:?}");
}

/// RFC 8445 section 7.2.5.4 would let a check list fail when its last pair does.
#[test]
fn an_agent_gives_up_30_s_after_it_began_although_its_last_check_went_out_long_before() {
    let story = story("eim-apdf", "apdm-apdf");
    let last = checks(&story, Side::Left).map(|packet| packet.legs[0].sent).max().unwrap();
    assert!(last < Duration::from_secs(2), "{last:?}");
    let failed = story.moments.iter().find(|moment| moment.what == What::State(State::Failed)).unwrap();
    assert!(failed.at > Duration::from_secs(30), "{:?}", failed.at);
}

/// RFC 8445 section 7.2.5.3.1 would make a local peer-reflexive candidate of the address in the response.
#[test]
fn the_local_candidate_of_a_pair_in_use_is_always_a_host_candidate() {
    for (left, right) in [("eim-apdf", "eim-apdf"), ("eim-adf", "apdm-apdf"), ("adm-eif", "adm-adf")] {
        let Outcome::Connected(connection) = story(left, right).outcome else { panic!("they connect") };
        for pair in &connection.pairs {
            assert_eq!(pair.local.kind, scenario::Kind::Host, "{left} with {right}");
        }
    }
}

/// RFC 8445 section 7.1.1 says that PRIORITY is what a peer-reflexive candidate would have: type preference 110.
#[test]
fn a_check_says_the_priority_of_its_own_candidate() {
    let story = story("none", "none");
    let packet = checks(&story, Side::Left).next().unwrap();
    let bytes: Vec<u8> = (0..packet.bytes.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&packet.bytes[at..at + 2], 16).unwrap())
        .collect();
    let check = wire::stun::STUN.dissect(&bytes[..]);
    let priority = check.find("PRIORITY").and_then(wire::Node::uint).unwrap();
    assert_eq!(priority >> 24, 126);
}

/// RFC 8445 section 7.3 wants a request to be authenticated; here section 7.3.1.1 comes first.
#[test]
fn a_request_that_nobody_signed_can_take_the_role_from_an_agent() {
    use rtc_ice::candidate::{CandidateConfig, candidate_host::CandidateHostConfig};
    use rtc_ice::{Agent, AgentConfig, mdns::MulticastDnsMode};
    use sansio::Protocol;
    use wire::stun::{Class, Message, kind};

    let now = std::time::Instant::now();
    let config = AgentConfig {
        local_ufrag: "ours".to_owned(),
        local_pwd: "a-password-of-ours-0123456".to_owned(),
        is_controlling: true,
        multicast_dns_mode: MulticastDnsMode::Disabled,
        ..AgentConfig::default()
    };
    let mut agent = Agent::new(now, config.into(), rtc_ice::crypto::default_provider().unwrap()).unwrap();
    let host = CandidateConfig {
        network: "udp".to_owned(),
        address: "192.0.2.5".to_owned(),
        port: 5000,
        component: 1,
        ..CandidateConfig::default()
    };
    let host = CandidateHostConfig { base_config: host, ..CandidateHostConfig::default() };
    agent.add_local_candidate(host.new_candidate_host().unwrap()).unwrap();
    agent
        .start_connectivity_checks(now, true, "them".to_owned(), "their-password-0123456".to_owned())
        .unwrap();

    let mut bytes = Vec::new();
    let controlling = Message::begin(&mut bytes, Class::Request, kind::BINDING, [1; 12]);
    // ICE-CONTROLLING (RFC 8445 section 16.1), and the largest tie-breaker.
    controlling.attribute(0x802a, &[0xff; 8]).finish().unwrap();
    let transport = rtc_shared::TransportContext {
        local_addr: "192.0.2.5:5000".parse().unwrap(),
        peer_addr: "203.0.113.66:6666".parse().unwrap(),
        transport_protocol: rtc_shared::TransportProtocol::UDP,
        ecn: None,
    };
    let message = bytes.as_slice().into();
    assert!(agent.handle_read(rtc_shared::TaggedBytesMut { now, transport, message }).is_err());
    assert!(!agent.role(), "it gave in to a stranger");
}
