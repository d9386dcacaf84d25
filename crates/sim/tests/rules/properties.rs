//! What holds in whatever world.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::random;

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_world_with_any_traffic_keeps_the_rules(bytes in vec(any::<u8>(), 0..1500)) {
        random::check(&bytes);
    }

    #[test]
    fn a_world_that_is_built_and_driven_alike_does_alike(bytes in vec(any::<u8>(), 0..500)) {
        prop_assert_eq!(random::log(&bytes), random::log(&bytes));
    }
}

#[test]
fn another_seed_gives_another_log_where_there_is_chance() {
    // The first byte is the seed; a third of these worlds have jitter or loss.
    let differ = |n: u8| {
        let bytes = |seed: u8| -> Vec<u8> {
            std::iter::once(seed).chain((0..400_u32).map(|at| (at * 31 + u32::from(n) * 97) as u8)).collect()
        };
        random::log(&bytes(1)) != random::log(&bytes(2))
    };
    assert!((0..20).any(differ));
}
