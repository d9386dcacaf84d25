//! Session descriptions: their tree, and what it says.

mod attributes;
#[path = "../common/mod.rs"]
mod common;
mod corpus;
mod hostile;
mod model;
mod render;
mod samples;
mod tree;
