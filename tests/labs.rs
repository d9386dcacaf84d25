//! The labs on real sockets.

#[path = "labs/stun.rs"]
mod stun;
#[path = "labs/stun_clients.rs"]
mod stun_clients;
#[path = "labs/wiretap.rs"]
mod wiretap;
