//! The chapter "Socket.IO: what does it add?".

pub mod answer;
