//! Socket.IO packets, protocol 5: events with names, in namespaces, with acknowledgements.
//!
//! ```text
//! 2["hi","you"]                                      an event, on the main namespace
//! 2/admin,12["hi"]                                   on another, and to be acknowledged as number 12
//! 51-["file",{"_placeholder":true,"num":0}]          with one binary attachment, which follows as a message
//! ```

use crate::cursor::{Cursor, Step};
use crate::json;
use crate::layer::Layer;
use crate::spec::Spec;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};

/// One packet, as an Engine.IO message carries it.
pub static SOCKETIO: Layer = Layer { id: "socketio", root: &PACKET, claims: |_| false, dissect, summary };

const ENCODING: Spec = Spec::Page {
    title: "Socket.IO protocol 5, Packet encoding",
    url: "https://github.com/socketio/socket.io-protocol#packet-encoding",
};
const CONNECTION: Spec = Spec::Page {
    title: "Socket.IO protocol 5, Connection to a namespace",
    url: "https://github.com/socketio/socket.io-protocol#connection-to-a-namespace",
};
const SENDING: Spec = Spec::Page {
    title: "Socket.IO protocol 5, Sending and receiving data",
    url: "https://github.com/socketio/socket.io-protocol#sending-and-receiving-data",
};
const ACKNOWLEDGEMENT: Spec = Spec::Page {
    title: "Socket.IO protocol 5, Acknowledgement",
    url: "https://github.com/socketio/socket.io-protocol#acknowledgement",
};

static PACKET: Field =
    Field::new("Socket.IO packet", ENCODING, "What one emit, acknowledgement or connect becomes.");
static TYPE: Field =
    Field::new("packet type", ENCODING, "What the packet does: 2 is what emit sends.").names(TYPES);
pub(crate) static ATTACHMENTS: Field = Field::new(
    "binary attachments",
    ENCODING,
    "How many binary messages follow that belong to this packet. Nothing else may come between.",
);
static HYPHEN: Field = Field::new("hyphen", ENCODING, "Ends the number of attachments.");
static NAMESPACE: Field = Field::new(
    "namespace",
    ENCODING,
    "Which of the conversations on this connection is meant. Left out for the main one, which is /.",
);
static COMMA: Field = Field::new("comma", ENCODING, "Ends the namespace.");
static ACK: Field = Field::new(
    "acknowledgment id",
    ACKNOWLEDGEMENT,
    "A number that the sender chose: the acknowledgement of this event must bring it back.",
);
pub(crate) static PAYLOAD: Field =
    Field::new("payload", ENCODING, "JSON, with a placeholder for each attachment.");
static EVENT: Field =
    Field::new("event name", SENDING, "The first argument of emit: what the listener listens for.");
static ARGUMENT: Field = Field::new("argument", SENDING, "What emit was given, as JSON.");
static PUNCTUATION: Field =
    Field::new("JSON punctuation", Spec::Own, "Brackets and commas between the values.");
static OBJECT: Field =
    Field::new("data", CONNECTION, "JSON: the session id, what authenticates, or why not.");

const TYPES: &[(u64, &str)] = &[
    (0, "CONNECT"),
    (1, "DISCONNECT"),
    (2, "EVENT"),
    (3, "ACK"),
    (4, "CONNECT_ERROR"),
    (5, "BINARY_EVENT"),
    (6, "BINARY_ACK"),
];

fn dissect(c: &mut Cursor<'_>) -> Step {
    let at = c.nodes();
    let kind = c.digits(&TYPE, 1, 10)?.value().unwrap_or(u64::MAX);
    if (7..u64::MAX).contains(&kind) {
        c.remark_at(at, Severity::Error, "no packet type: they are 0 to 6", ENCODING);
    }
    let attachments = if matches!(kind, 5 | 6) { attachments(c)? } else { None };
    if c.peek(1) == b"/" {
        let all = c.peek(c.left());
        let len = all.iter().position(|byte| *byte == b',').unwrap_or(all.len());
        c.text_of(&NAMESPACE, len)?;
        if c.left() > 0 {
            c.bytes(&COMMA, 1)?;
        }
    }
    let digits = digits(c);
    if digits > 0 {
        let at = c.nodes();
        c.digits(&ACK, digits, 10)?;
        if matches!(kind, 0 | 1 | 4) {
            c.remark_at(at, Severity::Error, "only events are acknowledged", ACKNOWLEDGEMENT);
        }
    } else if matches!(kind, 3 | 6) {
        c.remark_at(
            at,
            Severity::Error,
            "an acknowledgement without the number of what it acknowledges",
            ACKNOWLEDGEMENT,
        );
    }
    payload(c, at, kind, attachments)
}

fn attachments(c: &mut Cursor<'_>) -> Step<Option<u64>> {
    let digits = digits(c);
    let marked = c.peek(digits + 1).last() == Some(&b'-');
    if digits == 0 || !marked {
        let why = "a binary packet must say how many attachments follow, and then a hyphen";
        c.remark(Severity::Error, why, Some(ENCODING));
        return Ok(None);
    }
    let count = c.digits(&ATTACHMENTS, digits, 10)?.value();
    c.bytes(&HYPHEN, 1)?;
    Ok(count)
}

