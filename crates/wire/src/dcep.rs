//! The Data Channel Establishment Protocol: RFC 8832 section 5. Two messages, and a channel may be used after the first.
//!
//! ```text
//! +---------------+---------------+-------------------------------+
//! | Message Type  | Channel Type  |           Priority            |
//! +---------------+---------------+-------------------------------+
//! |                     Reliability Parameter                     |
//! +-------------------------------+-------------------------------+
//! |         Label Length          |        Protocol Length        |
//! +-------------------------------+-------------------------------+
//! |                   Label, then Protocol                        |
//! ```

use crate::cursor::{Cursor, Step};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};

/// What opens a data channel.
pub static DCEP: Layer =
    Layer { id: "dcep", root: &MESSAGE, claims: |_| false, dissect, summary: |d| message_summary(d, 0) };

static MESSAGE: Field = Field::new(
    "DCEP",
    rfc(8832, "5"),
    "Opens a data channel on the stream that carries it, or says that it is open. A channel with negotiated: true \
     does without.",
);
static TYPE: Field =
    Field::new("Message Type", rfc(8832, "8.2.1"), "Whether the channel is asked for or granted.")
        .hex()
        .names(&[(2, "DATA_CHANNEL_ACK"), (3, "DATA_CHANNEL_OPEN")]);
static CHANNEL: Field = Field::new(
    "Channel Type",
    rfc(8832, "5.1"),
    "How much is promised: everything, or only a number of tries (maxRetransmits) or a time (maxPacketLifeTime). The \
     highest bit gives up the order (ordered: false).",
)
.hex()
.names(&[
    (0x00, "DATA_CHANNEL_RELIABLE"),
    (0x80, "DATA_CHANNEL_RELIABLE_UNORDERED"),
    (0x01, "DATA_CHANNEL_PARTIAL_RELIABLE_REXMIT"),
    (0x81, "DATA_CHANNEL_PARTIAL_RELIABLE_REXMIT_UNORDERED"),
    (0x02, "DATA_CHANNEL_PARTIAL_RELIABLE_TIMED"),
    (0x82, "DATA_CHANNEL_PARTIAL_RELIABLE_TIMED_UNORDERED"),
]);
static PRIORITY: Field = Field::new(
    "Priority",
    rfc(8831, "6.4"),
    "Which channel goes first where not all can. 128, 256, 512 and 1024 are the four levels of the API.",
)
.names(&[(128, "below normal"), (256, "normal"), (512, "high"), (1024, "extra high")]);
static RELIABILITY: Field = Field::new(
    "Reliability Parameter",
    rfc(8832, "5.1"),
    "How often a message is sent again, or for how many milliseconds it is tried, as the type says. Zero for a \
     reliable channel.",
);
static LABEL_LENGTH: Field = Field::new("Label Length", rfc(8832, "5.1"), "How many bytes the label has.");
static PROTOCOL_LENGTH: Field =
    Field::new("Protocol Length", rfc(8832, "5.1"), "How many bytes the protocol has.");
static LABEL: Field = Field::new(
    "Label",
    rfc(8832, "5.1"),
    "The first argument of createDataChannel. It names the channel for people; two may have the same.",
);
static PROTOCOL: Field = Field::new(
    "Protocol",
    rfc(8832, "5.1"),
    "The subprotocol: a name from the WebSocket registry, or of one's own. Mostly empty.",
);

const OPEN: u64 = 3;
const ACK: u64 = 2;

fn dissect(c: &mut Cursor<'_>) -> Step {
    let known = |kind| matches!(kind, OPEN | ACK);
    let kind = c.u8(&TYPE)?.expect(known, "no message type: 2 and 3 are in use", rfc(8832, "8.2.1")).value();
    if kind != OPEN {
        return Ok(());
    }
    let channel = c.u8(&CHANNEL)?.expect(
        |kind| matches!(kind & 0x7f, 0..=2),
        "a reserved channel type: the receiver closes the channel",
        rfc(8832, "6"),
    );
    let reliable = channel.value() & 0x7f == 0;
    c.u16(&PRIORITY)?;
    let parameter = c.u32(&RELIABILITY)?;
    if reliable && parameter.value() != 0 {
        let why = "must be zero: the channel is reliable. The receiver ignores it";
        parameter.note(Severity::Warning, why, Some(rfc(8832, "5.1")));
    }
    let label = c.u16(&LABEL_LENGTH)?.value() as usize;
    let protocol = c.u16(&PROTOCOL_LENGTH)?.value() as usize;
    for (field, len) in [(&LABEL, label), (&PROTOCOL, protocol)] {
        if len > 0 {
            c.text_of(field, len)?;
        }
    }
    Ok(())
}

/// The label that a DATA_CHANNEL_OPEN among these nodes gives, empty where it gives an empty one; where in the nodes
/// it is a DATA_CHANNEL_ACK or nothing of the kind, `None`.
pub(crate) fn opened(nodes: &[Node]) -> Option<Option<&Node>> {
    (kind(nodes)? == OPEN).then(|| nodes.iter().find(|node| std::ptr::eq(node.field, &LABEL)))
}

/// Whether a DATA_CHANNEL_ACK is among these nodes.
pub(crate) fn acknowledged(nodes: &[Node]) -> bool {
    kind(nodes) == Some(ACK)
}

fn kind(nodes: &[Node]) -> Option<u64> {
    nodes.iter().find(|node| std::ptr::eq(node.field, &TYPE)).and_then(Node::uint)
}

/// `DATA_CHANNEL_OPEN chat`, of the message whose node that is.
pub(crate) fn message_summary(d: &Dissection<'_>, at: u32) -> String {
    let below = d.below(at);
    let name = match below.iter().find(|node| std::ptr::eq(node.field, &TYPE)).map(|node| node.meaning) {
        Some(Meaning::Name(name)) => name,
        _ => "DCEP",
    };
    match opened(below) {
        Some(Some(label)) => format!("{name} {}", Label(&String::from_utf8_lossy(d.bytes(label.span)))),
        _ => name.to_owned(),
    }
}

/// A label as it stands in a line: what a terminal would obey escaped, and cut to 24 characters.
pub(crate) struct Label<'l>(pub(crate) &'l str);

impl std::fmt::Display for Label<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut chars = self.0.chars();
        chars.by_ref().take(24).try_for_each(|c| write!(f, "{}", c.escape_debug()))?;
        if chars.next().is_some() { f.write_str("\u{2026}") } else { Ok(()) }
    }
}
