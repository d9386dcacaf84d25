//! Session descriptions: RFC 8866, with what WebRTC writes into them (RFC 9429).
//!
//! ```text
//! v=0                                        the session: what holds for all of it
//! o=- 4611731400430051336 2 IN IP4 127.0.0.1
//! s=-
//! t=0 0
//! a=group:BUNDLE 0
//! m=audio 9 UDP/TLS/RTP/SAVPF 111            a media description: from one m= to the next
//! c=IN IP4 0.0.0.0
//! a=mid:0
//! a=rtpmap:111 opus/48000/2                  type "=" value CRLF
//! ```
//!
//! A node a line, and below it one for each part of its value. Lines and attributes that nobody knows here are
//! kept whole. [`Description`] is the same tree by what it means: sections, attributes, candidates.

mod attributes;
mod bundle;
mod description;
mod dtls;
mod extmap;
mod feedback;
mod fmtp;
mod formats;
mod ice;
mod lines;
pub mod lint;
mod media;
pub mod negotiation;
mod payload;
mod place;
mod rid;
mod rtcp;
mod sctp;
mod ssrc;
mod words;

pub use description::{
    Candidate, Description, Direction, ExtMap, Fingerprint, Group, Line, MediaLine, RtpMap, Section, Ssrc,
};
pub use place::{Place, Places};

use crate::cursor::{Cursor, Step, Stop};
use crate::layer::Layer;
use crate::spec::{Spec, rfc};
use crate::tree::{Dissection, Field, Severity};
use formats::Formats;

/// A session description.
pub static SDP: Layer = Layer { id: "sdp", root: &DESCRIPTION, claims, dissect, summary };

/// One candidate by itself, as `icecandidate` hands it to a script and signaling carries it.
pub static CANDIDATE: Layer = Layer {
    id: "candidate",
    root: &ice::CANDIDATE_ALONE,
    claims: |bytes| bytes.starts_with(b"candidate:") || bytes.starts_with(b"a=candidate:"),
    dissect: ice::alone,
    summary: ice::summary,
};

static DESCRIPTION: Field = Field::new(
    "session description",
    rfc(8866, "5"),
    "What one side would send and can receive, line by line. It goes by signaling, never with the media.",
);
pub(super) static MEDIA_DESCRIPTION: Field = Field::new(
    "media description",
    rfc(8866, "5.14"),
    "One stream of media, or the data channels: an m= line and what belongs to it, up to the next.",
);
static CRLF: Field =
    Field::new("CRLF", rfc(8866, "5"), "Ends a line. Many receivers let a bare LF pass, and some do not.");
static TYPE: Field = Field::new("type", rfc(8866, "5"), "Which kind of line this is: one letter.");
static EQUALS: Field =
    Field::new("=", rfc(8866, "5"), "Between type and value, with no space on either side.");
static OTHER_LINE: Field =
    Field::new("line", rfc(8866, "5"), "A type that the specification does not know. To be ignored.");
static NO_LINE: Field = Field::new("line", rfc(8866, "5"), "Not of the form type=value.");
static LINE_TEXT: Field = Field::new("text", Spec::Own, "The line as it stands.");

fn dissect(c: &mut Cursor<'_>) -> Step {
    let none = Formats::default();
    while c.left() > 0 && c.peek(2) != b"m=" {
        line(c, &none)?;
    }
    while c.left() > 0 {
        c.group(&MEDIA_DESCRIPTION, |c| {
            let formats = Formats::ahead(c.peek(c.left()));
            line(c, &formats)?;
            while c.left() > 0 && c.peek(2) != b"m=" {
                line(c, &formats)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// One line: what its type says, then its end.
fn line(c: &mut Cursor<'_>, formats: &Formats) -> Step {
    let feed = c.peek(c.left()).iter().position(|byte| *byte == b'\n');
    let bytes = c.peek(feed.unwrap_or(c.left()));
    let text = feed.and_then(|_| bytes.strip_suffix(b"\r")).unwrap_or(bytes).len();
    let kind = kind(c.peek(text));
    let field = match kind {
        Kind::Line(known) => &known.field,
        Kind::Attribute(known) => &known.field,
        Kind::Other => &OTHER_LINE,
        Kind::None => &NO_LINE,
    };
    c.group(field, |c| {
        unprintable(c, text);
        c.inline(text, |c| value(c, &kind, formats))?;
        end(c, feed.map(|feed| feed + 1 - text))
    })
}

enum Kind {
    Line(&'static lines::Known),
    Attribute(&'static attributes::Known),
    Other,
    None,
}

fn kind(line: &[u8]) -> Kind {
    match line {
        [b'a', b'=', rest @ ..] => Kind::Attribute(attributes::known(rest)),
        [letter, b'=', ..] => lines::known(*letter).map_or(Kind::Other, Kind::Line),
        _ => Kind::None,
    }
}

fn value(c: &mut Cursor<'_>, kind: &Kind, formats: &Formats) -> Step {
    if matches!(kind, Kind::None) {
        let why =
            if c.left() == 0 { "an empty line: no line of SDP is" } else { "not of the form type=value" };
        c.remark(Severity::Error, why, Some(rfc(8866, "5")));
        return if c.left() == 0 { Ok(()) } else { c.text(&LINE_TEXT).map(drop) };
    }
    c.text_of(&TYPE, 1)?;
    c.bytes(&EQUALS, 1)?;
    match kind {
        Kind::Line(known) => (known.read)(c, formats),
        Kind::Attribute(known) => attributes::read(c, known, formats),
        Kind::Other | Kind::None => {
            c.remark(Severity::Warning, "no such type: a receiver ignores the line", Some(rfc(8866, "5")));
            words::all(c, &words::VALUE)
        }
    }
}

/// What must not stand in a line, although a dissector that looks for LF would let it through.
fn unprintable(c: &mut Cursor<'_>, text: usize) {
    let line = c.peek(text);
    let why = match (line.contains(&0), line.contains(&b'\r')) {
        (true, _) => "holds NUL, at which some receivers take the text to end",
        (_, true) => "holds CR without LF, at which some receivers see another line",
        _ => return,
    };
    c.remark(Severity::Error, why, Some(rfc(8866, "9")));
}

fn end(c: &mut Cursor<'_>, len: Option<usize>) -> Step {
    let spec = Some(rfc(8866, "5"));
    match len {
        Some(len @ 2..) => c.bytes(&CRLF, len).map(drop),
        Some(len) => {
            let why = "a bare LF: a line ends with CRLF, though a receiver should let this pass";
            c.bytes(&CRLF, len)?.note(Severity::Warning, why, spec);
            Ok(())
        }
        None => {
            c.remark(Severity::Warning, "no CRLF at the end of the last line", spec);
            Err(Stop)
        }
    }
}

fn claims(bytes: &[u8]) -> bool {
    matches!(bytes, [b'v', b'=', b'0'] | [b'v', b'=', b'0', b'\r' | b'\n', ..])
}

/// `SDP: audio, video, application`
fn summary(d: &Dissection<'_>) -> String {
    let media: Vec<_> = d.nodes().iter().filter(|node| std::ptr::eq(node.field, media::KIND_FIELD)).collect();
    let names = media.iter().take(6).map(|node| String::from_utf8_lossy(d.bytes(node.span)));
    let names = names.collect::<Vec<_>>().join(", ");
    match media.len() {
        0 => "SDP without media".into(),
        1..=6 => format!("SDP: {names}"),
        more => format!("SDP: {names} and {} more", more - 6),
    }
}
