//! The STUN chapter.

pub mod attributes;
pub mod message_integrity;
pub mod message_type;
pub mod samples;
pub mod spot_the_error;
pub mod xor_address;
