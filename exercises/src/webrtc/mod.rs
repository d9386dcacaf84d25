//! The chapter "WebRTC: how do two browsers meet?".

pub mod demultiplex;
