//! Signaling: how descriptions and candidates get to the peer (RFC 9429 section 3.1). No specification says by what, so
//! it is looked for where browsers' applications put it: SDP as it is, or JSON with what a script gets from the API.
//!
//! ```text
//! {"type":"offer","sdp":"v=0\r\no=- …"}                                        RTCSessionDescription
//! {"candidate":"candidate:1 1 udp …","sdpMid":"0","sdpMLineIndex":0}           RTCIceCandidate
//! {"description":{"type":"answer","sdp":…}}, {"candidate":{"candidate":…}}     the same, inside another object
//! {"type":"join","token":"007…","channel":"demo"}                              an Agora token, for an SFU that asks for one
//! ```

use crate::agora::{self, AGORA};
use crate::cursor::{Cursor, Step};
use crate::json::{self, Member};
use crate::sdp::{CANDIDATE, SDP};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Node, Severity};

/// So many members are shown one by one.
const MOST_MEMBERS: usize = 64;

const DESCRIPTION: Spec = Spec::Page {
    title: "WebRTC: Real-Time Communication in Browsers, RTCSessionDescriptionInit",
    url: "https://www.w3.org/TR/webrtc/#dom-rtcsessiondescriptioninit",
};
const ICE_CANDIDATE: Spec = Spec::Page {
    title: "WebRTC: Real-Time Communication in Browsers, RTCIceCandidateInit",
    url: "https://www.w3.org/TR/webrtc/#dom-rtcicecandidateinit",
};

static PUNCTUATION: Field = Field::new(
    "JSON",
    rfc(8259, "4"),
    "Brackets, quotes and commas, and the name of the member that follows.",
);
static TYPE: Field = Field::new(
    "type",
    DESCRIPTION,
    "Whether the description is an offer or an answer. It decides what setRemoteDescription does with it.",
);
static DESCRIPTION_TEXT: Field =
    Field::new("sdp", DESCRIPTION, "The description, as a JSON string: its line ends are written \\r\\n.");
static CANDIDATE_TEXT: Field = Field::new(
    "candidate",
    ICE_CANDIDATE,
    "A candidate that was found after the description was sent (RFC 8838). Empty or null: no more of them.",
);
static TOKEN: Field =
    Field::new("token", Spec::Own, "What the server asks for, before it lets anybody in: a token, as text.");
static OTHER: Field = Field::new("member", rfc(8259, "4"), "What else the application sends along.");

#[rustfmt::skip]
static MEMBERS: &[&Field] = &[
    &TYPE,
    &DESCRIPTION_TEXT,
    &CANDIDATE_TEXT,
    &TOKEN,
    &Field::new("sdpMid", ICE_CANDIDATE, "Which media section the candidate is for, by its a=mid."),
    &Field::new("sdpMLineIndex", ICE_CANDIDATE, "The same by its place, counted from 0."),
    &Field::new("usernameFragment", ICE_CANDIDATE, "The ufrag of the description that the candidate belongs to."),
    &Field::new("description", DESCRIPTION, "A description inside another object."),
];

/// Whether a message holds a description, a candidate or a token.
pub(crate) fn is_there(message: &[u8]) -> bool {
    (SDP.claims)(message) || is_json(message)
}

fn is_json(message: &[u8]) -> bool {
    // What is no object, most messages by far, costs one look.
    message.trim_ascii_start().starts_with(b"{")
        && std::str::from_utf8(message).is_ok()
        && json::value(message)
            .is_ok_and(|end| message.get(end..).unwrap_or_default().trim_ascii().is_empty())
        && wanted(message, 2)
}

/// Whether an object has a description, a candidate or a token, or another object that has.
fn wanted(object: &[u8], depth: usize) -> bool {
    json::members(object).into_iter().any(|Member { name, value }| {
        let value = object.get(value).unwrap_or_default();
        match object.get(name).unwrap_or_default() {
            b"sdp" if inside(value).is_some_and(|text| text.starts_with(b"v=")) => true,
            b"candidate" if inside(value).is_some_and(|text| text.is_empty() || (CANDIDATE.claims)(text)) => {
                true
            }
            b"token" if inside(value).is_some_and(AGORA.claims) => true,
            _ => depth > 1 && value.starts_with(b"{") && wanted(value, depth - 1),
        }
    })
}

