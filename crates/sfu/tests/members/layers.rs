//! Layers: a switch begins with a key frame and leaves no seam.

use rtc::rtp::Packet;

use crate::forwarding::{assert_continuous, tags};
use crate::source::tag;
use crate::world::{World, lossy};

/// The stretches of layers in what arrived: the publisher's SSRC and how many packets.
fn stretches(packets: &[Packet]) -> Vec<(u32, usize)> {
    let mut stretches: Vec<(u32, usize)> = Vec::new();
    for (ssrc, _) in packets.iter().filter_map(tag) {
        match stretches.last_mut() {
            Some((last, count)) if *last == ssrc => *count += 1,
            _ => stretches.push((ssrc, 1)),
        }
    }
    stretches
}

fn picture(packet: &Packet) -> u16 {
    u16::from_be_bytes([packet.payload[2] & 0x7f, packet.payload[3]])
}

#[test]
fn layers_are_switched_at_key_frames_and_the_stream_goes_on() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    for layer in ["q", "f", "h", "q", "auto"] {
        world.prefer(bob, "alice", layer);
        world.run(2000);
    }
    // For auto, there has to be room for a while.
    world.run(2000);
    world.settle();
    let sources = world.clients[alice].sources.clone();
    let [q, h, f] = [1, 2, 3].map(|at| sources[at].ssrc);
    let video = world.clients[bob].received("alice", "video");
    let order: Vec<u32> = stretches(video).iter().map(|(ssrc, _)| *ssrc).collect();
    assert_eq!(order, [q, f, h, q, f]);
    assert_continuous(video);
    tags(video);
    for pair in video.windows(2) {
        let [before, after] = pair else { continue };
        let numbers = (before.header.timestamp, after.header.timestamp);
        let ticks = after.header.timestamp.wrapping_sub(before.header.timestamp);
        assert!(ticks < 90_000, "timestamps run on: {numbers:?}");
        let pictures = picture(after).wrapping_sub(picture(before)) & 0x7fff;
        assert_eq!(pictures, u16::from(ticks != 0), "a picture has a number and a time of its own");
        if tag(before).unwrap().0 != tag(after).unwrap().0 {
            assert_eq!(after.payload[0] & 0x17, 0x10);
            assert_eq!(after.payload[5] & 1, 0, "begins with a key frame");
            assert!((1..9000).contains(&ticks), "a moment later: {ticks}");
        }
    }
    let view = world.view();
    let forward = view.forwards.iter().find(|one| one.kind == "video").unwrap();
    assert_eq!(forward.switches, 4);
}

#[test]
fn layers_switch_under_loss_too_and_nothing_is_missing_after_repair() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "q");
    world.run(2000);
    world.loss = lossy(4);
    for round in 0..8 {
        world.prefer(bob, "alice", ["h", "f", "q"][round % 3]);
        world.run(2500);
    }
    world.loss = Box::new(|_| false);
    world.run(300);
    world.settle();
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    tags(video);
    let forward = world.view().forwards.into_iter().find(|one| one.kind == "video").unwrap();
    assert!(forward.switches >= 6, "{}", forward.switches);
    assert!(world.clients[alice].sources.iter().all(|source| source.pictures_asked < 30));
}

#[test]
fn off_sends_nothing_and_back_on_begins_with_a_key_frame() {
    let mut world = World::new();
    world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "q");
    world.run(2000);
    world.prefer(bob, "alice", "off");
    world.run(200);
    let before = world.clients[bob].received("alice", "video").len();
    world.run(2000);
    assert_eq!(world.clients[bob].received("alice", "video").len(), before);
    let view = world.view();
    let forward = view.forwards.iter().find(|one| one.kind == "video").unwrap();
    assert_eq!((forward.wanted.as_str(), &forward.layer), ("off", &None));
    world.prefer(bob, "alice", "q");
    world.run(2000);
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    assert_eq!(video[before].payload[5] & 1, 0);
    let gap = video[before].header.timestamp.wrapping_sub(video[before - 1].header.timestamp);
    assert!((180_000..270_000).contains(&gap), "as long as it was off: {gap}");
}

