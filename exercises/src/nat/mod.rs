//! The chapter "NAT: who is behind that address?".

pub mod answer;
