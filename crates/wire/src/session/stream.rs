//! STUN and ChannelData over TCP: the length in each message says where the next begins (RFC 8489 section
//! 6.2.2, RFC 8656 section 12.5). A piece of the stream may hold several messages, and break off anywhere.

use std::borrow::Cow;
use std::collections::HashMap;
use std::net::SocketAddr;

use crate::context::Context;
use crate::cursor::{Cursor, Step, Stop};
use crate::layer::Layer;
use crate::protocols::DATA;
use crate::spec::rfc;
use crate::stun::{self, HEADER_LEN, MAGIC_COOKIE};
use crate::trace::Event;
use crate::tree::{Dissection, Field, Tree};

/// So many directions of streams are followed. A message has at most 65,555 bytes, which bounds each.
const MOST: usize = 1024;

/// What a stream's last piece broke off with, by direction.
#[derive(Debug, Default)]
pub(super) struct Streams {
    begun: HashMap<(SocketAddr, SocketAddr), Vec<u8>>,
}

static STREAM: Layer = Layer {
    id: "stun-stream",
    root: &Field::new(
        "STUN over TCP",
        rfc(8489, "6.2.2"),
        "Messages one after the other. The length in each says where the next begins.",
    ),
    claims: |_| false,
    dissect,
    summary: |d| format!("STUN over TCP, {} bytes", d.wire().len()),
};
static UNFINISHED: Field = Field::new(
    "Unfinished",
    rfc(8489, "6.2.2"),
    "The beginning of a message whose rest comes in a later piece.",
);

impl Streams {
    /// Dissects a piece, with what the one before it broke off with.
    pub(super) fn piece<'e>(
        &mut self,
        tree: Tree,
        event: &'e Event,
        context: &Context<'_>,
    ) -> Dissection<'e> {
        let flow = (event.from, event.to);
        let begun = self.begun.remove(&flow);
        // Every connection begins with a STUN message; ChannelData alone would be taken for many a text.
        if begun.is_none() && !opens(&event.bytes) {
            return DATA.dissect_in(tree, &event.bytes[..], context);
        }
        let bytes = match begun {
            Some(begun) if !begun.is_empty() => Cow::Owned([&begun[..], &event.bytes].concat()),
            _ => Cow::Borrowed(&event.bytes[..]),
        };
        let dissection = STREAM.dissect_in(tree, bytes, context);
        if self.begun.len() < MOST {
            let unfinished = dissection.find(UNFINISHED.name).map(|node| dissection.bytes(node.span));
            self.begun.insert(flow, unfinished.unwrap_or_default().to_vec());
        }
        dissection
    }
}

fn dissect(c: &mut Cursor<'_>) -> Step {
    c.repeat(|c| match begins(c.peek(HEADER_LEN)) {
        Begins::Message(layer, len) if len <= c.left() => c.message(layer.root, len, layer.dissect),
        Begins::Message(..) | Begins::Perhaps => c.rest(&UNFINISHED).map(drop),
        Begins::Other => Err(Stop),
    })
}

/// Whether a connection that begins so may be STUN's.
fn opens(bytes: &[u8]) -> bool {
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
