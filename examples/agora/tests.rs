//! The example's unit tests, as a target of their own: of an example with `test = true`, `cargo test` builds the
//! tests and leaves out the program, which the tests of the workbook run.
#![allow(dead_code, reason = "what joins and answers is called by main.rs alone")]

#[path = "../webrtc/keys.rs"]
mod keys;
mod media;
mod member;
mod outside;
mod peer;
mod record;
mod refusals;
mod server;
mod story;
#[path = "../websocket/target.rs"]
mod target;
mod token;