fn payload(c: &mut Cursor<'_>, at: usize, kind: u64, attachments: Option<u64>) -> Step {
    let all = c.peek(c.left());
    let (first, placeholders) = (all.first().copied(), placeholders(all));
    let empty = all.strip_prefix(b"[").is_some_and(|rest| rest.trim_ascii() == b"]");
    let rest = json::value(all).ok().and_then(|end| all.get(end..));
    let whole = rest.is_some_and(|rest| rest.trim_ascii().is_empty());
    let wrong = match kind {
        2 | 5 if first != Some(b'[') || empty => {
            Some(("an event's payload must be an array that is not empty", SENDING))
        }
        3 | 6 if first != Some(b'[') => {
            Some(("an acknowledgement's payload must be an array", ACKNOWLEDGEMENT))
        }
        4 if first.is_none() => Some(("a refusal must say why", CONNECTION)),
        1 if first.is_some() => Some(("a disconnect has no payload", ENCODING)),
        _ if first.is_some() && !whole => Some(("not JSON", ENCODING)),
        _ => None,
    };
    if let Some((why, spec)) = wrong {
        c.remark_at(at, Severity::Error, why, spec);
    }
    if let Some(count) = attachments.filter(|count| *count != placeholders) {
        let why =
            format!("{count} attachments are announced, and the payload has a place for {placeholders}");
        c.remark_at(at, Severity::Error, why, ENCODING);
    }
    match first {
        None => Ok(()),
        Some(b'[') if whole => c.within(&PAYLOAD, c.left(), |c| array(c, kind)),
        _ => c.text(if matches!(kind, 0 | 4) { &OBJECT } else { &PAYLOAD }).map(drop),
    }
}

/// The elements of what was found to be an array.
fn array(c: &mut Cursor<'_>, kind: u64) -> Step {
    let named = matches!(kind, 2 | 5);
    // A name is shown without its quotes, an argument with them: "1" is not 1.
    let quotes = usize::from(named && is_plain_string(separated(c.peek(c.left()), 0).1));
    punctuation(c, 0, quotes)?;
    if named {
        let len = match quotes {
            0 => json::value(c.peek(c.left())).unwrap_or(c.left()),
            _ => c.peek(c.left()).iter().position(|byte| *byte == b'"').unwrap_or(c.left()),
        };
        c.text_of(&EVENT, len)?;
        punctuation(c, quotes, 0)?;
    }
    while c.left() > 0 && c.peek(1) != b"]" {
        let len = json::value(c.peek(c.left())).unwrap_or(c.left());
        c.text_of(&ARGUMENT, len)?;
        punctuation(c, 0, 0)?;
    }
    if c.left() > 0 { punctuation(c, 0, 0) } else { Ok(()) }
}

/// A bracket or a comma, and the space around it; so many quotes before it and after it.
fn punctuation(c: &mut Cursor<'_>, before: usize, after: usize) -> Step {
    let (len, _) = separated(c.peek(c.left()), before);
    c.bytes(&PUNCTUATION, (len + after).min(c.left())).map(drop)
}

/// How long that is, without quotes after it, and what follows.
fn separated(all: &[u8], before: usize) -> (usize, &[u8]) {
    let rest = all.get(before..).unwrap_or_default().trim_ascii_start();
    let rest = rest.get(1..).unwrap_or_default().trim_ascii_start();
    (all.len() - rest.len(), rest)
}

/// Whether the value that comes next is a string that says itself, without escapes.
fn is_plain_string(json: &[u8]) -> bool {
    let Some(inside) = json.strip_prefix(b"\"") else { return false };
    inside.iter().find(|byte| matches!(byte, b'"' | b'\\')) == Some(&b'"')
}

/// How many digits come next.
fn digits(c: &Cursor<'_>) -> usize {
    c.peek(c.left()).iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// How many places for attachments the payload has.
fn placeholders(json: &[u8]) -> u64 {
    const MARK: &[u8] = b"\"_placeholder\":true";
    json.windows(MARK.len()).filter(|window| *window == MARK).count() as u64
}

/// Whether a message that Engine.IO carries can be a packet, where nobody says so.
pub(crate) fn plausible(message: &[u8]) -> bool {
    let [b'0'..=b'6', rest @ ..] = message else { return false };
    let rest = rest.trim_ascii_start();
    rest.first().is_none_or(|byte| b"[{/0123456789".contains(byte))
}

/// `EVENT "hi"`, `CONNECT /admin`, `ACK 12`
fn summary(d: &Dissection<'_>) -> String {
    packet_summary(d.nodes(), &|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned())
}

pub(crate) fn packet_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let find = |field: &'static Field| nodes.iter().find(|node| std::ptr::eq(node.field, field));
    let name = match find(&TYPE).map(|node| node.meaning) {
        Some(Meaning::Name(name)) => name,
        _ => "Socket.IO",
    };
    let parts = [&NAMESPACE, &ACK].into_iter().filter_map(find).map(text);
    let event = find(&EVENT).map(|node| format!("{:?}", text(node)));
    [name.to_owned()].into_iter().chain(parts).chain(event).collect::<Vec<_>>().join(" ")
}
