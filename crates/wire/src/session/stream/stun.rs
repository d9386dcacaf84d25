//! STUN and ChannelData over TCP: the length in each message says where the next begins (RFC 8489 section
//! 6.2.2, RFC 8656 section 12.5).

use super::Next;
use crate::context::Context;
use crate::cursor::{Cursor, Step, Stop};
use crate::layer::Layer;
use crate::stun::{self, HEADER_LEN, MAGIC_COOKIE};

/// Reads a message, where one is whole.
pub(super) fn step(c: &mut Cursor<'_>, context: &Context<'_>) -> Step<Next> {
    match begins(c.peek(HEADER_LEN)) {
        Begins::Message(layer, len) if len <= c.left() => {
            c.message_in(context, layer.root, len, layer.dissect)?;
            Ok(Next::Read)
        }
        Begins::Message(_, len) => Ok(Next::More(len)),
        Begins::Perhaps => Ok(Next::More(c.left() + 1)),
        Begins::Other => Err(Stop),
    }
}

/// Whether a connection that begins so may be STUN's. Every one begins with a STUN message; ChannelData alone
/// would be taken for many a text.
pub(super) fn opens(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|first| *first <= 3) && !matches!(begins(bytes), Begins::Other)
}

/// What a stretch of a stream begins with.
enum Begins {
    /// A message, and how long it is with its padding.
    Message(&'static Layer, usize),
    /// Too few bytes to tell.
    Perhaps,
    /// Neither STUN nor ChannelData.
    Other,
}

fn begins(bytes: &[u8]) -> Begins {
    let cookie = MAGIC_COOKIE.to_be_bytes();
    let length = |bytes: &[u8; 4]| usize::from(u16::from_be_bytes([bytes[2], bytes[3]]));
    match (bytes.first(), bytes.split_first_chunk::<4>()) {
        (None | Some(0..=3 | 0x40..=0x4f), None) => Begins::Perhaps,
        (Some(0..=3), Some((start, rest))) if rest.starts_with(&cookie) => {
            Begins::Message(&stun::STUN, HEADER_LEN + length(start))
        }
        (Some(0..=3), Some((_, rest))) if cookie.starts_with(rest) => Begins::Perhaps,
        (Some(0x40..=0x4f), Some((start, _))) => {
            Begins::Message(&stun::CHANNEL_DATA, 4 + length(start).next_multiple_of(4))
        }
        _ => Begins::Other,
    }
}
