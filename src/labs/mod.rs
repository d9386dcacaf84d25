//! The live labs: real servers on loopback that a page, a browser or a stranger's client talks to.

pub mod stun;
