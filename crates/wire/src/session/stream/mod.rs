//! Byte streams: where one message ends and the next begins, and what one leaves the next to mean.
//!
//! A connection begins unknown. Its first bytes say whether it is STUN or HTTP/1.1, and an HTTP connection can
//! become a WebSocket. A piece of a stream may hold several messages and break off anywhere: the tree of an
//! event holds all that the event completes, with what the piece before broke off with in front, and a leaf for
//! what is unfinished. What a message must know of those before it is lent to its dissector in the context; what
//! the session must know of a message is read from its tree.
//!
//! All of it is bounded: the connections, what is held of each message, and what is held altogether.

mod attachments;
mod http;
mod sessions;
mod stun;
mod websocket;

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;

use crate::context::Context;
use crate::cursor::{Cursor, Step, Stop};
use crate::engineio::packets_summary;
use crate::http::content::CONTENT;
use crate::layer::Layer;
use crate::protocols::DATA;
use crate::spec::{Spec, rfc};
use crate::trace::Event;
use crate::tree::{Dissection, Field, Node, Tree};
use crate::websocket::{FRAME, INFLATED, REASSEMBLED, frame_summary, whole_summary};
use http::DECODED;

/// So many connections are followed.
const MOST: usize = 1024;
/// So much is held of one message, or of one frame.
const MOST_HELD: usize = 1 << 20;
/// So much is held altogether, beyond which the oldest connection is forgotten.
const MOST_HELD_ALTOGETHER: usize = 64 << 20;

/// The connections of a trace.
#[derive(Debug, Default)]
pub(super) struct Streams {
    connections: HashMap<Key, Connection>,
    oldest: VecDeque<Key>,
    held: usize,
    sessions: sessions::Sessions,
}

/// Both ends, the lesser address first.
type Key = (SocketAddr, SocketAddr);

fn key(one: SocketAddr, other: SocketAddr) -> Key {
    if one <= other { (one, other) } else { (other, one) }
}

#[derive(Debug, Default)]
struct Connection {
    protocol: Protocol,
    /// What the lesser address sends, and what the other does.
    ends: [End; 2],
}

#[derive(Debug, Default)]
enum Protocol {
    #[default]
    Unknown,
    Stun,
    Http(http::Http),
    WebSocket(websocket::WebSocket),
}

/// One direction of a connection.
#[derive(Debug, Default)]
struct End {
    /// What the last piece broke off with.
    begun: Vec<u8>,
    /// How many bytes it must have before more can be said.
    need: usize,
    /// So many bytes are shown as they come, as what they are.
    pass: Option<(u64, &'static Field)>,
}

/// What a protocol made of the bytes that come next.
enum Next {
    /// It read a message.
    Read,
    /// It cannot tell before so many bytes are there.
    More(usize),
    /// So many bytes are to be shown as they come.
    Pass(u64, &'static Field),
    /// Another protocol begins.
    Switch(Box<Protocol>),
}

static UNKNOWN: Layer = layer(
    "tcp-stream",
    &Field::new("TCP stream", rfc(9293, "3.4"), "Bytes of a connection; too few yet to say what it carries."),
);
static STUN: Layer = layer(
    "stun-stream",
    &Field::new(
        "STUN over TCP",
        rfc(8489, "6.2.2"),
        "Messages one after the other. The length in each says where the next begins.",
    ),
);
static HTTP: Layer = layer(
    "http-stream",
    &Field::new(
        "HTTP/1.1 connection",
        rfc(9112, "9.3"),
        "Messages one after the other. A response belongs to the first request that has none yet.",
    ),
);
static WEBSOCKET: Layer = layer(
    "websocket-stream",
    &Field::new(
        "WebSocket connection",
        rfc(6455, "1.3"),
        "What was HTTP up to the 101, and now is frames in both directions.",
    ),
);
static UNFINISHED: Field = Field::new(
    "Unfinished",
    Spec::Own,
    "The beginning of a message whose rest comes in a later piece, or a part of one.",
);

const fn layer(id: &'static str, root: &'static Field) -> Layer {
    Layer { id, root, claims: |_| false, dissect: |_| Err(Stop), summary }
}

impl Streams {
    /// Dissects a piece, with what the one before it broke off with.
    pub(super) fn piece<'e>(
        &mut self,
        tree: Tree,
        event: &'e Event,
        layer: Option<&'static Layer>,
        context: &Context<'_>,
    ) -> Dissection<'e> {
        let lesser = event.from <= event.to;
        let key = key(event.from, event.to);
        if !self.connections.contains_key(&key) {
            self.oldest.push_back(key);
            let frames = layer.is_some_and(|layer| layer.id == FRAME.id);
            let protocol =
                if frames { Protocol::WebSocket(websocket::WebSocket::found()) } else { Protocol::Unknown };
            self.connections.insert(key, Connection { protocol, ..Connection::default() });
        }
        let Some(connection) = self.connections.get_mut(&key) else {
            return DATA.dissect_in(tree, &event.bytes[..], context);
        };
        let before = connection.held();
        let dissection =
            connection.piece(usize::from(!lesser), tree, &event.bytes, context, &mut self.sessions);
        self.held = (self.held + connection.held()).saturating_sub(before);
        self.forget();
        dissection
    }

