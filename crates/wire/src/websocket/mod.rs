//! WebSocket frames: RFC 6455 section 5.2.
//!
//! ```text
//!  0                   1                   2                   3
//!  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |F|R|R|R| opcode|M| Payload len |    Extended payload length    |
//! |I|S|S|S|       |A|             |  16 bits where the len is 126 |
//! |N|V|V|V|       |S|             |  64 bits where the len is 127 |
//! | |1|2|3|       |K|             |                               |
//! +-+-+-+-+-------+-+-------------+-------------------------------+
//! |  Masking-key (32 bits, where MASK is set)  |  Payload Data    |
//! ```
//!
//! What a frame means can depend on those before it: [`crate::Frames`] in the context says so, and messages of
//! several frames are put together by a [`crate::Session`].

mod close;
pub(crate) mod deflate;
mod header;

pub use header::{Header, mask};

use crate::context::Side;
use crate::cursor::{Cursor, Step};
use crate::engineio;
use crate::layer::Layer;
use crate::signaling;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};
use deflate::Inflater;

/// One WebSocket frame.
pub static FRAME: Layer = Layer { id: "websocket", root: &ROOT, claims: |_| false, dissect, summary };

static ROOT: Field = Field::new(
    "WebSocket frame",
    rfc(6455, "5.2"),
    "A message, a piece of one, or a control frame between the pieces. TCP may cut it anywhere and join it to \
     the next.",
);
static PAYLOAD: Field = Field::new(
    "Payload Data",
    rfc(6455, "5.2"),
    "What the frame carries. From a client each byte is XORed with one of the masking key.",
);
static UNMASKED: Field = Field::new(
    "Unmasked payload",
    rfc(6455, "5.3"),
    "The payload after the XOR with the masking key, which anyone on the way can do too: masking hides nothing.",
);
static FRAGMENT: Field = Field::new(
    "Fragment",
    rfc(6455, "5.4"),
    "A piece of a message. A character may be cut in two, so only the whole is text.",
);
static COMPRESSED: Field =
    Field::new("Compressed data", rfc(7692, "7.2.1"), "DEFLATE, without the four bytes that end a flush.");
pub(crate) static REASSEMBLED: Field = Field::new(
    "Reassembled message",
    rfc(6455, "5.4"),
    "What the fragments make, put together at the last of them.",
);
pub(crate) static INFLATED: Field = Field::new(
    "Inflated message",
    rfc(7692, "7.2.2"),
    "What the compressed data stands for, after 00 00 ff ff was put back at its end.",
);
static TEXT: Field =
    Field::new("Application data", rfc(6455, "5.6"), "The message: text, which must be UTF-8.");
static BINARY: Field = Field::new(
    "Application data",
    rfc(6455, "5.6"),
    "The message: bytes, whose meaning is the application's.",
);
static PING: Field = Field::new(
    "Application data",
    rfc(6455, "5.5.2"),
    "Any bytes, at most 125. The pong must bring the same ones back.",
);
static PONG: Field = Field::new(
    "Application data",
    rfc(6455, "5.5.3"),
    "The bytes of the ping that it answers; of any choice in a pong that nobody asked for.",
);

/// The opcodes (RFC 6455 section 11.8).
pub(crate) const OPCODES: &[(u64, &str)] =
    &[(0, "Continuation"), (1, "Text"), (2, "Binary"), (8, "Close"), (9, "Ping"), (10, "Pong")];
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT_FRAME: u8 = 1;
pub(crate) const CLOSE: u8 = 8;

fn dissect(c: &mut Cursor<'_>) -> Step {
    let frame = header::read(c)?;
    let cut = c.context().stream.frames.is_some_and(|frames| frames.cut);
    let len = if cut { c.left() } else { usize::try_from(frame.len).unwrap_or(usize::MAX) };
    if cut {
        let why = "too long to be held here: its payload is shown as it comes, and not put together";
        c.remark(Severity::Info, why, None);
    }
    let Some(key) = frame.key else {
        return if len > 0 { c.inline(len, |c| payload(c, &frame)) } else { payload(c, &frame) };
    };
    if len == 0 {
        return payload(c, &frame);
    }
    let span = c.bytes(&PAYLOAD, len)?.value();
    let mut bytes = c.slice(span).to_vec();
    mask(&mut bytes, key);
    c.derive(&UNMASKED, bytes, |c| payload(c, &frame))
}

/// What the payload is, once it can be read.
fn payload(c: &mut Cursor<'_>, frame: &Header) -> Step {
    let stream = c.context().stream;
    match frame.opcode {
        CLOSE => close::body(c),
        // An empty binary message can be an attachment of Socket.IO.
        2 if c.left() == 0 && frame.fin && stream.messages.is_some() => c.rest(&engineio::BINARY).map(drop),
        _ if c.left() == 0 => Ok(()),
        9 => c.rest(&PING).map(drop),
        10 => c.rest(&PONG).map(drop),
        CONTINUATION => c.rest(&FRAGMENT).map(drop),
        _ if frame.rsv & 4 != 0 && frame.opcode < CLOSE => {
            let span = c.rest(&COMPRESSED)?.value();
            // On a stream the session inflates, which has what the messages before have left.
            if stream.frames.is_some() || !frame.fin {
                return Ok(());
            }
            let inflated = Inflater::default().message(c.slice(span));
            message(c, &INFLATED, frame.opcode, inflated)
        }
        _ if !frame.fin => c.rest(&FRAGMENT).map(drop),
        opcode => data(c, opcode),
    }
}

