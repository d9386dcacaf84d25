//! The labs on real sockets.

#[path = "labs/socketio.rs"]
mod socketio;
#[path = "labs/socketio_clients.rs"]
mod socketio_clients;
#[path = "labs/stun.rs"]
mod stun;
#[path = "labs/stun_clients.rs"]
mod stun_clients;
#[path = "labs/wiretap.rs"]
mod wiretap;