    /// Forgets a connection.
    pub(super) fn closed(&mut self, one: SocketAddr, other: SocketAddr) {
        let key = key(one, other);
        if let Some(connection) = self.connections.remove(&key) {
            self.held = self.held.saturating_sub(connection.held());
            self.oldest.retain(|other| *other != key);
        }
    }

    /// Forgets the oldest until what is held is within bounds.
    fn forget(&mut self) {
        while self.connections.len() > MOST || self.held > MOST_HELD_ALTOGETHER {
            let Some(oldest) = self.oldest.pop_front() else { return };
            let held = self.connections.remove(&oldest).map(|connection| connection.held());
            self.held = self.held.saturating_sub(held.unwrap_or_default());
        }
    }
}

impl Connection {
    fn piece<'e>(
        &mut self,
        side: usize,
        tree: Tree,
        bytes: &'e [u8],
        context: &Context<'_>,
        sessions: &mut sessions::Sessions,
    ) -> Dissection<'e> {
        let Some(end) = self.ends.get_mut(side) else { return DATA.dissect_in(tree, bytes, context) };
        // So that a long message in many pieces is not looked at from its start with each of them.
        if !end.begun.is_empty() && end.begun.len() + bytes.len() < end.need {
            end.begun.extend_from_slice(bytes);
            let body = |c: &mut Cursor<'_>| c.rest(&UNFINISHED).map(drop);
            return self.protocol.layer().dissect_by(tree, bytes.into(), context, body);
        }
        let bytes = match end.begun.is_empty() {
            true => Cow::Borrowed(bytes),
            false => {
                let mut all = std::mem::take(&mut end.begun);
                all.extend_from_slice(bytes);
                Cow::Owned(all)
            }
        };
        if let Protocol::Unknown = self.protocol {
            match Protocol::of(side, &bytes) {
                Some(Protocol::Unknown) => return DATA.dissect_in(tree, bytes, context),
                Some(protocol) => self.protocol = protocol,
                None => {}
            }
        }
        let layer = self.protocol.layer();
        layer.dissect_by(tree, bytes, context, |c| c.repeat(|c| self.message(side, c, context, sessions)))
    }

    /// Reads what comes next.
    fn message(
        &mut self,
        side: usize,
        c: &mut Cursor<'_>,
        context: &Context<'_>,
        sessions: &mut sessions::Sessions,
    ) -> Step {
        let Some(end) = self.ends.get_mut(side) else { return Err(Stop) };
        if end.pass.is_some() {
            return end.pass_on(c);
        }
        let next = match &mut self.protocol {
            Protocol::Unknown => Next::More(c.left() + 1),
            Protocol::Stun => stun::step(c, context)?,
            Protocol::Http(http) => http.step(side, c, context, sessions)?,
            Protocol::WebSocket(frames) => frames.step(side, c, context)?,
        };
        match next {
            Next::Read => Ok(()),
            Next::More(need) => {
                end.begun = c.peek(c.left()).to_vec();
                end.need = need;
                c.rest(&UNFINISHED).map(drop)
            }
            Next::Pass(len, field) => {
                end.pass = Some((len, field));
                end.pass_on(c)
            }
            Next::Switch(protocol) => {
                self.protocol = *protocol;
                Ok(())
            }
        }
    }

    fn held(&self) -> usize {
        let begun: usize = self.ends.iter().map(|end| end.begun.capacity()).sum();
        begun
            + match &self.protocol {
                Protocol::Unknown | Protocol::Stun => 0,
                Protocol::Http(http) => http.held(),
                Protocol::WebSocket(frames) => frames.held(),
            }
    }
}

