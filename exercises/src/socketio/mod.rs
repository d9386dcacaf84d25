//! The chapter "Socket.IO: what does it add?".

pub mod at_least_once;
pub mod decode;
pub mod is_it_websocket;
mod specs;
pub mod upgrade;
