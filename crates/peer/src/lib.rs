//! A real WebRTC peer, hosted: the sans-IO stack of the `rtc` crate, without a socket or a clock of its own.
