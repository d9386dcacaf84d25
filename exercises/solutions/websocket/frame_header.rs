//! # websocket::frame_header: a solution
//!
//! Each step takes what it reads off the front of `rest`, and gives up with Ok(None) where `rest` is too short. So at
//! the end the size is known without counting: what was there, less what remains.
//!
//! A match on the seven bits says which form the length has, and each long form is held against the longest that the
//! form below it could have held. The reserved bits can be judged as soon as the first byte is there.

use exercises::websocket::frame_header::{Broken, Header};

/// The header that `bytes` begins with; None where it is not whole yet.
pub fn frame_header(bytes: &[u8]) -> Result<Option<Header>, Broken> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & 0x70 != 0 {
        return Err(Broken::ReservedBits);
    }

    let (length, rest) = match second & 0x7f {
        126 => {
            let Some((two, rest)) = rest.split_first_chunk::<2>() else { return Ok(None) };
            let length = u64::from(u16::from_be_bytes(*two));
            if length <= 125 {
                return Err(Broken::NotShortest);
            }
            (length, rest)
        }
        127 => {
            let Some((eight, rest)) = rest.split_first_chunk::<8>() else { return Ok(None) };
            let length = u64::from_be_bytes(*eight);
            if length <= 0xffff {
                return Err(Broken::NotShortest);
            }
            if length >> 63 != 0 {
                return Err(Broken::HighestBit);
            }
            (length, rest)
        }
        short => (u64::from(short), rest),
    };

    let (key, rest) = if second & 0x80 != 0 {
        let Some((key, rest)) = rest.split_first_chunk::<4>() else { return Ok(None) };
        (Some(*key), rest)
    } else {
        (None, rest)
    };

    let size = bytes.len() - rest.len();
    Ok(Some(Header { fin: first & 0x80 != 0, opcode: first & 0x0f, length, key, size }))
}

exercises::check!(websocket::frame_header(frame_header));
