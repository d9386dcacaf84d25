//! # agora::topology: mesh, SFU, MCU, and what each costs
//!
//! Everybody in a call sends one video, and wants to see everybody else. Who makes the copies?
//!
//! ```text
//!   mesh   RFC 7667 section 3.4     each sends to each. There is no server
//!   SFU    RFC 7667 section 3.7     each sends to a server once. It passes on what it got, as it is
//!   MCU    RFC 7667 section 3.6.1   each sends to a server once. It decodes all, and sends everybody one picture
//! ```
//!
//! To be counted are bits a second on the line of one member (`up`, `down`) and of the server (`server_in`,
//! `server_out`), and how many encoders and decoders run at one member (`encodes`, `decodes`) and at the server
//! (`server_encodes`, `server_decodes`). So that all count alike:
//!
//! - In a mesh a member has a connection to each other one, and **an encoder for each connection**: each path carries
//!   another bitrate, and one encoder makes one. Each connection carries `video` bits a second.
//! - To an SFU a member sends simulcast: the same video in several sizes (`layers`), each from an encoder of its own. Of each
//!   other member it is sent one of them, `layers[watched]`.
//! - To an MCU a member sends `video`, and it is sent one picture of `video` bits a second. Nobody wants to hear
//!   themselves, so the server makes **a mix for each member, of all the others**. It decodes each video once.
//! - Nobody sends to nobody: who is alone costs nothing, and neither does an empty call.
//! - The numbers may be anything. What does not fit into a u64 is `u64::MAX`.
//!
//! By hand first: three members, `video` is 1000. In a mesh each of them sends two copies and gets two: up 2000, down
//! 2000, 2 encodes, 2 decodes, and all four of the server's are 0.
//!
//! Check: `cargo run -- check agora::topology`. The page: agora.html#mesh-sfu-or-mcu

use exercises::agora::topology::{Call, Cost};

/// No server. Useful: `call.members`, `call.video`, `saturating_sub`, `saturating_mul`; `..Cost::default()` for what is 0.
pub fn mesh(call: &Call) -> Cost {
    todo!()
}

/// Packets are passed on. Useful: `call.layers.len() as u64`, `call.layers[call.watched]`, `saturating_add`.
pub fn sfu(call: &Call) -> Cost {
    todo!()
}

/// One mix for each member.
pub fn mcu(call: &Call) -> Cost {
    todo!()
}

exercises::check!(agora::topology(mesh, sfu, mcu));
