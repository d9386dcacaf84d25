//! The labs on real sockets.

#[path = "labs/behind.rs"]
mod behind;
#[path = "labs/call.rs"]
mod call;
#[path = "labs/call_client.rs"]
mod call_client;
#[path = "labs/call_many.rs"]
mod call_many;
#[path = "labs/handshake.rs"]
mod handshake;
#[path = "labs/hostile.rs"]
mod hostile;
#[path = "labs/network.rs"]
mod network;
#[path = "labs/sdp.rs"]
mod sdp;
#[path = "labs/sfu.rs"]
mod sfu;
#[path = "labs/sfu_client.rs"]
mod sfu_client;
#[path = "labs/sfu_tokens.rs"]
mod sfu_tokens;
#[path = "labs/socketio.rs"]
mod socketio;
#[path = "labs/socketio_clients.rs"]
mod socketio_clients;
#[cfg(feature = "redis")]
#[path = "labs/socketio_redis.rs"]
mod socketio_redis;
#[path = "labs/stun.rs"]
mod stun;
#[path = "labs/stun_clients.rs"]
mod stun_clients;
#[path = "labs/token.rs"]
mod token;
#[path = "labs/websocket.rs"]
mod websocket;
#[path = "labs/wiretap.rs"]
mod wiretap;
