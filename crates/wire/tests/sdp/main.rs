//! Session descriptions: their tree, and what it says.

#[path = "../common/mod.rs"]
mod common;
mod model;
mod samples;
mod tree;
