//! The chapter "ICE: which way do we meet?".

pub mod answer;
