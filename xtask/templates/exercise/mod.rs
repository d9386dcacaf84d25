//! The chapter "__title__".

pub mod answer;
