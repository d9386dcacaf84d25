//! The chapter "WebRTC: how do two browsers meet?".

pub mod demultiplex;
pub mod order_of_events;
pub mod which_layer_failed;
pub mod who_sees_what;
