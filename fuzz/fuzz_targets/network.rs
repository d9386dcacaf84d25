//! Any bytes, as a network, its hosts and their traffic: no panic, and what must hold in each world holds.

#![no_main]

#[path = "../../crates/sim/tests/rules/random.rs"]
#[allow(dead_code, reason = "the tests also compare logs")]
mod random;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| random::check(bytes));
