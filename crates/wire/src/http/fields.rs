//! Header fields: RFC 9112 section 5, and what those are for that matter to an upgrade.

use std::borrow::Cow;

use super::upgrade::{self, Verdict};
use super::{EMPTY_LINE, MOST_HEAD, line, line_end, text};
use crate::context::Stream;
use crate::cursor::{Cursor, Step, Stop};
use crate::spec::{Spec, rfc};
use crate::tree::{Field, Severity};

/// What is known of one header field.
struct Known {
    field: Field,
    /// What to say of a value.
    check: fn(&[u8], &Stream<'_>) -> Verdict,
}

static NAME: Field =
    Field::new("field-name", rfc(9112, "5"), "Which field this is; capitals and small letters are the same.");
static COLON: Field = Field::new(
    "colon",
    rfc(9112, "5"),
    "Ends the name, with no space before it. The space after it is custom, and means nothing.",
);
static VALUE: Field =
    Field::new("field-value", rfc(9112, "5"), "What the field says, without the space around it.");
static TRAILING: Field = Field::new("OWS", rfc(9112, "5"), "Space after the value, which means nothing.");
static FOLD: Field = Field::new(
    "obs-fold",
    rfc(9112, "5.2"),
    "A line that begins with space goes on with the value of the line before. HTTP no longer allows it.",
);
static OTHER: Known =
    known("field-line", rfc(9112, "5"), any, "A header field that this workbook has no word for.");

const fn known(
    name: &'static str,
    spec: Spec,
    check: fn(&[u8], &Stream<'_>) -> Verdict,
    about: &'static str,
) -> Known {
    Known { field: Field::new(name, spec, about), check }
}

fn any(_: &[u8], _: &Stream<'_>) -> Verdict {
    None
}

#[rustfmt::skip]
static KNOWN: &[Known] = &[
    known("Host", rfc(9110, "7.2"), any,
        "Which of the sites at this address is meant. A server must refuse an HTTP/1.1 request without it."),
    known("Connection", rfc(9110, "7.6.1"), any,
        "What is meant for this hop only. A proxy takes off each field named here, so one that does not know Upgrade \
         does not pass it on by mistake."),
    known("Upgrade", rfc(9110, "7.8"), any,
        "Which protocol the client would rather speak on this connection; in a 101, which one begins now."),
    known("Sec-WebSocket-Key", rfc(6455, "11.3.1"), upgrade::key,
        "16 random bytes in base64. It is no secret: the answer proves that the server read a WebSocket handshake and \
         not some other request."),
    known("Sec-WebSocket-Version", rfc(6455, "11.3.5"), upgrade::version,
        "13, as RFC 6455 is the thirteenth and last. A server that speaks others lists them in a 426."),
    known("Sec-WebSocket-Protocol", rfc(6455, "11.3.4"), any,
        "What the messages will mean. The client lists what it can speak, the server picks one or none."),
    known("Sec-WebSocket-Extensions", rfc(6455, "11.3.2"), any,
        "What may be done to frames, as compression. The client offers, the server takes what it likes."),
    known("Sec-WebSocket-Accept", rfc(6455, "11.3.3"), upgrade::accepted,
        "The SHA-1 of the key and a fixed GUID, in base64. A cache or a server of another kind cannot answer it by \
         chance."),
    known("Origin", rfc(6454, "7"), any,
        "Which site's script opened this. The browser writes it, no script can change it, and no CORS check stands \
         behind it: a WebSocket server must look at it itself."),
    known("Cookie", rfc(6265, "4.2"), any,
        "What the server had the browser keep. A browser sends it with a WebSocket handshake from any site, which is \
         why Origin must be checked."),
    known("Set-Cookie", rfc(6265, "4.1"), any, "What the browser is to keep and send with later requests."),
    known("Authorization", rfc(9110, "11.6.2"), any,
        "Who asks. A browser's WebSocket cannot set it, so tokens travel in cookies, the URL or a first message."),
    known("User-Agent", rfc(9110, "10.1.5"), any, "Which program asks."),
    known("Server", rfc(9110, "10.2.4"), any, "Which program answers."),
    known("Date", rfc(9110, "6.6.1"), any, "When the response was made."),
    known("Accept", rfc(9110, "12.5.1"), any, "Which kinds of content the client can use."),
    known("Accept-Encoding", rfc(9110, "12.5.3"), any, "Which compressions of the content the client can undo."),
    known("Accept-Language", rfc(9110, "12.5.4"), any, "Which languages the user reads."),
    known("Cache-Control", rfc(9111, "5.2"), any, "Who may keep a copy, and for how long."),
    known("Pragma", rfc(9111, "5.4"), any, "What Cache-Control says, for HTTP/1.0."),
    known("Content-Type", rfc(9110, "8.3"), any, "Which kind of content follows."),
    known("Content-Length", rfc(9110, "8.6"), upgrade::length,
        "How many bytes of content follow the head. Where it is wrong, the rest is taken for the next message."),
    known("Content-Encoding", rfc(9110, "8.4"), any, "How the content was compressed."),
    known("Transfer-Encoding", rfc(9112, "6.1"), any,
        "How the content is cut up to travel. In chunks, each says its length, so the whole need not be known."),
    known("Access-Control-Allow-Origin", Spec::Page { title: "Fetch Standard", url: "https://fetch.spec.whatwg.org/#http-access-control-allow-origin" }, any,
        "Which site's scripts may read the response. It does not guard a WebSocket."),
    known("Sec-Fetch-Site", FETCH_METADATA, any, "How the asking site is related to this one, in the browser's word."),
    known("Sec-Fetch-Mode", FETCH_METADATA, any, "Why the browser asks: websocket, cors, navigate and others."),
    known("Sec-Fetch-Dest", FETCH_METADATA, any, "What the browser will use the answer for."),
    known("X-Forwarded-For", rfc(7239, "7.4"), any,
        "Whom a proxy asks for. Anybody can write it, so trust it from one's own proxy only."),
];

const FETCH_METADATA: Spec =
    Spec::Page { title: "Fetch Metadata Request Headers", url: "https://www.w3.org/TR/fetch-metadata/" };

/// The fields, and the empty line after them. Trailers of chunked content are fields too.
pub(super) fn fields(c: &mut Cursor<'_>) -> Step {
    loop {
        match c.peek(2) {
            [] => {
                let why = "no end of the head: an empty line must follow the last field";
                c.remark(Severity::Error, why, Some(rfc(9112, "2.1")));
                return Err(Stop);
            }
            [b'\n', ..] => return line_end(c, &EMPTY_LINE, 1),
            b"\r\n" => return line_end(c, &EMPTY_LINE, 2),
            [b' ' | b'\t', ..] => line(c, &FOLD, folded)?,
            _ => {
                // No further than the line, so that many lines without a colon are each looked at once.
                let start = c.peek(MOST_HEAD);
                let end = start.iter().position(|byte| matches!(byte, b':' | b'\n')).unwrap_or(0);
                let name = c.peek(end).trim_ascii_end();
                let known = KNOWN.iter().find(|k| k.field.name.as_bytes().eq_ignore_ascii_case(name));
                let Known { field, check } = known.unwrap_or(&OTHER);
                line(c, field, |c| field_line(c, *check))?;
            }
        }
    }
}

fn folded(c: &mut Cursor<'_>) -> Step {
    let why = "a folded line: a server refuses it with 400, or takes the fold for a space";
    c.remark(Severity::Error, why, Some(rfc(9112, "5.2")));
    text(c, &VALUE, c.left())
}

fn field_line(c: &mut Cursor<'_>, check: fn(&[u8], &Stream<'_>) -> Verdict) -> Step {
    let all = c.left();
    let Some(name) = c.peek(all).iter().position(|b| *b == b':') else {
        c.remark(Severity::Error, "no colon: this is no header field", Some(rfc(9112, "5")));
        return text(c, &NAME, all);
    };
    let (spaced, token) =
        (c.peek(name).trim_ascii_end().len() < name, c.peek(name).iter().all(|b| is_token(*b)));
    let why = match (name, spaced, token) {
        (0, ..) => Some(("no name before the colon", rfc(9112, "5"))),
        (_, true, _) => Some(("space before the colon: a server must refuse it with 400", rfc(9112, "5.1"))),
        (_, _, false) => Some(("a name is made of letters, digits and some signs", rfc(9110, "5.6.2"))),
        _ => None,
    };
    if let Some((why, spec)) = why {
        c.remark(Severity::Error, why, Some(spec));
    }
    if name > 0 {
        text(c, &NAME, name)?;
    }
    let after = c.peek(all).split_first().map(|(_, after)| after).unwrap_or_default();
    let value = after.trim_ascii_start();
    let (colon, value) = (1 + after.len() - value.len(), value.trim_ascii_end().len());
    c.bytes(&COLON, colon)?;
    if value > 0 {
        let verdict = check(c.peek(value), &c.context().stream);
        let at = c.nodes();
        text(c, &VALUE, value)?;
        if let Some((severity, why, spec)) = verdict {
            c.remark_at(at, severity, why, spec);
        }
    }
    if c.left() > 0 { c.bytes(&TRAILING, c.left()).map(drop) } else { Ok(()) }
}

/// What a name may be made of (RFC 9110 section 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// The values of all fields of that name that were read since there were `since` nodes. The name is spelled
/// as in the table above.
pub(crate) fn values<'c>(c: &'c Cursor<'_>, since: usize, name: &str) -> impl Iterator<Item = &'c [u8]> {
    let nodes = c.since(since);
    nodes.iter().enumerate().filter(move |(_, node)| node.field.name == name).map(move |(at, node)| {
        let inside = nodes.get(at..at + node.size as usize).unwrap_or_default();
        let value = inside.iter().find(|node| node.field.name == VALUE.name);
        value.map(|node| c.slice(node.span)).unwrap_or_default()
    })
}

/// The values of all fields of that name, as the one list that they stand for (RFC 9110 section 5.3).
pub(crate) fn joined(c: &Cursor<'_>, since: usize, name: &str) -> Vec<u8> {
    values(c, since, name).collect::<Vec<_>>().join(&b", "[..])
}

/// Whether a comma-separated list has that element, whatever parameters it has.
pub(crate) fn lists(list: &[u8], token: &str) -> bool {
    elements(list).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// The elements of a list, without their parameters.
pub(super) fn elements(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    let all = list.split(|b| *b == b',');
    let names = all.map(|element| element.split(|b| *b == b';').next().unwrap_or_default().trim_ascii());
    names.filter(|name| !name.is_empty())
}

/// Bytes as text, for a note.
pub(super) fn quoted(bytes: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
