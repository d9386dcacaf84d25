//! Socket.IO's binary attachments: sent apart, joined here.

use super::MOST_HELD;
use crate::context::Messages;
use crate::cursor::Cursor;
use crate::engineio::BINARY;
use crate::socketio::{ATTACHMENTS, PAYLOAD, SOCKETIO};
use crate::spec::Spec;
use crate::tree::{Field, Node, Severity};

/// More attachments than that are not joined.
const MOST: u64 = 256;

const ENCODING: Spec = Spec::Page {
    title: "Socket.IO protocol 5, Packet encoding",
    url: "https://github.com/socketio/socket.io-protocol#packet-encoding",
};
static JOINED: Field = Field::new(
    "Joined packet",
    ENCODING,
    "The payload with its attachments where their placeholders stood: what the listener is called with.",
);

/// What one side has sent of a packet with attachments.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    payload: String,
    expected: u64,
    came: u64,
}

/// What a node begins or brings.
enum Part {
    Packet { at: usize, attachments: u64, payload: String },
    Attachment { at: usize, hex: String },
}

impl Joiner {
    pub(super) fn held(&self) -> usize {
        self.waiting.as_ref().map_or(0, |waiting| waiting.payload.capacity())
    }

    /// Takes in the packets and attachments that were read since there were `since` nodes. A binary message of
    /// plain Engine.IO belongs to nothing.
    pub(super) fn fold(&mut self, c: &mut Cursor<'_>, since: usize, messages: Option<Messages>) {
        if messages != Some(Messages::SocketIo) {
            return;
        }
        for part in parts(c, since) {
            match part {
                Part::Packet { at, attachments, payload } => {
                    if let Some(Waiting { expected, came, .. }) = self.waiting.take() {
                        let why = format!(
                            "a packet, though of {expected} attachments {came} came: the receiver gives up"
                        );
                        c.remark_at(at, Severity::Error, why, ENCODING);
                    }
                    if (1..=MOST).contains(&attachments) {
                        self.waiting = Some(Waiting { payload, expected: attachments, came: 0 });
                    }
                }
                Part::Attachment { at, hex } => self.attachment(c, at, &hex),
            }
        }
    }

    fn attachment(&mut self, c: &mut Cursor<'_>, at: usize, hex: &str) {
        let Some(mut waiting) = self.waiting.take() else {
            return c.remark_at(
                at,
                Severity::Error,
                "binary, but no packet announced an attachment",
                ENCODING,
            );
        };
        let placeholder = format!("{{\"_placeholder\":true,\"num\":{}}}", waiting.came);
        if waiting.payload.len() + hex.len() <= MOST_HELD {
            waiting.payload = waiting.payload.replacen(&placeholder, hex, 1);
        }
        waiting.came += 1;
        if waiting.came < waiting.expected {
            self.waiting = Some(waiting);
            return;
        }
        // Where the tree has no room for one more source, the parts are still there.
        c.derive(&JOINED, waiting.payload.into_bytes(), |c| c.text(&PAYLOAD).map(drop)).unwrap_or_default();
    }
}

/// The packets and attachments among the nodes since then, in their order.
fn parts(c: &Cursor<'_>, since: usize) -> Vec<Part> {
    let nodes = c.since(since);
    let packet = |at: usize| {
        let size = nodes.get(at)?.size as usize;
        let inside = nodes.get(at..at + size)?;
        let find = |field: &'static Field| inside.iter().find(|node| std::ptr::eq(node.field, field));
        let attachments = find(&ATTACHMENTS).and_then(Node::uint).unwrap_or_default();
        let text = |node: &Node| String::from_utf8_lossy(c.slice(node.span)).into_owned();
        let payload = find(&PAYLOAD).filter(|_| attachments > 0).map(text).unwrap_or_default();
        Some(Part::Packet { at: since + at, attachments, payload })
    };
    let leaf = |node: &Node| std::ptr::eq(node.field, &BINARY) && node.size == 1;
    let part = |(at, node): (usize, &Node)| {
        if std::ptr::eq(node.field, SOCKETIO.root) {
            return packet(at);
        }
        leaf(node).then(|| Part::Attachment { at: since + at, hex: hex(c.slice(node.span)) })
    };
    nodes.iter().enumerate().filter_map(part).collect()
}

/// `<01 02 03 04>`, as Node.js shows a buffer, with the length of what is left out.
fn hex(bytes: &[u8]) -> String {
    let shown: Vec<_> = bytes.iter().take(32).map(|byte| format!("{byte:02x}")).collect();
    match bytes.len().saturating_sub(32) {
        0 => format!("<{}>", shown.join(" ")),
        more => format!("<{} \u{2026} {more} more bytes>", shown.join(" ")),
    }
}
