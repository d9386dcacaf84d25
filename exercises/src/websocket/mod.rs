//! The chapter "WebSocket".

pub mod accept_key;
pub mod close_code;
pub mod frame_header;
pub mod origin_guard;
pub mod reassemble;
pub mod unmask;
