//! SCTP, and the data channels inside it.

mod association;
#[path = "../common/mod.rs"]
mod common;
mod packets;
mod tshark;
mod written;
