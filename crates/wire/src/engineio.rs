//! Engine.IO packets, revision 4: what Socket.IO travels in.
//!
//! ```text
//! 4hello            type 4 (message), then its data: a text message of a WebSocket
//! 4hello\x1e2       two packets in the body of a poll, 0x1e between them
//! bAQIDBA==         a binary message in such a body, in base64; on a WebSocket it is a binary message as it is
//! ```

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::context::{Messages, Side};
use crate::cursor::{Cursor, Step};
use crate::json;
use crate::layer::Layer;
use crate::socketio;
use crate::spec::Spec;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};

/// A body of packets, or one packet.
pub static ENGINEIO: Layer = Layer { id: "engineio", root: &PAYLOAD, claims: |_| false, dissect, summary };

const fn page(title: &'static str, url: &'static str) -> Spec {
    Spec::Page { title, url }
}

const ENCODING: Spec = page(
    "Engine.IO protocol 4, Packet encoding",
    "https://github.com/socketio/engine.io-protocol#packet-encoding",
);
const POLLING: Spec = page(
    "Engine.IO protocol 4, HTTP long-polling",
    "https://github.com/socketio/engine.io-protocol#http-long-polling-1",
);
const HANDSHAKE: Spec =
    page("Engine.IO protocol 4, Handshake", "https://github.com/socketio/engine.io-protocol#handshake");
const HEARTBEAT: Spec =
    page("Engine.IO protocol 4, Heartbeat", "https://github.com/socketio/engine.io-protocol#heartbeat");
const UPGRADE: Spec =
    page("Engine.IO protocol 4, Upgrade", "https://github.com/socketio/engine.io-protocol#upgrade");
const WEBSOCKET: Spec =
    page("Engine.IO protocol 4, WebSocket", "https://github.com/socketio/engine.io-protocol#websocket-1");

static PAYLOAD: Field = Field::new(
    "Engine.IO payload",
    POLLING,
    "All packets that were waiting when the poll came, one after the other.",
);
static PACKET: Field = Field::new(
    "Engine.IO packet",
    ENCODING,
    "One character of type, and data. It says what the connection does.",
);
static TYPE: Field = Field::new(
    "Engine.IO packet type",
    ENCODING,
    "What the packet is for. Only a message (4) is the application's; the others keep the connection.",
)
.names(TYPES);
static SEPARATOR: Field = Field::new(
    "record separator",
    POLLING,
    "0x1e, which stands between packets. No packet's text may hold it, which JSON never does.",
);
static OPENING: Field = Field::new(
    "handshake",
    HANDSHAKE,
    "JSON: the session id, the transports to upgrade to, and how often the server will ping.",
);
static PROBE: Field = Field::new(
    "probe",
    UPGRADE,
    "\"probe\": asks whether the new transport works before anything is moved to it.",
);
static MESSAGE: Field =
    Field::new("message", ENCODING, "The application's text, which means nothing to Engine.IO.");
static DATA: Field = Field::new("data", ENCODING, "Bytes that this type of packet has no use for.");
static MARK: Field =
    Field::new("b", POLLING, "Marks a binary message, which a text body can hold only in base64.");
static BASE64: Field =
    Field::new("base64", POLLING, "Three bytes in each four characters: a third more to send.");
/// Also a binary message of a WebSocket.
pub(crate) static BINARY: Field = Field::new(
    "Binary message",
    WEBSOCKET,
    "Bytes as they are, without a type: a binary message can be nothing but a message.",
);

const TYPES: &[(u64, &str)] =
    &[(0, "open"), (1, "close"), (2, "ping"), (3, "pong"), (4, "message"), (5, "upgrade"), (6, "noop")];

fn dissect(c: &mut Cursor<'_>) -> Step {
    c.repeat(|c| {
        let all = c.peek(c.left());
        let len = all.iter().position(|byte| *byte == 0x1e).unwrap_or(all.len());
        if len == 0 {
            c.remark(Severity::Error, "a separator with no packet before it", Some(POLLING));
        } else if all.first() == Some(&b'b') {
            c.within(&PACKET, len, base64)?;
        } else {
            c.within(&PACKET, len, body)?;
        }
        if c.left() > 0 {
            c.bytes(&SEPARATOR, 1)?;
            if c.left() == 0 {
                c.remark(Severity::Error, "a separator with no packet after it", Some(POLLING));
            }
        }
        Ok(())
    })
}

/// One packet, which is all that is left.
pub(crate) fn packet(c: &mut Cursor<'_>) -> Step {
    c.within(&PACKET, c.left(), body)
}

