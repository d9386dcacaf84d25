//! What one member sends, the others get: once, in order of its numbers, and what is lost is repaired.

use std::collections::BTreeSet;

use rtc::rtp::Packet;

use crate::source::{Tag, tag};
use crate::world::{World, lossy};

/// No gap and no double: the numbers that arrived are as many as lie between the first and the last of them.
pub(crate) fn assert_continuous(packets: &[Packet]) {
    let first = packets.first().expect("packets").header.sequence_number;
    let mut places: Vec<i64> = Vec::new();
    let mut newest = 0_i64;
    for packet in packets {
        let from = first.wrapping_add(newest as u16);
        let place = newest + i64::from(packet.header.sequence_number.wrapping_sub(from).cast_signed());
        newest = newest.max(place);
        places.push(place);
    }
    places.sort_unstable();
    let expected: Vec<i64> = (places[0]..places[0] + places.len() as i64).collect();
    assert_eq!(places, expected, "a sequence number is missing, or there twice");
}

/// The tags of media packets, each there once.
pub(crate) fn tags(packets: &[Packet]) -> BTreeSet<Tag> {
    let all: Vec<Tag> = packets.iter().filter_map(tag).collect();
    let set: BTreeSet<Tag> = all.iter().copied().collect();
    assert_eq!(set.len(), all.len(), "a packet arrived twice");
    set
}

/// Each packet of the source from `from` on is there.
fn assert_all_since(packets: &[Packet], ssrc: u32, from: u32, count: u32) {
    let expected: BTreeSet<Tag> = (from..count).map(|number| (ssrc, number)).collect();
    let got = tags(packets);
    let missing: Vec<&Tag> = expected.difference(&got).collect();
    assert!(missing.is_empty(), "{} of {} are missing: {missing:?}", missing.len(), expected.len());
}

#[test]
fn two_members_get_each_others_sound_and_pictures_once_and_without_a_gap() {
    let mut world = World::new();
    let (alice, bob) = (world.join_publishing("alice"), world.join_publishing("bob"));
    world.run(10_000);
    world.settle();
    for (from, to) in [(alice, bob), (bob, alice)] {
        let (uid, sources) = (world.clients[from].uid.clone(), world.clients[from].sources.clone());
        let subscriber = &world.clients[to];
        let audio = subscriber.received(&uid, "audio");
        assert!(audio.len() > 400, "{}", audio.len());
        assert_continuous(audio);
        let first = tag(&audio[0]).unwrap().1;
        assert_all_since(audio, sources[0].ssrc, first, sources[0].count);
        let video = subscriber.received(&uid, "video");
        assert_continuous(video);
        // By default the largest layer, as nothing speaks against it.
        let last = video.iter().filter_map(tag).next_back().unwrap();
        assert_eq!(last.0, sources[3].ssrc);
        assert_eq!(last.1 + 1, sources[3].count);
        tags(video);
    }
}

#[test]
fn a_subscriber_begins_with_a_key_frame_that_was_asked_for_it() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    world.run(5000);
    assert!(
        world.clients[alice].sources.iter().all(|source| source.pictures_asked == 0),
        "nobody is there to see"
    );
    let bob = world.join("bob");
    world.run(1500);
    assert!(world.clients[alice].sources[1..].iter().any(|source| source.pictures_asked > 0));
    let first = &world.clients[bob].received("alice", "video")[0];
    assert_eq!(first.payload[0] & 0x17, 0x10, "the beginning of a frame");
    assert_eq!(first.payload[5] & 1, 0, "a key frame");
}

#[test]
fn what_is_lost_on_either_leg_is_asked_for_again_and_comes() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "h");
    world.run(3000);
    let before = world.clients[bob].received("alice", "video").len();
    assert!(before > 0);
    let from = world.clients[alice].sources[2].count;
    world.loss = lossy(5);
    world.run(10_000);
    // That the last packet was lost, only a later one tells.
    world.loss = Box::new(|_| false);
    world.run(300);
    world.settle();
    let source = world.clients[alice].sources[2].clone();
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    assert_all_since(video, source.ssrc, from, source.count);
    let view = world.view();
    let up = view.publications.iter().find(|one| one.kind == "video").unwrap().feedback;
    let down = view.forwards.iter().find(|one| one.kind == "video").unwrap().feedback;
    assert!(up.nacked > 10 && down.nacked > 10, "{up:?} {down:?}");
    assert!(up.twcc > 10 && down.twcc > 10, "{up:?} {down:?}");
}

