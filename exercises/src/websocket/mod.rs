//! The chapter "WebSocket: who may speak, and when?".

pub mod answer;
