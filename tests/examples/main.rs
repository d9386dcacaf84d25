//! The examples as programs: what they print, what they write, what they exit with, and what others that
//! speak their protocol make of them.

mod agora;
mod agora_project;
mod ice;
mod nat;
mod process;
mod sdp;
mod socketio;
mod socketio_interop;
mod socketio_strange;
mod stun;
mod stun_interop;
mod webrtc;
mod webrtc_interop;
mod websocket;
mod websocket_interop;
