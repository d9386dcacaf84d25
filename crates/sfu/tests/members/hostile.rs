//! Whatever one member does, another is served as before.

use std::net::SocketAddr;

use rtc::rtp::{Header, Packet};
use sfu::signaling::FromMember;
use sfu::{Datagram, Limits};

use crate::world::{ADDRESS, World};

/// A small generator, always the same.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: usize) -> usize {
        (self.next() % most as u64) as usize
    }
}

/// Alice publishes, bob listens; bob hears it all while something else happens.
fn undisturbed(mut during: impl FnMut(&mut World, &mut Chance)) -> World {
    let mut world = World::new();
    let (alice, bob) = (world.join_publishing("alice"), world.join("bob"));
    world.run(2000);
    let mut chance = Chance(0x2545_f491_4f6c_dd1d);
    let before = (world.clients[alice].sources[0].count, world.clients[bob].received("alice", "audio").len());
    for _ in 0..20 {
        during(&mut world, &mut chance);
        world.run(100);
    }
    world.settle();
    let sent = world.clients[alice].sources[0].count - before.0;
    let heard = world.clients[bob].received("alice", "audio").len() - before.1;
    assert!(heard as u32 >= sent, "{heard} of {sent}");
    world
}

#[test]
fn datagrams_of_nobody_are_dropped() {
    let stranger = SocketAddr::from(([198, 51, 100, 66], 666));
    undisturbed(|world, chance| {
        for _ in 0..200 {
            let length = chance.below(200);
            let mut bytes: Vec<u8> = (0..length).map(|_| chance.next() as u8).collect();
            if let (Some(first), kind) = (bytes.first_mut(), chance.below(5)) {
                *first = [*first, 0, 22, 128, 64][kind];
            }
            let datagram = Datagram { from: stranger, to: SocketAddr::from(ADDRESS), bytes };
            assert_eq!(world.sfu.handle(&datagram, world.now), None);
        }
    });
}

#[test]
fn damaged_datagrams_of_a_member_harm_nobody() {
    let from = |world: &World, chance: &mut Chance| {
        let client = &world.clients[1];
        if chance.below(2) == 0 { client.up.outside } else { client.down.outside }
    };
    undisturbed(|world, chance| {
        for _ in 0..100 {
            let bytes = (0..chance.below(120)).map(|_| chance.next() as u8).collect();
            let datagram = Datagram { from: from(world, chance), to: SocketAddr::from(ADDRESS), bytes };
            world.sfu.handle(&datagram, world.now);
        }
        world.pump();
    });
}

#[test]
fn damaged_offers_and_answers_are_refused_and_harm_nobody() {
    let mut refused = 0;
    let world = undisturbed(|world, chance| {
        let mallory = world.join("mallory");
        for _ in 0..12 {
            let sdp = world.clients[0].up.stack.local_description().unwrap().sdp;
            let mut lines: Vec<String> = sdp.lines().map(str::to_owned).collect();
            for _ in 0..1 + chance.below(6) {
                let at = chance.below(lines.len());
                match chance.below(5) {
                    0 => _ = lines.remove(at),
                    1 => lines.insert(at, lines[chance.below(lines.len())].clone()),
                    2 => lines[at] = lines[at].chars().rev().collect(),
                    3 => lines[at] = lines[at].replace(['0', '1', '9'], "65536"),
                    _ => {
                        let half = lines[at].len() / 2;
                        lines[at].truncate(half);
                    }
                }
            }
            let sdp = lines.join("\r\n") + "\r\n";
            let message =
                if chance.below(2) == 0 { FromMember::Offer { sdp } } else { FromMember::Answer { sdp } };
            let id = world.clients[mallory].id;
            refused += usize::from(world.sfu.say(id, message, world.now).is_err());
        }
        while world.sfu.poll_event().is_some() {}
        let id = world.clients[mallory].id;
        world.sfu.leave(id, "was thrown out", world.now);
        world.clients[mallory].alive = false;
        world.pump();
    });
    assert!(refused > 20, "{refused}");
    assert_eq!(world.clients[1].tracks.len(), 2);
}

#[test]
fn huge_descriptions_and_endless_offers_are_refused() {
    let mut world = World::new();
    let alice = world.join("alice");
    let long = "v=0\r\n".to_owned() + &"a=x\r\n".repeat(20_000);
    assert_eq!(world.say(alice, FromMember::Offer { sdp: long }).unwrap_err().code(), "message");
    let many = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n".to_owned()
        + &"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\n".repeat(1000);
    assert_eq!(world.say(alice, FromMember::Offer { sdp: many }).unwrap_err().code(), "message");
    let refused = (0..100).filter(|_| {
        let said = world.say(alice, FromMember::Offer { sdp: "v=0\r\n".to_owned() });
        said.unwrap_err().code() == "rate"
    });
    assert!(refused.count() > 60);
}

#[test]
fn a_flood_of_streams_is_cut_off_and_the_floods_author_alone_is_slowed() {
    let world = undisturbed(|world, chance| {
        let now = world.now;
        if world.clients.len() == 2 {
            world.join_publishing("mallory");
            world.run(1500);
        }
        let mallory = &mut world.clients[2];
        let [mid, rid, _] = mallory.sources[1].extensions;
        for _ in 0..300 {
            let mut header = Header {
                version: 2,
                payload_type: 96,
                ssrc: chance.next() as u32,
                sequence_number: chance.next() as u16,
                ..Header::default()
            };
            header.set_extension(mid.unwrap(), mallory.sources[1].mid.clone().into()).unwrap();
            header.set_extension(rid.unwrap(), "q".into()).unwrap();
            mallory.up.write(Packet { header, payload: vec![0x10, 0, 0, 0].into() }, now);
        }
        world.pump();
    });
    assert!(!world.clients[2].gone);
}