fn body(c: &mut Cursor<'_>) -> Step {
    let at = c.nodes();
    let Some(kind) = c.digits(&TYPE, 1, 10)?.value() else {
        return if c.left() > 0 { c.rest(&DATA).map(drop) } else { Ok(()) };
    };
    if kind > 6 {
        c.remark_at(at, Severity::Error, "no packet type: they are 0 to 6", ENCODING);
    }
    let probe = c.peek(c.left()) == b"probe";
    if let Some((why, spec)) = wrong(kind, c.context().stream.sender, probe) {
        c.remark_at(at, Severity::Error, why, spec);
    }
    match kind {
        _ if c.left() == 0 && kind != 4 => Ok(()),
        0 => text(c, &OPENING),
        2 | 3 if probe => text(c, &PROBE),
        4 => message(c),
        _ => text(c, &DATA),
    }
}

fn message(c: &mut Cursor<'_>) -> Step {
    let socket = match c.context().stream.messages {
        Some(messages) => messages == Messages::SocketIo,
        None => socketio::plausible(c.peek(c.left())),
    };
    match socket {
        true => c.within(socketio::SOCKETIO.root, c.left(), socketio::SOCKETIO.dissect),
        false if c.left() > 0 => text(c, &MESSAGE),
        false => Ok(()),
    }
}

fn base64(c: &mut Cursor<'_>) -> Step {
    c.bytes(&MARK, 1)?;
    // An empty message is one too: an attachment may be empty.
    if c.left() == 0 {
        return c.derive(&BINARY, Vec::new(), |c| c.rest(&BINARY).map(drop));
    }
    let span = c.text(&BASE64)?.value();
    match STANDARD.decode(c.slice(span)) {
        Ok(bytes) => c.derive(&BINARY, bytes, |c| c.rest(&BINARY).map(drop)),
        Err(error) => {
            c.remark(Severity::Error, format!("not base64: {error}"), Some(POLLING));
            Ok(())
        }
    }
}

fn text(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let broken = std::ptr::eq(field, &OPENING) && json::value(c.peek(c.left())) != Ok(c.left());
    let read = c.text(field)?;
    if broken {
        read.note(Severity::Error, "not JSON: the client cannot learn its session id", Some(HANDSHAKE));
    }
    Ok(())
}

/// What a side may not send.
fn wrong(kind: u64, sender: Option<Side>, probe: bool) -> Option<(&'static str, Spec)> {
    match (kind, sender?) {
        (0, Side::Client) => Some(("only the server opens a session", HANDSHAKE)),
        (2, Side::Client) if !probe => Some((
            "a ping from the client: since revision 4 the server pings and the client answers",
            HEARTBEAT,
        )),
        (3, Side::Server) if !probe => Some((
            "a pong from the server: since revision 4 the server pings and the client answers",
            HEARTBEAT,
        )),
        (5, Side::Server) => Some(("only the client upgrades", UPGRADE)),
        _ => None,
    }
}

/// What travels in the messages of a session with this URL, if it is Engine.IO's.
pub(crate) fn carried_by(target: &[u8]) -> Option<Messages> {
    let (path, query) = target.split_at(target.iter().position(|byte| *byte == b'?')?);
    let ours = query.split(|byte| b"?&".contains(byte)).any(|pair| pair == b"EIO=4");
    let plain = path.starts_with(b"/engine.io");
    ours.then_some(if plain { Messages::EngineIo } else { Messages::SocketIo })
}

/// Which session a URL names.
pub(crate) fn session_of(target: &[u8]) -> Option<&[u8]> {
    let mut pairs = target.split(|byte| b"?&".contains(byte)).skip(1);
    pairs.find_map(|pair| pair.strip_prefix(b"sid=")).filter(|sid| (1..=MOST_SID).contains(&sid.len()))
}

/// No server gives a longer name.
const MOST_SID: usize = 128;

/// `open`, `message EVENT "hi"`, `ping`
fn summary(d: &Dissection<'_>) -> String {
    packets_summary(d.nodes(), &|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned())
}

/// The same of nodes among which there are packets.
pub(crate) fn packets_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let packets = nodes.iter().enumerate().filter(|(_, node)| std::ptr::eq(node.field, &PACKET));
    let said = packets.map(|(at, node)| {
        let inside = nodes.get(at..at + node.size as usize).unwrap_or_default();
        if let Some(at) = inside.iter().position(|node| std::ptr::eq(node.field, socketio::SOCKETIO.root)) {
            return socketio::packet_summary(inside.get(at..).unwrap_or_default(), text);
        }
        match inside.iter().find(|node| std::ptr::eq(node.field, &TYPE)).map(|node| node.meaning) {
            Some(Meaning::Name(name)) => {
                let probe = inside.iter().any(|node| std::ptr::eq(node.field, &PROBE));
                format!("Engine.IO {name}{}", if probe { " \"probe\"" } else { "" })
            }
            Some(_) => "Engine.IO, no type".to_owned(),
            None => "Engine.IO binary".to_owned(),
        }
    });
    said.collect::<Vec<_>>().join(", ")
}