#[test]
fn a_layer_that_dries_up_is_replaced_by_the_next_smaller_and_comes_back() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "f");
    let layer = |world: &mut World| {
        world.view().forwards.iter().find(|one| one.kind == "video").unwrap().layer.clone().unwrap()
    };
    world.run(3000);
    assert_eq!(layer(&mut world), "f");
    world.clients[alice].sources[3].paused = true;
    world.run(4000);
    assert_eq!(layer(&mut world), "h");
    world.clients[alice].sources[3].paused = false;
    world.run(3000);
    assert_eq!(layer(&mut world), "f");
    assert_continuous(world.clients[bob].received("alice", "video"));
}

#[test]
fn a_layer_that_begins_again_under_another_ssrc_goes_on() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "q");
    world.run(3000);
    world.clients[alice].sources[1].begin_again(77);
    world.clients[alice].sources[0].begin_again(78);
    world.run(3000);
    world.settle();
    let sources = world.clients[alice].sources.clone();
    let video = world.clients[bob].received("alice", "video");
    assert_continuous(video);
    assert!(tags(video).contains(&(77, sources[1].count - 1)));
    assert_eq!(world.view().forwards.iter().find(|one| one.kind == "video").unwrap().switches, 0);
}

#[test]
fn a_layer_that_only_trickles_counts_as_dry() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    world.join("bob");
    world.run(4000);
    world.clients[alice].sources[3].paused = true;
    // A frame in half a second.
    for _ in 0..8 {
        world.run(500);
        let now = world.now;
        let client = &mut world.clients[alice];
        client.sources[3].next().into_iter().for_each(|packet| client.up.write(packet, now));
    }
    let view = world.view();
    assert_eq!(view.forwards.iter().find(|one| one.kind == "video").unwrap().layer.as_deref(), Some("h"));
}

#[test]
fn auto_goes_down_where_the_path_is_narrow_and_up_again_where_it_is_wide() {
    let mut world = World::new();
    world.join_publishing("alice");
    let bob = world.join("bob");
    let layer = |world: &mut World| {
        world.view().forwards.iter().find(|one| one.kind == "video").unwrap().layer.clone()
    };
    world.run(4000);
    assert_eq!(layer(&mut world).as_deref(), Some("f"));
    // The layers are of some 230, 460 and 1,150 kbit/s.
    world.room = Some(700_000);
    world.run(15_000);
    let narrow = layer(&mut world);
    assert_ne!(narrow.as_deref(), Some("f"), "{:?}", world.view().members);
    world.room = None;
    world.run(60_000);
    assert_eq!(layer(&mut world).as_deref(), Some("f"), "{:?}", world.view().members);
    assert!(!world.clients[bob].gone);
}

#[test]
fn the_view_tells_sizes_rates_and_who_is_sent_what() {
    let mut world = World::new();
    world.join_publishing("alice");
    let bob = world.join("bob");
    world.prefer(bob, "alice", "h");
    world.run(5000);
    let view = world.view();
    let members: Vec<_> =
        view.members.iter().map(|one| (one.uid.as_str(), one.up.as_str(), one.down.as_str())).collect();
    assert_eq!(members, [("alice", "connected", "connected"), ("bob", "connected", "connected")]);
    let video = view.publications.iter().find(|one| one.kind == "video").unwrap();
    let rids: Vec<_> = video.layers.iter().map(|one| one.rid.as_str()).collect();
    assert_eq!(rids, ["q", "h", "f"]);
    // Only who was asked for a key frame has told its size again; each has sent one at first.
    assert_eq!(
        video.layers.iter().map(|one| one.size).collect::<Vec<_>>(),
        [Some((320, 180)), Some((640, 360)), Some((1280, 720))]
    );
    let kbits: Vec<u64> = video.layers.iter().map(|one| one.bitrate / 1000).collect();
    assert!((200..260).contains(&kbits[0]) && (400..520).contains(&kbits[1]), "{kbits:?}");
    let forward = view.forwards.iter().find(|one| one.kind == "video").unwrap();
    assert_eq!((forward.from.as_str(), forward.to.as_str()), ("alice", "bob"));
    assert_eq!((forward.wanted.as_str(), forward.layer.as_deref()), ("h", Some("h")));
    assert!((400_000..520_000).contains(&forward.bitrate), "{}", forward.bitrate);
    assert_eq!(Some(forward.ssrc), world.clients[bob].ssrc("alice", "video"));
}
