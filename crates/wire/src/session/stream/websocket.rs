//! WebSocket frames in both directions: fragments put together, compressed messages inflated.

use super::attachments::Joiner;
use super::{MOST_HELD, Next};
use crate::context::{Context, Frames, Messages, Side, Stream};
use crate::cursor::{Cursor, Step};
use crate::engineio::carried_by;
use crate::http::lists;
use crate::spec::rfc;
use crate::tree::Field;
use crate::websocket::deflate::Inflater;
use crate::websocket::{self, CLOSE, CONTINUATION, FRAME, Header};

static CONTINUED: Field = Field::new(
    "Payload Data, continued",
    rfc(6455, "5.2"),
    "More of the payload of a frame that began in an earlier piece and is too long to be held.",
);

#[derive(Debug)]
pub(super) struct WebSocket {
    /// Which end began the handshake, where there was one.
    client: Option<usize>,
    deflate: bool,
    messages: Option<Messages>,
    ends: [Sending; 2],
}

/// What one end has sent so far.
#[derive(Debug, Default)]
struct Sending {
    message: Option<Message>,
    inflater: Option<Inflater>,
    /// Each message is compressed for itself.
    forgets: bool,
    closed: bool,
    joiner: Joiner,
}

/// A message of which not all frames are there.
#[derive(Debug)]
struct Message {
    opcode: u8,
    compressed: bool,
    /// How many frames it has so far.
    frames: u32,
    /// `None` if it is too much to hold.
    bytes: Option<Vec<u8>>,
}

impl WebSocket {
    /// Frames without a handshake: both sides are unknown, and compression may have been agreed on.
    pub(super) fn found() -> Self {
        Self { client: None, deflate: true, messages: None, ends: Default::default() }
    }

    /// What follows a 101 with these extensions.
    pub(super) fn agreed(client: usize, extensions: &[u8], target: &[u8]) -> Self {
        let deflate = lists(extensions, "permessage-deflate");
        let has =
            |parameter: &[u8]| extensions.split(|b| b",;".contains(b)).any(|p| p.trim_ascii() == parameter);
        let forgets = [has(b"client_no_context_takeover"), has(b"server_no_context_takeover")];
        let mut ends: [Sending; 2] = Default::default();
        for (side, end) in ends.iter_mut().enumerate() {
            end.forgets = if side == client { forgets[0] } else { forgets[1] };
        }
        Self { client: Some(client), deflate, messages: carried_by(target), ends }
    }

    pub(super) fn held(&self) -> usize {
        let held = |end: &Sending| {
            let message = end.message.as_ref().and_then(|message| message.bytes.as_ref());
            message.map_or(0, Vec::capacity)
                + end.joiner.held()
                + end.inflater.as_ref().map_or(0, |_| Inflater::SIZE)
        };
        self.ends.iter().map(held).sum()
    }

    /// Reads a frame, where it is whole.
    pub(super) fn step(&mut self, side: usize, c: &mut Cursor<'_>, context: &Context<'_>) -> Step<Next> {
        let header = match Header::parse(c.peek(14)) {
            Ok(header) => header,
            Err(need) => return Ok(Next::More(need)),
        };
        let total = header.len.saturating_add(header.header as u64);
        let cut = total > MOST_HELD as u64;
        if !cut && (c.left() as u64) < total {
            return Ok(Next::More(total as usize));
        }
        let Some(end) = self.ends.get_mut(side) else { return Ok(Next::Read) };
        let sender = self.client.map(|client| if client == side { Side::Client } else { Side::Server });
        let (begun, closed) = (end.message.is_some(), end.closed);
        let frames = Some(Frames { deflate: self.deflate, begun, closed, cut });
        let context =
            Context { stream: Stream { sender, upgrade: None, frames, messages: self.messages }, ..*context };
        let here = total.min(c.left() as u64);
        let since = c.nodes();
        c.message_in(&context, FRAME.root, here as usize, FRAME.dissect)?;
        let deflate = self.deflate;
        c.lend(&context, |c| end.frame(&header, deflate, cut, c, since));
        end.joiner.fold(c, since, self.messages);
        Ok(if total > here { Next::Pass(total - here, &CONTINUED) } else { Next::Read })
    }
}

impl Sending {
    /// Takes in a frame that was read.
    fn frame(&mut self, header: &Header, deflate: bool, cut: bool, c: &mut Cursor<'_>, since: usize) {
        if header.is_control() {
            self.closed |= header.opcode == CLOSE;
            return;
        }
        if header.opcode != CONTINUATION {
            let compressed = deflate && header.rsv & 4 != 0;
            let message = Message { opcode: header.opcode, compressed, frames: 0, bytes: Some(Vec::new()) };
            self.message = Some(message);
        }
        let Some(message) = &mut self.message else { return };
        message.take(websocket::fragment(c, since), cut);
        if header.fin
            && let Some(message) = self.message.take()
        {
            // Where the tree has no room for one more source, its frames are still there.
            self.whole(message, c).unwrap_or_default();
        }
    }

    /// Shows a message that is whole, where its last frame does not show it already.
    fn whole(&mut self, message: Message, c: &mut Cursor<'_>) -> Step {
        if !message.compressed {
            return match message.bytes {
                Some(bytes) if message.frames > 1 => websocket::reassembled(c, message.opcode, bytes),
                _ => Ok(()),
            };
        }
        if self.forgets {
            self.inflater = None;
        }
        let inflater = self.inflater.get_or_insert_default();
        let Some(bytes) = message.bytes else {
            inflater.lose();
            return Ok(());
        };
        let inflated = inflater.message(&bytes);
        websocket::inflated(c, message.opcode, inflated)
    }
}

impl Message {
    fn take(&mut self, fragment: &[u8], cut: bool) {
        self.frames = self.frames.saturating_add(1);
        match &mut self.bytes {
            Some(bytes) if !cut && bytes.len() + fragment.len() <= MOST_HELD => {
                bytes.extend_from_slice(fragment);
            }
            bytes => *bytes = None,
        }
    }
}
