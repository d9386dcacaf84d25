//! The labs on real sockets.

#[path = "labs/stun.rs"]
mod stun;
