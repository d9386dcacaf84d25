//! The STUN chapter.

pub mod samples;
pub mod xor_address;
