//! The labs on real sockets.

#[path = "labs/stun.rs"]
mod stun;
#[path = "labs/stun_clients.rs"]
mod stun_clients;
<<<<<<< HEAD
#[path = "labs/wiretap.rs"]
mod wiretap;
=======
#[path = "labs/socketio_clients.rs"]
mod socketio_clients;
>>>>>>> f81b4c1 (The Socket.IO lab's server: a chat, behind a door; npm's and PyPI's clients against it)
