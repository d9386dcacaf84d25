//! The exercises from both sides, and the commands that drive them.
//!
//! A student's own files say nothing about the workbook, so nothing here reads `exercises/<chapter>/`, but for
//! its shape: each test works in a small workbook below `target/tmp`, in which all exercises are solved.

mod agora_holds;
mod commands;
mod exercises_hold;
mod ice_holds;
mod nat_holds;
mod sdp_holds;
mod small_workbook;
mod socketio_holds;
mod webrtc_holds;
mod websocket_holds;