#[test]
fn a_subscribers_wish_for_a_picture_reaches_the_publisher_joined_with_others() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let subscribers = ["bob", "carol", "dave"].map(|uid| world.join(uid));
    for at in subscribers {
        world.prefer(at, "alice", "q");
    }
    world.run(4000);
    let before = world.clients[alice].sources[1].pictures_asked;
    for _ in 0..20 {
        for at in subscribers {
            let ssrc = world.clients[at].ssrc("alice", "video").unwrap();
            let now = world.now;
            world.clients[at].down.ask_for_picture(ssrc, now);
        }
        world.run(50);
    }
    world.run(1000);
    let asked = world.clients[alice].sources[1].pictures_asked - before;
    assert!((2..=4).contains(&asked), "sixty wishes within a second, {asked} passed on");
}

#[test]
fn padding_leaves_no_gap() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "q");
    world.run(2000);
    for _ in 0..30 {
        world.run(70);
        let now = world.now;
        let client = &mut world.clients[alice];
        let padding = client.sources[1].padding();
        client.up.write(padding, now);
    }
    world.settle();
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    assert!(video.iter().filter(|packet| packet.payload.is_empty()).count() >= 30);
}

#[test]
fn data_reaches_all_others_with_its_senders_name_and_bytes_too() {
    let mut world = World::new();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|uid| world.join(uid));
    world.run(1500);
    let now = world.now;
    world.clients[alice].say("ping \"1\"", now);
    world.clients[bob].send(&[0, 1, 255], now);
    world.run(500);
    assert_eq!(world.clients[bob].texts, [r#"{"from":"alice","text":"ping \"1\""}"#]);
    assert_eq!(world.clients[carol].texts, world.clients[bob].texts);
    assert!(world.clients[alice].texts.is_empty());
    assert_eq!(world.clients[alice].binaries, [b"\x03bob\x00\x01\xff".to_vec()]);
    assert_eq!(world.clients[carol].binaries, world.clients[alice].binaries);
    let view = world.view();
    let data: Vec<_> = view.forwards.iter().filter(|one| one.kind == "data").collect();
    assert_eq!(data.len(), 4);
    assert!(data.iter().all(|one| one.packets == 1 && one.ssrc == 0));
}

#[test]
fn who_speaks_is_told_on_change_only_and_its_level_reaches_the_others() {
    let mut world = World::new();
    let (alice, bob) = (world.join_publishing("alice"), world.join_publishing("bob"));
    world.run(2000);
    assert_eq!(world.speakers(alice), []);
    for (loud, quiet, seconds) in [(alice, bob, 3000), (bob, alice, 3000)] {
        world.clients[loud].sources[0].level = 20;
        world.clients[quiet].sources[0].level = 127;
        world.run(seconds);
    }
    let audio = world.clients[bob].received("alice", "audio");
    assert!(audio.iter().any(|packet| packet.header.extensions.iter().any(|one| one.payload[..] == [20])));
    world.clients[bob].sources[0].level = 127;
    world.run(4000);
    let expected = [Some("alice".to_owned()), Some("bob".to_owned()), None];
    assert_eq!(world.speakers(alice), expected);
    assert_eq!(world.speakers(bob), expected);
}

#[test]
fn a_second_offer_with_another_track_does_not_disturb_the_first() {
    let mut world = World::new();
    let alice = world.join("alice");
    let bob = world.join("bob");
    world.clients[alice].publish(crate::world::layers(500));
    world.offer(alice).unwrap();
    world.prefer(bob, "alice", "h");
    world.run(6000);
    world.clients[alice].publish(vec![crate::source::Source::audio(600)]);
    world.offer(alice).unwrap();
    let from = world.clients[alice].sources[1].count;
    world.run(4000);
    world.settle();
    let source = world.clients[alice].sources[1].clone();
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    assert_all_since(video, source.ssrc, from, source.count);
    assert!(world.clients[bob].received("alice", "audio").len() > 100);
}
