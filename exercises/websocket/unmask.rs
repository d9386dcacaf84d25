//! # websocket::unmask: take the mask off
//!
//! Each frame from a client carries a random key of four bytes, and its payload XORed with that key, over and over
//! (RFC 6455 section 5.3). It hides nothing: the key stands right before the payload. It keeps a script in a browser
//! from choosing the bytes that a proxy on the way sees.
//!
//! "Hello", from RFC 6455 section 5.7:
//!
//! ```text
//!   on the wire   7f 9f 4d 51   58
//!   key           37 fa 21 3d   37     and round again
//!   XOR           48 65 6c 6c   6f     H e l l o
//! ```
//!
//! TCP cuts where it likes, so a payload may reach you in pieces. The same frame, cut after three bytes:
//!
//! ```text
//!   first piece   7f 9f 4d      second piece   51 58
//!   offset        0             offset         3
//!   key           37 fa 21      key            3d 37
//! ```
//!
//! The next frame has a key of its own, and begins at offset 0 again.
//!
//! Check: `cargo run -- check websocket::unmask`. The page: websocket.html#masking

/// Takes the mask off a piece of a payload, in place. `offset` says where in its frame's payload the piece begins.
///
/// Useful: `for (i, byte) in piece.iter_mut().enumerate()`, `*byte ^= 0x37`, `i as u64`.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    todo!()
}

exercises::check!(websocket::unmask(unmask));
