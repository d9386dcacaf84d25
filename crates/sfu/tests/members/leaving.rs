//! Coming and going leaves nothing behind.

use sfu::signaling::{FromMember, ToMember};

use crate::world::World;

fn lefts(told: &[ToMember]) -> Vec<(&str, &str)> {
    told.iter()
        .filter_map(|message| match message {
            ToMember::Left { uid, why } => Some((uid.as_str(), why.as_str())),
            _ => None,
        })
        .collect()
}

#[test]
fn who_joins_again_replaces_itself() {
    let mut world = World::new();
    let (first, bob) = (world.join_publishing("alice"), world.join("bob"));
    world.run(2000);
    let second = world.join_publishing("alice");
    world.run(3000);
    assert!(world.clients[first].gone);
    assert_eq!(world.clients[first].codes(), ["replaced"]);
    assert_eq!(lefts(&world.clients[bob].told), [("alice", "came back")]);
    let before = world.clients[second].sources[0].count;
    assert!(before > 50);
    let heard: Vec<u32> = world.clients[bob]
        .received("alice", "audio")
        .iter()
        .filter_map(crate::source::tag)
        .map(|tag| tag.0)
        .collect();
    assert!(heard.contains(&world.clients[second].sources[0].ssrc));
    let view = world.view();
    assert_eq!(view.members.len(), 2);
}

#[test]
fn who_falls_silent_is_gone_after_fifteen_seconds_and_who_never_connected_is_not() {
    let mut world = World::new();
    let (alice, bob) = (world.join_publishing("alice"), world.join("bob"));
    // A member of a mesh, who answers no offers and makes none.
    let mesh = world.sfu.join("demo", "mesh", world.grant(3600), None, world.now).unwrap();
    world.pump();
    world.run(3000);
    world.clients[alice].alive = false;
    world.run(14_000);
    assert!(!world.clients[alice].gone);
    world.run(2000);
    assert!(world.clients[alice].gone);
    assert_eq!(lefts(&world.clients[bob].told), [("alice", "fell silent")]);
    assert_eq!(world.view().members.len(), 2);
    world.sfu.leave(mesh, "said goodbye", world.now);
}

#[test]
fn a_hundred_members_come_and_go_and_neither_memory_nor_sdp_grows() {
    let mut world = World::new();
    let watcher = world.join("watcher");
    world.run(1000);
    let mut sections = Vec::new();
    for round in 0..100 {
        let at = world.join_publishing(&format!("guest{}", round % 7));
        world.run(400);
        let leave = if round % 3 == 0 { world.say(at, FromMember::Leave) } else { Ok(()) };
        leave.unwrap();
        if round % 3 != 0 {
            let id = world.clients[at].id;
            world.sfu.leave(id, "closed the page", world.now);
            world.pump();
        }
        world.run(50);
        world.clients[at].alive = false;
        let sdp = world.clients[watcher].down.stack.remote_description().unwrap().sdp.clone();
        sections.push(sdp.matches("\nm=").count());
    }
    assert!(sections.iter().all(|count| *count <= 5), "{sections:?}");
    assert_eq!(
        world.clients[watcher].got.len(),
        4.min(world.clients[watcher].got.len()),
        "SSRCs are used again"
    );
    let id = world.clients[watcher].id;
    world.sfu.leave(id, "said goodbye", world.now);
    assert!(world.sfu.is_empty());
    assert_eq!(world.sfu.poll_timeout(), None);
    world.pump();
}

#[test]
fn others_are_told_who_comes_and_goes_and_messages_are_relayed() {
    let mut world = World::new();
    let (alice, bob) = (world.join("alice"), world.join("bob"));
    let body = serde_json::json!({"sdp": "v=0"});
    world.say(alice, FromMember::Relay { to: "bob".to_owned(), body: body.clone() }).unwrap();
    assert!(world.clients[bob].told.contains(&ToMember::Relay { from: "alice".to_owned(), body }));
    let nobody =
        world.say(alice, FromMember::Relay { to: "carol".to_owned(), body: serde_json::Value::Null });
    assert_eq!(nobody.unwrap_err().code(), "message");
    assert!(world.clients[alice].told.contains(&ToMember::Came { uid: "bob".to_owned() }));
    let ToMember::Joined { members, .. } = &world.clients[bob].told[0] else {
        panic!("expected joined first")
    };
    assert_eq!(*members, ["alice"]);
}
