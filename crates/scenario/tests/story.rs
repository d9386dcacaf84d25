//! Two real agents meet, or do not, and the story says so.

use std::time::Duration;

use scenario::{CheckState, Kind, Outcome, Setting, Story, What, play};

fn story(left: &str, right: &str) -> Story {
    play(&setting(left, right)).unwrap()
}

fn setting(left: &str, right: &str) -> Setting {
    Setting::between(left.parse().unwrap(), right.parse().unwrap())
}

#[test]
fn two_on_the_internet_use_their_own_addresses() {
    let Outcome::Connected(connection) = story("none", "none").outcome else { panic!("they connect") };
    assert!(
        connection.pairs.iter().all(|pair| pair.remote.kind == Kind::Host && pair.local.kind == Kind::Host)
    );
}

#[test]
fn a_symmetric_nat_is_met_at_an_address_that_no_candidate_told() {
    let story = story("full-cone", "symmetric");
    let Outcome::Connected(connection) = &story.outcome else { panic!("they connect") };
    let [left, _] = &connection.pairs;
    assert_eq!(left.remote.kind, Kind::Prflx);
    assert!(story.candidates[1].iter().all(|candidate| candidate.address != left.remote.address));
    assert!(connection.why.contains("peer-reflexive"), "{}", connection.why);
}

#[test]
fn two_symmetric_nats_keep_each_other_out_and_the_story_says_where() {
    let story = story("symmetric", "symmetric");
    let Outcome::Failed(failure) = &story.outcome else { panic!("they fail") };
    assert!(failure.why.contains("at left's NAT (filtered"), "{}", failure.why);
    assert!(story.check_lists.iter().all(Vec::is_empty), "the stack forgets its pairs when it fails");
}

#[test]
fn a_check_list_begins_waiting_and_ends_with_the_pair_that_was_nominated() {
    let story = story("eim-apdf", "eim-apdf");
    let lists: Vec<_> = story
        .moments
        .iter()
        .filter_map(|moment| match &moment.what {
            What::CheckList(pairs) => Some(pairs),
            _ => None,
        })
        .collect();
    assert!(lists[0].iter().all(|pair| pair.state == CheckState::Waiting));
    let last = lists.last().unwrap();
    assert!(last.iter().any(|pair| pair.selected && pair.nominated && pair.state == CheckState::Succeeded));
    assert!(last.is_sorted_by(|one, next| one.priority >= next.priority));
}

#[test]
fn a_seed_gives_the_same_story_but_for_what_the_stack_draws_itself() {
    let shape = |story: &Story| -> Vec<(Duration, usize, bool, String)> {
        let legs = |packet: &scenario::PacketView| {
            let at = packet.legs.first().map_or(Duration::ZERO, |leg| leg.sent);
            (at, packet.legs.len(), packet.dropped.is_some(), packet.label.clone())
        };
        story.packets.iter().map(legs).collect()
    };
    let mut lossy = setting("eim-adf", "symmetric");
    lossy.link = lossy.link.losing(0.2);
    assert_eq!(shape(&play(&lossy).unwrap()), shape(&play(&lossy).unwrap()));
    let other = Setting { seed: 2, ..lossy.clone() };
    assert_ne!(shape(&play(&lossy).unwrap()), shape(&play(&other).unwrap()));
}

#[test]
fn a_story_stops_when_its_caller_says_so() {
    let mut events = 0;
    let story = scenario::play_until(&setting("symmetric", "symmetric"), || {
        events += 1;
        events < 50
    });
    assert!(matches!(story.unwrap().outcome, Outcome::Unfinished(_)));
}

#[test]
fn every_packet_of_a_story_has_a_way_and_an_end() {
    for story in [story("eim-apdf", "adm-eif"), story("symmetric", "symmetric"), story("blocked", "firewall")]
    {
        for packet in &story.packets {
            assert!(!packet.label.is_empty() && !packet.legs.is_empty());
            let last = packet.legs.last().unwrap();
            assert!(
                last.to.is_some()
                    || packet.dropped.is_some()
                    || last.sent + Duration::from_secs(1) > story.ended
            );
        }
        assert_eq!(story.packet_count, story.packets.len() as u64);
        serde_json::from_str::<serde_json::Value>(&story.to_json().unwrap()).unwrap();
    }
}

#[test]
fn a_copy_that_a_link_makes_goes_the_way_of_its_original() {
    let mut doubled = setting("firewall", "firewall");
    doubled.link.duplication = 1.0;
    let story = play(&doubled).unwrap();
    assert!(story.connected());
    for packet in story.packets.iter().filter(|packet| !packet.label.starts_with("ICMP")) {
        let mut ways = std::collections::BTreeMap::new();
        for leg in &packet.legs {
            let Some(to) = leg.to else { continue };
            assert_ne!(leg.from, to, "{packet:?}");
            assert_eq!(*ways.entry(leg.from).or_insert(to), to, "{packet:?}");
        }
    }
}

#[test]
fn a_story_says_how_much_it_left_out_moments_too() {
    let mut long = setting("none", "none");
    long.limits = sim::Limits { time: Duration::from_secs(2400), events: u64::MAX };
    long.play.until = scenario::Until::Time(long.limits.time);
    let story = play(&long).unwrap();
    let packets = story.packet_count - story.packets.len() as u64;
    let last = story.moments.iter().map(|moment| moment.at).max().unwrap();
    assert!(last + Duration::from_secs(60) < story.ended, "there are more moments than a story keeps");
    assert!(story.tables.is_empty() && story.left_out > packets, "{} of {packets}", story.left_out);
}