/// Puts a whole message beside the frames that it was made of.
fn message(
    c: &mut Cursor<'_>,
    field: &'static Field,
    opcode: u8,
    bytes: Result<Vec<u8>, deflate::Failed>,
) -> Step {
    match bytes {
        Ok(bytes) => c.derive(field, bytes, |c| data(c, opcode)),
        Err(failed) => {
            let (severity, spec) = match failed {
                deflate::Failed::Corrupt => (Severity::Error, Some(rfc(7692, "7.2.2"))),
                _ => (Severity::Info, None),
            };
            c.remark(severity, failed.to_string(), spec);
            Ok(())
        }
    }
}

/// The message that a compressed one stands for.
pub(crate) fn inflated(c: &mut Cursor<'_>, opcode: u8, bytes: Result<Vec<u8>, deflate::Failed>) -> Step {
    message(c, &INFLATED, opcode, bytes)
}

/// The message that fragments make.
pub(crate) fn reassembled(c: &mut Cursor<'_>, opcode: u8, bytes: Vec<u8>) -> Step {
    message(c, &REASSEMBLED, opcode, Ok(bytes))
}

/// The part of a message that was read since there were `since` nodes, where its frame is not all of it.
pub(crate) fn fragment<'c>(c: &'c Cursor<'_>, since: usize) -> &'c [u8] {
    let part = |field: &&Field| std::ptr::eq(*field, &FRAGMENT) || std::ptr::eq(*field, &COMPRESSED);
    let node = c.since(since).iter().find(|node| part(&node.field));
    node.map(|node| c.slice(node.span)).unwrap_or_default()
}

fn data(c: &mut Cursor<'_>, opcode: u8) -> Step {
    if c.left() == 0 {
        return Ok(());
    }
    match (c.context().stream.messages, opcode) {
        (Some(_), TEXT_FRAME) => return engineio::packet(c),
        (Some(_), _) => return c.rest(&engineio::BINARY).map(drop),
        (None, TEXT_FRAME) => {}
        (None, _) => return c.rest(&BINARY).map(drop),
    }
    if signaling::is_there(c.peek(c.left())) {
        return signaling::read(c, &TEXT);
    }
    let valid = std::str::from_utf8(c.peek(c.left())).is_ok();
    let read = c.text(&TEXT)?;
    if !valid {
        let why = "a text message that is not UTF-8: the receiver fails the connection, with 1007";
        read.note(Severity::Error, why, Some(rfc(6455, "8.1")));
    }
    Ok(())
}

/// `Text "Hello"`, `Close 1000 Normal Closure`, `Text, 3 bytes of more`
fn summary(d: &Dissection<'_>) -> String {
    frame_summary(d.nodes(), &|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned())
}

pub(crate) fn frame_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let packets = engineio::packets_summary(nodes, text);
    if !packets.is_empty() {
        return packets;
    }
    let find = |name| nodes.iter().find(|node| node.field.name == name);
    let name = match find("opcode").map(|node| node.meaning) {
        Some(Meaning::Name(name)) => name,
        _ => "Reserved opcode",
    };
    if let Some(code) = find(close::CODE.name) {
        let meaning = if let Meaning::Name(name) = code.meaning { name } else { "" };
        return format!("{name} {} {meaning}", code.uint().unwrap_or_default()).trim_end().to_owned();
    }
    if let Some(said) = signaling::summary(nodes, text) {
        return format!("{name}: {said}");
    }
    if let Some(said) = quoted(nodes, text) {
        return format!("{name} {said}");
    }
    let len =
        find("Extended payload length").or(find("Payload len")).and_then(Node::uint).unwrap_or_default();
    let more = match find("FIN").and_then(Node::uint) {
        Some(0) => ", more to come",
        _ => "",
    };
    let unit = if len == 1 { "byte" } else { "bytes" };
    format!("{name}, {len} {unit}{more}")
}

/// The same of a message that was put together: `inflated "Hello"`.
pub(crate) fn whole_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let packets = engineio::packets_summary(nodes, text);
    let whole = nodes.first();
    let len = whole.map_or(0, |node| node.span.len());
    let inflated = whole.is_some_and(|node| std::ptr::eq(node.field, &INFLATED));
    let how = if inflated { "inflated" } else { "reassembled" };
    let said = match packets.is_empty() {
        true => signaling::summary(nodes, text).or_else(|| quoted(nodes, text)),
        false => Some(packets),
    };
    format!("{how} {}", said.unwrap_or_else(|| format!("{len} bytes")))
}

/// The text of a message, cut to fit.
fn quoted(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> Option<String> {
    let text = text(nodes.iter().find(|node| std::ptr::eq(node.field, &TEXT))?);
    let short: String = text.chars().take(24).collect();
    let more = if short.len() < text.len() { "\u{2026}" } else { "" };
    Some(format!("{short:?}{more}"))
}

/// Which side masks (RFC 6455 section 5.1).
pub(crate) fn masks(side: Side) -> bool {
    side == Side::Client
}
