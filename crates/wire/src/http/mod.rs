//! HTTP/1.1 messages: RFC 9112. What a WebSocket begins with, and what Engine.IO polls with.
//!
//! ```text
//! GET /chat HTTP/1.1 CRLF                    method SP request-target SP HTTP-version
//! Host: server.example.com CRLF              field-name ":" OWS field-value OWS
//! Upgrade: websocket CRLF
//! CRLF                                       the head ends; what follows is content
//! ```
//!
//! A dissector reads one head, and takes what follows it for content. Where the content ends is for a
//! [`crate::Session`] to say: it depends on the request (RFC 9112 section 6.3).

pub(crate) mod content;
mod fields;
mod upgrade;

pub use upgrade::accept;

pub(crate) use fields::{joined, lists, values};

use crate::cursor::{Cursor, Step, Stop};
use crate::layer::Layer;
use crate::spec::rfc;
use crate::tree::{Dissection, Field, Meaning, Node, Severity};

/// HTTP/1.1, requests and responses.
pub static HTTP: Layer = Layer { id: "http", root: &MESSAGE, claims, dissect, summary };

/// A longer head is not looked at: servers refuse one that is half as long.
pub const MOST_HEAD: usize = 16 * 1024;

static MESSAGE: Field = Field::new(
    "HTTP message",
    rfc(9112, "2.1"),
    "A start line, header fields, an empty line, and content where there is some.",
);
static REQUEST_LINE: Field =
    Field::new("request-line", rfc(9112, "3"), "What is asked, of which resource, in which version.");
static METHOD: Field = Field::new(
    "method",
    rfc(9112, "3.1"),
    "What to do with the resource. A WebSocket begins with GET, which has no content.",
);
static TARGET: Field = Field::new(
    "request-target",
    rfc(9112, "3.2"),
    "Which resource: the path and the query of the URL. The host stands in Host.",
);
static STATUS_LINE: Field = Field::new(
    "status-line",
    rfc(9112, "4"),
    "How it went: a number for the program, a phrase for a person.",
);
static STATUS: Field = Field::new(
    "status-code",
    rfc(9112, "4"),
    "What came of the request. 101 means that another protocol begins right after this head.",
)
.names(STATUSES);
static REASON: Field = Field::new(
    "reason-phrase",
    rfc(9112, "4"),
    "Says the status code in words. A client must not rely on it.",
);
static VERSION: Field = Field::new(
    "HTTP-version",
    rfc(9112, "2.3"),
    "The highest version that the sender can speak. Upgrade needs HTTP/1.1.",
);
static SPACE: Field = Field::new("SP", rfc(9112, "3"), "One space between the parts of a start line.");
static EMPTY_LINE: Field = Field::new(
    "empty line",
    rfc(9112, "2.1"),
    "Ends the head: without it the receiver waits for more fields.",
);
static LINE_END: Field = Field::new("CRLF", rfc(9112, "2.2"), "Ends a line.");
static CONTENT: Field =
    Field::new("content", rfc(9110, "6.4"), "What the message is about, where it is about anything.");

const METHODS: &[&str] =
    &["GET ", "POST ", "HEAD ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "];
const STATUSES: &[(u64, &str)] = &[
    (100, "Continue"),
    (101, "Switching Protocols"),
    (200, "OK"),
    (204, "No Content"),
    (301, "Moved Permanently"),
    (302, "Found"),
    (304, "Not Modified"),
    (307, "Temporary Redirect"),
    (308, "Permanent Redirect"),
    (400, "Bad Request"),
    (401, "Unauthorized"),
    (403, "Forbidden"),
    (404, "Not Found"),
    (405, "Method Not Allowed"),
    (408, "Request Timeout"),
    (413, "Content Too Large"),
    (414, "URI Too Long"),
    (426, "Upgrade Required"),
    (429, "Too Many Requests"),
    (431, "Request Header Fields Too Large"),
    (500, "Internal Server Error"),
    (502, "Bad Gateway"),
    (503, "Service Unavailable"),
    (504, "Gateway Timeout"),
    (505, "HTTP Version Not Supported"),
];

fn dissect(c: &mut Cursor<'_>) -> Step {
    let since = c.nodes();
    let head = head(c);
    upgrade::check(c, since);
    head?;
    if c.left() > 0 { c.rest(&CONTENT).map(drop) } else { Ok(()) }
}

fn head(c: &mut Cursor<'_>) -> Step {
    while c.peek(2) == b"\r\n" {
        c.bytes(&EMPTY_LINE, 2)?.note(
            Severity::Info,
            "an empty line before the message, which a server skips",
            Some(rfc(9112, "2.2")),
        );
    }
    if c.peek(5) == b"HTTP/" {
        line(c, &STATUS_LINE, status_line)?;
    } else {
        line(c, &REQUEST_LINE, request_line)?;
    }
    fields::fields(c)
}

fn request_line(c: &mut Cursor<'_>) -> Step {
    word(c, &METHOD)?;
    word(c, &TARGET)?;
    version(c, c.left())
}

fn status_line(c: &mut Cursor<'_>) -> Step {
    version(c, until(c, b' ').unwrap_or(c.left()))?;
    c.bytes(&SPACE, 1)?;
    let digits = until(c, b' ').unwrap_or(c.left());
    let code = c.digits(&STATUS, digits, 10)?;
    if code.value().is_none_or(|code| !(100..600).contains(&code)) || digits != 3 {
        code.note(Severity::Error, "a status code is three digits, 100 to 599", Some(rfc(9110, "15")));
    }
    c.bytes(&SPACE, 1)?;
    if c.left() > 0 { text(c, &REASON, c.left()) } else { Ok(()) }
}