impl Protocol {
    /// What a connection carries that begins so, [`Protocol::Unknown`] for none known here; `None` while too few
    /// bytes are there to tell.
    fn of(side: usize, bytes: &[u8]) -> Option<Self> {
        if stun::opens(bytes) {
            return Some(Self::Stun);
        }
        let http = crate::http::opens(bytes)?;
        Some(if http { Self::Http(http::Http::begun_by(side, bytes)) } else { Self::Unknown })
    }

    fn layer(&self) -> &'static Layer {
        match self {
            Self::Unknown => &UNKNOWN,
            Self::Stun => &STUN,
            Self::Http(_) => &HTTP,
            Self::WebSocket(_) => &WEBSOCKET,
        }
    }
}

impl End {
    fn pass_on(&mut self, c: &mut Cursor<'_>) -> Step {
        let Some((left, field)) = self.pass else { return Ok(()) };
        let here = usize::try_from(left).unwrap_or(usize::MAX).min(c.left());
        // What lasts as long as the connection never counts down.
        let left = if left == u64::MAX { left } else { left - here as u64 };
        self.pass = (left > 0).then_some((left, field));
        if here > 0 { c.bytes(field, here).map(drop) } else { Ok(()) }
    }
}

/// What the messages of a piece say, one after the other.
fn summary(d: &Dissection<'_>) -> String {
    let text = |node: &Node| String::from_utf8_lossy(d.bytes(node.span)).into_owned();
    let said = |at: u32| {
        let node = d.nodes().get(at as usize)?;
        let inside = d.nodes().get(at as usize..(at + node.size) as usize)?;
        let known = MESSAGES.iter().find(|(root, _)| std::ptr::eq(*root, node.field));
        Some(match known {
            Some((_, summary)) => summary(inside, &text),
            None => format!("{}, {} bytes", node.field.name, node.span.len()),
        })
    };
    d.children(0).filter_map(said).collect::<Vec<_>>().join("; ")
}

/// A summary of the nodes of one message; the second argument reads a node's text.
type Summary = fn(&[Node], &dyn Fn(&Node) -> String) -> String;

static MESSAGES: &[(&Field, Summary)] = &[
    (crate::http::HTTP.root, crate::http::message_summary),
    (FRAME.root, frame_summary),
    (&REASSEMBLED, whole_summary),
    (&INFLATED, whole_summary),
    (&CONTENT, content_summary),
    (&DECODED, content_summary),
];

fn content_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    if let Some(said) = crate::signaling::summary(nodes, text) {
        return said;
    }
    let packets = packets_summary(nodes, text);
    match nodes.first() {
        Some(whole) if packets.is_empty() => format!("{}, {} bytes", whole.field.name, whole.span.len()),
        _ => packets,
    }
}
