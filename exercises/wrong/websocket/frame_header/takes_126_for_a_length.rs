//! Knows one form of length.

use exercises::websocket::frame_header::{Broken, Header};

/// The header that `bytes` begins with; None where it is not whole yet.
pub fn frame_header(bytes: &[u8]) -> Result<Option<Header>, Broken> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(Broken::ReservedBits);
    }
    let masked = second & 0x80 != 0;
    let short = second & 0x7f;
    let length = u64::from(short);
    if length >> 63 != 0 {
        return Err(Broken::HighestBit);
    }
    let (key, rest) = match rest.split_first_chunk::<4>() {
        Some((key, rest)) if masked => (Some(*key), rest),
        None if masked => return Ok(None),
        _ => (None, rest),
    };
    let size = bytes.len() - rest.len();
    Ok(Some(Header { fin: first & 0x80 != 0, opcode: first & 0x0f, length, key, size }))
}

exercises::check!(websocket::frame_header(frame_header));
