//! A description by what it means: sections, lines, and what attributes say.
//!
//! All of it is read off the tree that [`super::SDP`] made, and points into the same text: nothing is parsed again,
//! and each value can be shown where it stands.
//!
//! ```
//! use wire::sdp::{Description, SDP};
//! let text = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\n";
//! let tree = SDP.dissect(text.as_bytes());
//! let description = Description::of(&tree).expect("the tree of an SDP");
//! assert_eq!(description.media[0].mid(), Some("0"));
//! assert_eq!(description.place(description.media[0].attribute("mid").unwrap().span).to_string(), "6:1");
//! ```

mod candidate;
mod section;
mod values;

pub use candidate::Candidate;
pub use section::{Direction, MediaLine, Section};
pub use values::{ExtMap, Fingerprint, Group, RtpMap, Ssrc};

use super::{MEDIA_DESCRIPTION, Place, Places, SDP};
use crate::tree::{Dissection, Node, Span};

/// A session description: what holds for all of it, and its media.
#[derive(Clone, Debug)]
pub struct Description<'d> {
    /// The lines before the first m=.
    pub session: Section<'d>,
    /// A section for each m=, in their order.
    pub media: Vec<Section<'d>>,
    /// The text that spans of this description point into.
    pub text: &'d [u8],
}

/// One line: `a=mid:0`.
#[derive(Clone, Copy, Debug)]
pub struct Line<'d> {
    /// The letter before "=". NUL where the line is not of that form.
    pub kind: char,
    /// For an attribute its name, else "".
    pub name: &'d str,
    /// What stands after the "=", or after the attribute's colon; "" where nothing does.
    pub value: &'d str,
    /// The line, its end included.
    pub span: Span,
    /// Where the value stands: empty, at the end of the line, where there is none.
    pub value_span: Span,
    text: &'d [u8],
    parts: &'d [Node],
}

impl<'d> Description<'d> {
    /// The first description that a tree holds, be it all of the tree or a part of a message.
    #[must_use]
    pub fn of(d: &'d Dissection<'_>) -> Option<Self> {
        Self::all(d).next()
    }

    /// All descriptions that a tree holds.
    pub fn all(d: &'d Dissection<'_>) -> impl Iterator<Item = Self> {
        let nodes = d.nodes().iter().enumerate();
        let roots = nodes.filter(|(_, node)| std::ptr::eq(node.field, SDP.root));
        roots.map(|(at, root)| Self::read(d, at, root))
    }

    fn read(d: &'d Dissection<'_>, at: usize, root: &'d Node) -> Self {
        let text = d.source(root.span.source);
        let nodes = d.nodes().get(at..at + root.size as usize).unwrap_or_default();
        let mut session = Section { lines: Vec::new(), span: root.span };
        let mut media = Vec::new();
        for node in below(nodes) {
            if std::ptr::eq(node[0].field, &MEDIA_DESCRIPTION) {
                let lines = below(node).filter_map(|line| Line::read(text, line)).collect();
                media.push(Section { lines, span: node[0].span });
            } else {
                session.lines.extend(Line::read(text, node));
                session.span.end = node[0].span.end;
            }
        }
        Self { session, media, text }
    }

    /// Line and column of a span of this description, counted in its own text. For many, see [`Places`].
    #[must_use]
    pub fn place(&self, span: Span) -> Place {
        Places::of(self.text).place(span)
    }

    /// The attributes of that name of a media section, or where it has none, of the session: for those that the
    /// session may say for all its media, as `setup`, `fingerprint` and `ice-ufrag`.
    pub fn inherited<'s>(
        &'s self,
        media: &'s Section<'d>,
        name: &'s str,
    ) -> impl Iterator<Item = &'s Line<'d>> {
        let own = media.attribute(name).is_some();
        if own { media } else { &self.session }.attributes(name)
    }

    /// The section of that mid.
    #[must_use]
    pub fn section(&self, mid: &str) -> Option<&Section<'d>> {
        self.media.iter().find(|section| section.mid() == Some(mid))
    }

    /// All lines in their order, media sections included.
    pub fn lines(&self) -> impl Iterator<Item = &Line<'d>> {
        self.session.lines.iter().chain(self.media.iter().flat_map(|section| &section.lines))
    }
}

impl<'d> Line<'d> {
    fn read(text: &'d [u8], nodes: &'d [Node]) -> Option<Self> {
        let (node, parts) = nodes.split_first()?;
        let find = |name: &str| parts.iter().find(|part| part.field.name == name);
        let kind =
            find("type").and_then(|part| bytes(text, part.span).first()).map_or('\0', |b| char::from(*b));
        let end = find("CRLF").map_or(node.span.end, |end| end.span.start);
        let start = match (find(":"), find("attribute-name"), find("=")) {
            (Some(colon), ..) if kind == 'a' => colon.span.end,
            (None, Some(name), _) => name.span.end,
            (.., Some(equals)) => equals.span.end,
            _ => node.span.start,
        };
        let value_span = Span { start: start.min(end), end, ..node.span };
        let name = find("attribute-name").map_or("", |name| string(text, name.span));
        let value = string(text, value_span);
        Some(Self { kind, name, value, span: node.span, value_span, text, parts })
    }

    /// The part of that name, as it was written: `connection-address` of a candidate.
    #[must_use]
    pub fn part(&self, name: &str) -> Option<&'d str> {
        self.part_node(name).map(|part| string(self.text, part.span))
    }

    /// All parts of that name.
    pub fn parts<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'d str> + 's {
        let (text, parts) = (self.text, self.parts);
        parts.iter().filter(move |part| part.field.name == name).map(move |part| string(text, part.span))
    }

    /// The number that the part of that name is.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.part_node(name).and_then(Node::uint)
    }

    /// Where the part of that name stands.
    #[must_use]
    pub fn part_span(&self, name: &str) -> Option<Span> {
        self.part_node(name).map(|part| part.span)
    }

    /// All below the line's node, as the tree has it.
    #[must_use]
    pub fn nodes(&self) -> &'d [Node] {
        self.parts
    }

    fn part_node(&self, name: &str) -> Option<&'d Node> {
        self.parts.iter().find(|part| part.field.name == name)
    }
}

/// The nodes right below the first, each with all below it.
fn below(nodes: &[Node]) -> impl Iterator<Item = &[Node]> {
    let mut rest = nodes.get(1..).unwrap_or_default();
    std::iter::from_fn(move || {
        let size = rest.first()?.size as usize;
        let (first, after) = rest.split_at_checked(size.max(1))?;
        rest = after;
        Some(first)
    })
}

fn bytes(text: &[u8], span: Span) -> &[u8] {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// The text of a span, as far as it is UTF-8. Where it ends too soon, the tree says why.
fn string(text: &[u8], span: Span) -> &str {
    let bytes = bytes(text, span);
    let valid = |e: std::str::Utf8Error| bytes.get(..e.valid_up_to()).unwrap_or_default();
    match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(e) => std::str::from_utf8(valid(e)).unwrap_or_default(),
    }
}