/// A part of a start line, and the space after it.
fn word(c: &mut Cursor<'_>, field: &'static Field) -> Step {
    let Some(len) = until(c, b' ') else {
        let why = "a request line has three parts with one space between them";
        c.remark(Severity::Error, why, Some(rfc(9112, "3")));
        return Err(Stop);
    };
    text(c, field, len)?;
    c.bytes(&SPACE, 1).map(drop)
}

fn version(c: &mut Cursor<'_>, len: usize) -> Step {
    let known = matches!(c.peek(len), b"HTTP/1.1" | b"HTTP/1.0");
    let read = c.text_of(&VERSION, len)?;
    if !known {
        read.note(Severity::Error, "must be HTTP/1.1, in capitals", Some(rfc(9112, "2.3")));
    }
    Ok(())
}

/// Groups one line: what `body` reads, then its end.
fn line(c: &mut Cursor<'_>, field: &'static Field, body: impl FnOnce(&mut Cursor<'_>) -> Step) -> Step {
    let Some(feed) = until(c, b'\n') else {
        c.group(field, |c| c.inline(c.left(), body))?;
        let why = "no end of the head: a line must end with CRLF, and the last with another CRLF";
        c.remark(Severity::Error, why, Some(rfc(9112, "2.1")));
        return Err(Stop);
    };
    let text = c.peek(feed).strip_suffix(b"\r").map_or(feed, <[u8]>::len);
    c.group(field, |c| {
        c.inline(text, body)?;
        line_end(c, &LINE_END, feed + 1 - text)
    })
}

fn line_end(c: &mut Cursor<'_>, field: &'static Field, len: usize) -> Step {
    let read = c.bytes(field, len)?;
    if len == 1 {
        let why = "a bare LF: a sender must write CRLF, though a receiver may let this pass";
        read.note(Severity::Warning, why, Some(rfc(9112, "2.2")));
    }
    Ok(())
}

/// Text. Old senders wrote Latin-1, which is kept as bytes; what splits a message in two is an error.
fn text(c: &mut Cursor<'_>, field: &'static Field, len: usize) -> Step {
    let bytes = c.peek(len);
    let dangerous = bytes.iter().any(|byte| matches!(byte, b'\r' | 0));
    let read = if std::str::from_utf8(bytes).is_ok() {
        c.text_of(field, len)?
    } else {
        let why = "beyond ASCII, and not UTF-8: to be taken as opaque";
        c.bytes(field, len)?.note(Severity::Info, why, Some(rfc(9110, "5.5")))
    };
    if dangerous {
        let why = "holds CR or NUL, by which receivers have been made to see two messages in one";
        read.note(Severity::Error, why, Some(rfc(9110, "5.5")));
    }
    Ok(())
}

/// How many bytes stand before the next `byte`, no further than a head may reach.
fn until(c: &Cursor<'_>, byte: u8) -> Option<usize> {
    c.peek(MOST_HEAD).iter().position(|b| *b == byte)
}

/// How many bytes the head has that `bytes` begins with, its empty line counted; `None` while that is to come.
#[must_use]
pub fn head_len(bytes: &[u8]) -> Option<usize> {
    let mut skipped = 0;
    while bytes.get(skipped..)?.starts_with(b"\r\n") {
        skipped += 2;
    }
    let mut line = skipped;
    loop {
        let rest = bytes.get(line..)?;
        let feed = rest.iter().position(|b| *b == b'\n')?;
        line += feed + 1;
        if matches!(rest.get(..feed)?, b"" | b"\r") {
            return Some(line);
        }
    }
}

/// Whether a stream that begins so is HTTP/1.1's; `None` while too few bytes are there to tell.
pub(crate) fn opens(bytes: &[u8]) -> Option<bool> {
    let starts = || METHODS.iter().copied().chain(["HTTP/1."]).map(str::as_bytes);
    if starts().any(|start| bytes.starts_with(start)) {
        return Some(true);
    }
    if starts().any(|start| start.starts_with(bytes)) { None } else { Some(false) }
}

fn claims(bytes: &[u8]) -> bool {
    let first = bytes.get(..bytes.len().min(MOST_HEAD)).unwrap_or_default();
    let first = first.split(|b| *b == b'\n').next().unwrap_or_default();
    opens(bytes) == Some(true) && first.windows(7).any(|part| part == b"HTTP/1.")
}

/// `GET /chat, upgrade to websocket`, `101 Switching Protocols`
fn summary(d: &Dissection<'_>) -> String {
    message_summary(d.nodes(), &|node| String::from_utf8_lossy(d.bytes(node.span)).into_owned())
}

pub(crate) fn message_summary(nodes: &[Node], text: &dyn Fn(&Node) -> String) -> String {
    let find = |name| nodes.iter().find(|node| node.field.name == name);
    if let Some(status) = find("status-code") {
        let name = match status.meaning {
            Meaning::Name(name) => format!(" {name}"),
            _ => String::new(),
        };
        let code = text(status);
        return if code.is_empty() {
            "HTTP response without a status".to_owned()
        } else {
            format!("{code}{name}")
        };
    }
    let word = |name| find(name).map(text).unwrap_or_default();
    let upgrade = nodes.iter().position(|node| node.field.name == "Upgrade");
    let to = upgrade.and_then(|at| nodes.get(at..)?.iter().find(|node| node.field.name == "field-value"));
    let to = to.map(|node| format!(", upgrade to {}", text(node))).unwrap_or_default();
    format!("{} {}{to}", word("method"), word("request-target"))
}
