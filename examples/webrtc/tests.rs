//! The example's unit tests, as a target of their own: of an example with `test = true`, `cargo test` builds the
//! tests and leaves out the program, which the tests of the workbook run.
#![allow(dead_code, reason = "what calls and answers is called by main.rs alone")]

mod echo;
mod media;
mod peer;
mod server;
mod signaling;
mod target;
