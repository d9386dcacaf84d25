//! The example's unit tests, as a target of their own: of an example with `test = true`, `cargo test` builds the
//! tests and leaves out the program, which the tests of the workbook run.
#![allow(dead_code, reason = "what tells the story is called by main.rs alone")]

mod flow_chart;
mod message;
mod network;
mod verdict;
