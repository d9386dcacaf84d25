//! What a token lets, and until when.

use std::time::Duration;

use sfu::Grant;
use sfu::signaling::ToMember;

use crate::source::Source;
use crate::world::{World, layers};

fn expirings(told: &[ToMember]) -> Vec<u64> {
    told.iter()
        .filter_map(|message| match message {
            ToMember::Expiring { seconds } => Some(*seconds),
            _ => None,
        })
        .collect()
}

#[test]
fn who_may_only_subscribe_gets_its_tracks_back_inactive_and_sends_nothing_on() {
    let mut world = World::new();
    let nothing = Grant { audio: None, video: None, data: None, ..world.grant(3600) };
    let alice = world.join_with("alice", nothing);
    let bob = world.join_publishing("bob");
    world.clients[alice].publish(vec![Source::audio(70)]);
    world.clients[alice].publish(layers(71));
    world.offer(alice).unwrap();
    assert_eq!(world.clients[alice].codes(), ["not-granted"]);
    let answers: Vec<&String> = world.clients[alice]
        .told
        .iter()
        .filter_map(|message| match message {
            ToMember::Answer { sdp } => Some(sdp),
            _ => None,
        })
        .collect();
    assert_eq!(answers.last().unwrap().matches("a=inactive").count(), 2);
    world.run(3000);
    // It sends all the same, and data too.
    let now = world.now;
    world.clients[alice].say("let me in", now);
    world.run(1000);
    assert_eq!(world.clients[alice].codes(), ["not-granted", "not-granted"]);
    assert!(world.clients[bob].texts.is_empty() && world.clients[bob].got.is_empty());
    assert!(world.clients[alice].received("bob", "audio").len() > 50, "and is sent what others publish");
    let renewed = world.grant(3600);
    let id = world.clients[alice].id;
    world.sfu.renew(id, renewed, world.now);
    world.pump();
    world.offer(alice).unwrap();
    world.run(2000);
    assert!(world.clients[bob].received("alice", "audio").len() > 50);
}

#[test]
fn privileges_end_one_by_one_each_with_a_warning() {
    let mut world = World::new();
    let at = |seconds| world.now + Duration::from_secs(seconds);
    let grant = Grant { join: at(80), audio: Some(at(600)), video: Some(at(40)), data: None };
    let alice = world.join_with("alice", grant);
    world.clients[alice].publish(vec![Source::audio(70)]);
    world.clients[alice].publish(layers(71));
    world.offer(alice).unwrap();
    let bob = world.join("bob");
    world.run(9000);
    assert!(expirings(&world.clients[alice].told).is_empty());
    world.run(2000);
    assert_eq!(expirings(&world.clients[alice].told), [30]);
    world.run(29_200);
    assert_eq!(world.clients[alice].codes(), ["publish-expired"]);
    let (video, audio) = (world.clients[bob].got.len(), world.clients[bob].received("alice", "audio").len());
    let seen: usize = world.clients[bob].got.values().map(Vec::len).sum();
    world.run(5000);
    let heard = world.clients[bob].received("alice", "audio").len();
    assert!(heard > audio + 100, "sound goes on");
    let all: usize = world.clients[bob].got.values().map(Vec::len).sum();
    assert!(all - seen <= heard - audio + 5, "pictures do not: {video}");
    assert_eq!(
        world.clients[bob].tracks.iter().map(|track| track.kind.as_str()).collect::<Vec<_>>(),
        ["audio"]
    );
    world.run(36_000);
    assert_eq!(world.clients[alice].codes(), ["publish-expired", "expired"]);
    assert_eq!(expirings(&world.clients[alice].told), [30, 30]);
    assert!(world.clients[alice].gone);
    let left = ToMember::Left { uid: "alice".to_owned(), why: "the token expired".to_owned() };
    assert!(world.clients[bob].told.contains(&left));
    assert!(!world.clients[bob].gone);
}

#[test]
fn a_renewed_token_goes_on_where_the_old_one_ended() {
    let mut world = World::new();
    let alice = world.join_with("alice", world.grant(60));
    world.clients[alice].publish(layers(71));
    world.offer(alice).unwrap();
    let bob = world.join("bob");
    world.run(45_000);
    let (id, grant) = (world.clients[alice].id, world.grant(120));
    let before = Grant { video: Some(world.now + Duration::from_secs(5)), ..grant };
    world.sfu.renew(id, before, world.now);
    world.run(10_000);
    assert_eq!(world.clients[alice].codes(), ["publish-expired"]);
    let stopped = world.clients[bob].got.values().map(Vec::len).sum::<usize>();
    let grant = world.grant(120);
    world.sfu.renew(id, grant, world.now);
    world.run(30_000);
    assert!(!world.clients[alice].gone, "beyond the first token's end");
    assert!(
        world.clients[bob].got.values().map(Vec::len).sum::<usize>() > stopped + 100,
        "pictures are back"
    );
    let renewed: Vec<u64> = world.clients[alice]
        .told
        .iter()
        .filter_map(|message| match message {
            ToMember::Renewed { expires, .. } => Some(*expires),
            _ => None,
        })
        .collect();
    assert_eq!(renewed, [120, 120]);
}