/// What stands between the quotes, where the value is a string.
fn inside(value: &[u8]) -> Option<&[u8]> {
    value.strip_prefix(b"\"")?.strip_suffix(b"\"")
}

/// Reads the message, which is all that is left, as `field`.
pub(crate) fn read(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    c.within(field, c.left(), |c| match (SDP.claims)(c.peek(4)) {
        true => c.message(SDP.root, c.left(), SDP.dissect),
        false => object(c, 2),
    })
}

fn object(c: &mut Cursor<'_>, depth: usize) -> Step {
    let all = c.peek(c.left()).to_vec();
    let mut at = 0;
    for Member { name, value } in json::members(&all).into_iter().take(MOST_MEMBERS) {
        let name = all.get(name).unwrap_or_default();
        let field = MEMBERS.iter().find(|field| field.name.as_bytes() == name).copied().unwrap_or(&OTHER);
        let written = all.get(value.clone()).unwrap_or_default();
        let quote = usize::from(inside(written).is_some());
        let (start, end) = (value.start + quote, value.end - quote);
        c.bytes(&PUNCTUATION, start - at)?;
        at = end;
        match inside(written) {
            Some(text) => string(c, field, text)?,
            None if depth > 1 && written.starts_with(b"{") => {
                c.within(field, end - start, |c| object(c, depth - 1))?;
            }
            None if written.iter().all(u8::is_ascii_digit) => c.digits(field, end - start, 10).map(|_| ())?,
            None => c.text_of(field, end - start).map(|_| ())?,
        }
    }
    if c.left() > 0 { c.rest(&PUNCTUATION).map(drop) } else { Ok(()) }
}

fn string(c: &mut Cursor<'_>, field: &'static Field, text: &[u8]) -> Step {
    let layer = match field {
        _ if std::ptr::eq(field, &DESCRIPTION_TEXT) => &SDP,
        _ if std::ptr::eq(field, &CANDIDATE_TEXT) && !text.is_empty() => &CANDIDATE,
        // What a server makes of another kind of token is its own.
        _ if std::ptr::eq(field, &TOKEN) && (AGORA.claims)(text) => &AGORA,
        _ => {
            let read = c.text_of(field, text.len())?;
            if std::ptr::eq(field, &CANDIDATE_TEXT) {
                read.note(Severity::Info, "empty: no more candidates come", Some(ICE_CANDIDATE));
            }
            return Ok(());
        }
    };
    if !text.contains(&b'\\') {
        return c.within(field, text.len(), |c| c.message(layer.root, c.left(), layer.dissect));
    }
    c.text_of(field, text.len())?;
    c.derive(layer.root, json::unescaped(text), layer.dissect)
}

/// `SDP offer`, `candidate host 127.0.0.1:5000`, `no more candidates`, `join, Agora token, RTC demo as alice, for 600 s`,
/// where signaling is among these nodes.
pub(crate) fn summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> Option<String> {
    let find = |field: &Field| nodes.iter().position(|node| std::ptr::eq(node.field, field));
    let read = |field: &Field| find(field).and_then(|at| nodes.get(at)).map(text);
    if find(SDP.root).is_some() {
        let kind = read(&TYPE).filter(|kind| matches!(&kind[..], "offer" | "answer" | "pranswer"));
        return Some(["SDP".to_owned()].into_iter().chain(kind).collect::<Vec<_>>().join(" "));
    }
    if let Some(at) = find(AGORA.root) {
        let token = agora::token_summary(nodes.get(at..).unwrap_or_default(), text);
        let kind = read(&TYPE).map(|kind| kind.chars().take(8).collect::<String>());
        return Some(kind.into_iter().chain([token]).collect::<Vec<_>>().join(", "));
    }
    if let Some(at) = find(CANDIDATE.root) {
        let parts = nodes.get(at..).unwrap_or_default();
        let part =
            |name: &str| parts.iter().find(|node| node.field.name == name).map(text).unwrap_or_default();
        let short: String = part("connection-address").chars().take(45).collect();
        let kind: String = part("cand-type").chars().take(8).collect();
        return Some(format!(
            "candidate {kind} {short}:{}",
            part("port").chars().take(5).collect::<String>()
        ));
    }
    let empty = |node: &&Node| std::ptr::eq(node.field, &CANDIDATE_TEXT) && node.span.is_empty();
    nodes.iter().any(|node| empty(&node)).then(|| "no more candidates".to_owned())
}
