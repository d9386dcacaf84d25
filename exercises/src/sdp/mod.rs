//! The chapter "SDP: what do we agree on?".

pub mod answer;
pub mod candidate;
pub mod mend;
pub mod roles;
