//! A member whose address changes is followed.

use std::net::SocketAddr;

use crate::world::World;

#[test]
fn a_member_behind_a_nat_that_forgets_it_is_followed_to_its_new_port() {
    let mut world = World::new();
    let (alice, bob) = (world.join_publishing("alice"), world.join_publishing("bob"));
    world.run(3000);
    for at in [alice, bob] {
        let client = &mut world.clients[at];
        for (connection, port) in [(&mut client.up, 50_000), (&mut client.down, 51_000)] {
            connection.outside = SocketAddr::from(([198, 51, 100, 9], port + at as u16));
        }
    }
    world.run(10_000);
    for (at, uid) in [(alice, "bob"), (bob, "alice")] {
        let before = world.clients[at].received(uid, "audio").len();
        world.run(2000);
        let after = world.clients[at].received(uid, "audio").len();
        assert!(after >= before + 90, "{uid} is heard: {before}, {after}");
    }
}
