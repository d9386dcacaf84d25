//! # websocket::frame_header: three ways to write a length
//!
//! Where does this frame end, and how is its payload to be taken? The header says so, in two to fourteen bytes
//! (RFC 6455 section 5.2):
//!
//! ```text
//!   bit   0   1 2 3   4 5 6 7     0    1 ... 7        16 or 64 bits       32 bits
//!        +---+-------+--------+ +------+-------------+-------------------+-------------+
//!        |FIN|R R R  | opcode | | MASK | payload len | extended length   | masking key |
//!        +---+-------+--------+ +------+-------------+-------------------+-------------+
//!         0x80  0x70    0x0f      0x80      0x7f       big-endian          if MASK is 1
//!
//!   payload len     0 to 125   that is the length
//!                   126        the length is in the next 2 bytes
//!                   127        the length is in the next 8 bytes
//! ```
//!
//! By hand first:
//!
//! ```text
//!   81 85 37 fa 21 3d         fin, opcode 1 (text), length 5, key 37 fa 21 3d     size 6
//!   02 7e 01 00               not fin, opcode 2 (binary), length 256, no key      size 4
//! ```
//!
//! Three things are refused. A reserved bit (`0x70`) that is set, for no extension was agreed on. A length in more
//! bytes than it needs: 5 in two bytes, for example. A length of eight bytes whose highest bit is set.
//!
//! TCP may have brought a part of the header only. Then the answer is Ok(None): come again when there is more. The
//! payload need not be there.
//!
//! Check: `cargo run -- check websocket::frame_header`. The page: websocket.html#frame

use exercises::websocket::frame_header::{Broken, Header};

/// The header that `bytes` begins with; None where it is not whole yet.
///
/// Useful: `let [first, second, rest @ ..] = bytes else { return Ok(None) };`, `rest.split_first_chunk::<8>()`,
/// `u64::from_be_bytes(eight)`, `Err(Broken::NotShortest)`.
pub fn frame_header(bytes: &[u8]) -> Result<Option<Header>, Broken> {
    todo!()
}

exercises::check!(websocket::frame_header(frame_header));
