//! The simulator's NATs beside Linux's own: the same client, the same questions, the same answers.
//!
//! Each test builds a street of network namespaces (a client, one or two routers, a server) and lets iptables, and
//! nftables for what iptables cannot, make the router behave. That takes root, iproute2 and iptables; where one of
//! them is not there, or the kernel refuses, a line says that the test is skipped, and why.
//!
//! - `namespace`: a network namespace that is gone when its test is
//! - `street`: namespaces joined by virtual cables
//! - `rules`: what makes Linux a NAT of this kind or that
//! - `servers`: Debian's coturn, and the workbook's own
//! - `verdicts`: what the example `nat` finds, through Linux and through the simulator
//! - `packets`: each mapping and each filter, packet by packet
//! - `matrix`: who meets whom, through two Linux NATs and by the oracle of `scenario`
//! - `surprises`: what Linux does that no RFC and no description of it says

#![cfg(target_os = "linux")]

mod matrix;
mod namespace;
mod packets;
#[expect(dead_code, reason = "the tests of the examples use all of it, these a part")]
#[path = "../examples/process.rs"]
mod process;
mod rules;
mod servers;
mod street;
mod surprises;
mod verdicts;