#[test]
fn checks_from_ever_new_ports_leave_no_more_addresses_than_allowed() {
    let mut world = World::new();
    let alice = world.join_publishing("alice");
    let bob = world.join("bob");
    world.run(2000);
    for port in 0..200 {
        world.clients[bob].down.outside = SocketAddr::from(([198, 51, 100, 9], 20_000 + port));
        world.run(50);
    }
    world.run(8000);
    let before = world.clients[bob].received("alice", "audio").len();
    world.run(1000);
    assert!(world.clients[bob].received("alice", "audio").len() > before + 40);
    assert!(world.sfu.addresses() <= 2 * 2 * Limits::default().addresses);
    let ids = [alice, bob].map(|at| world.clients[at].id);
    for id in ids {
        world.sfu.leave(id, "said goodbye", world.now);
    }
    assert!(world.sfu.is_empty());
}

#[test]
fn a_subscriber_that_acknowledges_nothing_does_not_hold_up_another() {
    let mut world = World::new();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|uid| world.join(uid));
    world.run(1500);
    world.clients[bob].alive = false;
    for _ in 0..100 {
        let now = world.now;
        world.clients[alice].say(&"x".repeat(8000), now);
        world.run(100);
    }
    assert_eq!(world.clients[carol].texts.len(), 100);
    let view = world.view();
    let to = |uid: &str| {
        view.forwards.iter().find(|one| one.to == uid && one.kind == "data").map(|one| one.packets)
    };
    assert_eq!(to("carol"), Some(100));
    assert!(to("bob").is_some_and(|passed| passed < 60), "{:?}", to("bob"));
}

#[test]
fn a_host_that_sends_nothing_loses_media_and_not_memory() {
    let limits = Limits { queue: 500, ..Limits::default() };
    let mut world = World::with(limits);
    let (alice, _bob) = (world.join_publishing("alice"), world.join("bob"));
    world.run(2000);
    for _ in 0..500 {
        let now = world.now;
        let client = &mut world.clients[alice];
        let packets: Vec<Packet> = client.sources[3].next();
        packets.into_iter().for_each(|packet| client.up.write(packet, now));
        while let Some(datagram) = client.up.transmit() {
            world.sfu.handle(&datagram, now);
        }
    }
    let waiting = std::iter::from_fn(|| world.sfu.poll_transmit()).count();
    assert!(waiting < 700, "{waiting}");
}

#[test]
fn a_flood_of_nacks_has_no_more_packets_sent_again_than_allowed() {
    let mut world = World::new();
    world.join_publishing("alice");
    let bob = world.join("bob");
    world.run(3000);
    let ssrc = world.clients[bob].ssrc("alice", "video").unwrap();
    let newest = world.clients[bob].received("alice", "video").last().unwrap().header.sequence_number;
    for _ in 0..50 {
        let now = world.now;
        world.clients[bob].down.ask_again(ssrc, newest.wrapping_sub(200), 10, now);
    }
    // The answers come by themselves: fifty times 170 packets would be 8,500.
    let client = &mut world.clients[bob];
    let asked: Vec<Datagram> = std::iter::from_fn(|| client.down.transmit()).collect();
    assert!(asked.len() >= 50);
    for datagram in &asked {
        world.sfu.handle(datagram, world.now);
    }
    let answers = std::iter::from_fn(|| world.sfu.poll_transmit()).count();
    assert!((500..2500).contains(&answers), "{answers}");
}

#[test]
fn endless_mids_and_endless_data_channels_end_the_connection_that_brings_them() {
    let publishes = |world: &mut World, uid: &str| world.view().publications.iter().any(|one| one.uid == uid);
    let mut world = World::with(Limits { sections: 12, ..Limits::default() });
    let (alice, bob) = (world.join_publishing("alice"), world.join_publishing("bob"));
    world.run(2000);

    for _ in 0..5 {
        world.clients[bob].up.stack.create_data_channel("more", None).unwrap();
    }
    world.run(1000);
    assert!(publishes(&mut world, "bob"), "a few more are closed, and that is all");
    for _ in 0..30 {
        world.clients[bob].up.stack.create_data_channel("more", None).unwrap();
    }
    world.run(1000);
    assert!(!publishes(&mut world, "bob") && publishes(&mut world, "alice"));

    let sdp = world.clients[alice].up.stack.local_description().unwrap().sdp;
    world.clients[alice].alive = false;
    let id = world.clients[alice].id;
    let mut offer = |no: usize| {
        let sdp = sdp.replace("a=mid:", &format!("a=mid:{no}-"));
        let sdp = sdp.replace("a=group:BUNDLE 0 1 2", &format!("a=group:BUNDLE {no}-0 {no}-1 {no}-2"));
        world.sfu.say(id, FromMember::Offer { sdp }, world.now).map_err(|error| error.to_string())
    };
    let refused = (1..10).map(&mut offer).find_map(Result::err);
    assert!(refused.as_ref().is_some_and(|why| why.contains("12 mids over all offers")), "{refused:?}");
    assert_eq!(offer(11), Ok(()), "the next begins anew");
}
