//! Content, and how long it is: RFC 9112 sections 6 and 7.
//!
//! ```text
//! 4 CRLF                      chunk-size, in hexadecimal
//! Wiki CRLF                   chunk-data
//! 0 CRLF                      the last chunk
//! CRLF                        trailers, as the fields of a head, and an empty line
//! ```

use super::{LINE_END, MOST_HEAD, fields, head_len, line, line_end, until};
use crate::cursor::{Cursor, Step};
use crate::engineio::ENGINEIO;
use crate::signaling;
use crate::spec::rfc;
use crate::tree::{Field, Severity};

pub(crate) static CONTENT: Field =
    Field::new("content", rfc(9110, "6.4"), "What the message is about. The head says how long it is.");
pub(crate) static CHUNK: Field =
    Field::new("chunk", rfc(9112, "7.1"), "A piece of content with its length in front.");
static SIZE_LINE: Field =
    Field::new("chunk-size line", rfc(9112, "7.1"), "The length, and extensions that nobody uses.");
static SIZE: Field = Field::new(
    "chunk-size",
    rfc(9112, "7.1"),
    "How many bytes of data follow, in hexadecimal digits. 0 ends the content.",
);
static EXTENSION: Field =
    Field::new("chunk-ext", rfc(9112, "7.1.1"), "To be skipped by who does not know it.");
static DATA: Field = Field::new("chunk-data", rfc(9112, "7.1"), "The next bytes of the content.");

/// Reads content that is there whole: Engine.IO's, where the context says so.
pub(crate) fn whole(c: &mut Cursor<'_>, len: usize) -> Step {
    if c.context().stream.messages.is_some() {
        return c.within(&CONTENT, len, |c| c.message(ENGINEIO.root, len, ENGINEIO.dissect));
    }
    if signaling::is_there(c.peek(len)) {
        return c.inline(len, |c| signaling::read(c, &CONTENT));
    }
    if std::str::from_utf8(c.peek(len)).is_ok() {
        c.text_of(&CONTENT, len).map(drop)
    } else {
        c.bytes(&CONTENT, len).map(drop)
    }
}

/// How long the chunk is that `bytes` begins with.
pub(crate) enum Extent {
    /// So many bytes, line ends counted; of them so many are data.
    Whole { len: usize, data: u64 },
    /// It ends beyond these bytes, and not before there are so many.
    More(usize),
    /// No chunk begins so.
    Broken,
}

/// Where the chunk ends that `bytes` begins with.
pub(crate) fn extent(bytes: &[u8]) -> Extent {
    let Some(feed) = bytes.iter().take(MOST_HEAD).position(|b| *b == b'\n') else {
        return if bytes.len() < MOST_HEAD { Extent::More(bytes.len() + 1) } else { Extent::Broken };
    };
    let line = bytes.get(..feed).unwrap_or_default();
    let size = line.split(|b| *b == b';').next().unwrap_or_default().trim_ascii();
    let Some(data) = std::str::from_utf8(size).ok().and_then(|hex| u64::from_str_radix(hex, 16).ok()) else {
        return Extent::Broken;
    };
    let head = feed + 1;
    let rest = bytes.get(head..).unwrap_or_default();
    if data == 0 {
        // Trailers end as a head does: with an empty line, which may be the first.
        let none = [&b"\r\n"[..], b"\n"].iter().find(|end| rest.starts_with(end)).map(|end| end.len());
        return match none.or_else(|| head_len(rest)) {
            Some(len) => Extent::Whole { len: head + len, data },
            None if rest.len() >= MOST_HEAD => Extent::Broken,
            None => Extent::More(bytes.len() + 1),
        };
    }
    let Some(end) = usize::try_from(data).ok().and_then(|data| head.checked_add(data)) else {
        return Extent::Broken;
    };
    match bytes.get(end..) {
        Some([b'\r', b'\n', ..]) => Extent::Whole { len: end + 2, data },
        Some([b'\n', ..]) => Extent::Whole { len: end + 1, data },
        Some([b'\r']) | None => Extent::More(end.saturating_add(2)),
        Some([]) => Extent::More(end.saturating_add(1)),
        Some(_) => Extent::Broken,
    }
}

/// Reads one chunk, or the last with its trailers.
pub(crate) fn chunk(c: &mut Cursor<'_>) -> Step {
    let mut size = None;
    line(c, &SIZE_LINE, |c| {
        let digits = until(c, b';').unwrap_or(c.left());
        let digits = c.peek(digits).trim_ascii_end().len();
        size = c.digits(&SIZE, digits, 16)?.value();
        if c.left() > 0 { c.rest(&EXTENSION).map(drop) } else { Ok(()) }
    })?;
    match size.map(usize::try_from) {
        Some(Ok(0)) => fields::fields(c),
        Some(Ok(len)) => {
            c.bytes(&DATA, len)?;
            line_end(c, &LINE_END, c.left())
        }
        _ => {
            c.remark(Severity::Error, "where the chunk ends cannot be told", Some(rfc(9112, "7.1")));
            c.rest(&DATA).map(drop)
        }
    }
}

/// The data of a chunk that was read since there were `since` nodes.
pub(crate) fn data<'c>(c: &'c Cursor<'_>, since: usize) -> &'c [u8] {
    let node = c.since(since).iter().find(|node| node.field.name == DATA.name);
    node.map(|node| c.slice(node.span)).unwrap_or_default()
}
