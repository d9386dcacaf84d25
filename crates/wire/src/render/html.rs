//! A tree as HTML: the bytes with every field lit, and the fields explained.
//!
//! ```html
//! <figure class="packet" id="ID"><figcaption>…</figcaption>
//! <div class="hex">rows of eight bytes; each field's bytes are a link to the field</div>
//! <ul class="fields">a list item a field, with what it is, its RFC section and its notes</ul>
//! </figure>
//! ```
//!
//! The markup needs no script and no style to be read. It holds no blank line, so that it can stand inside
//! Markdown, and nothing from the wire gets into it unescaped. book/theme/README.md describes it for
//! those who style it.

#[macro_use]
mod put;
mod escape;
mod fields;
mod hex;

pub use escape::escape;
pub(super) use escape::unseen;

use std::fmt::{self, Write};

use crate::spec::Spec;
use crate::tree::{Dissection, Node, Note, Severity};
use escape::Escaped;

/// What a page wants of a packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct PacketView<'a> {
    /// The figure's id, and the beginning of every id inside it. Unique on its page.
    pub id: &'a str,
    /// What the author says of the packet. Plain text.
    pub caption: Option<&'a str>,
    /// What the packet is: who sent it to whom, when, what it says. Plain text.
    pub detail: Option<&'a str>,
    /// The name of the one field or group to show, in place of all of them. A name that the packet does
    /// not hold shows the whole; [`Dissection::find`] tells beforehand.
    pub only: Option<&'a str>,
    /// Whether groups stand open from the start. Those with something wrong in them always do, and so do the few
    /// messages of a connection.
    pub open: bool,
}

impl<'a> PacketView<'a> {
    /// The whole packet, its groups closed, without a caption.
    #[must_use]
    pub fn new(id: &'a str) -> Self {
        Self { id, ..Self::default() }
    }
}

/// So many nodes are written, and so many bytes of one field; the rest is counted. A page with more would
/// be of use to nobody, and a hostile packet could hold a node for every two of its bytes.
const MOST_NODES: u32 = 1500;
const MOST_BYTES: usize = 1024;

/// Writes the packet as one `<figure>`.
///
/// # Errors
/// Those of `out`.
pub fn packet(d: &Dissection<'_>, view: &PacketView<'_>, out: &mut impl Write) -> fmt::Result {
    let sheet = Sheet::new(d, view);
    out.write_str("<figure class=\"packet\" id=\"")?;
    out.write_str(&sheet.id)?;
    out.write_str("\">\n")?;
    caption(&sheet, view, out)?;
    hex::write(&sheet, out)?;
    out.write_str("<p class=\"packet-now\" aria-hidden=\"true\"></p>\n")?;
    fields::write(&sheet, view.open, out)?;
    out.write_str("</figure>\n")
}

fn caption(sheet: &Sheet<'_>, view: &PacketView<'_>, out: &mut impl Write) -> fmt::Result {
    out.write_str("<figcaption>")?;
    if let Some(caption) = view.caption {
        escape(caption, out)?;
        out.write_char(' ')?;
    }
    out.write_str("<span class=\"packet-what\">")?;
    if let Some(detail) = view.detail {
        escape(detail, out)?;
        out.write_str(", ")?;
    }
    if sheet.partial {
        bytes(sheet.top().span.start, sheet.top().span.end, out)?;
        write!(out, " of {}", sheet.d.wire().len())?;
    } else {
        write!(out, "{} byte{}", sheet.d.wire().len(), plural(sheet.d.wire().len()))?;
    }
    for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
        let count = sheet.notes().filter(|note| note.severity == severity).count();
        if count > 0 {
            write!(out, " <span class=\"packet-worst {word}\">{count} {word}{}</span>", plural(count))?;
        }
    }
    out.write_str("</span></figcaption>\n")
}

/// What is shown of a dissection, and what both halves of the picture must agree on.
struct Sheet<'d> {
    d: &'d Dissection<'d>,
    /// Escaped.
    id: String,
    /// The nodes shown.
    from: u32,
    to: u32,
    /// Whether the whole is more than `only` asked for.
    partial: bool,
    /// How many nodes are left out because they are too many.
    more: u32,
    /// The color of each node shown.
    hues: Vec<u8>,
    /// The notes shown, by node.
    notes: Vec<u32>,
}

/// How many colors the theme has.
const HUES: u8 = 6;

impl<'d> Sheet<'d> {
    fn new(d: &'d Dissection<'d>, view: &PacketView<'_>) -> Self {
        let mut id = String::with_capacity(view.id.len());
        // Writing to a String cannot fail.
        let _ = escape(view.id, &mut id);
        let all = u32::try_from(d.nodes().len()).unwrap_or(u32::MAX);
        let from = view.only.and_then(|name| d.nodes().iter().position(|node| node.field.name == name));
        let from = from.map_or(0, |at| at as u32);
        let end = d.nodes().get(from as usize).map_or(all, |node| from + node.size);
        let to = end.min(from + MOST_NODES);
        let mut notes: Vec<u32> =
            (0..).zip(d.notes()).filter(|(_, n)| (from..to).contains(&n.node)).map(|(at, _)| at).collect();
        notes.sort_by_key(|at| d.notes()[*at as usize].node);
        let hues = hues(&d.nodes()[from as usize..to as usize]);
        Self { d, id, from, to, partial: from > 0, more: end - to, hues, notes }
    }

    fn top(&self) -> &'d Node {
        &self.d.nodes()[self.from as usize]
    }

    fn nodes(&self) -> impl Iterator<Item = (u32, &'d Node)> {
        (self.from..).zip(&self.d.nodes()[self.from as usize..self.to as usize])
    }

    fn hue(&self, at: u32) -> u32 {
        self.hues[(at - self.from) as usize].into()
    }

    /// All notes shown.
    fn notes(&self) -> impl Iterator<Item = &'d Note> {
        self.notes.iter().map(|at| &self.d.notes()[*at as usize])
    }

    /// The notes at `from` and the nodes after it, up to `to`.
    fn notes_within(&self, from: u32, to: u32) -> impl Iterator<Item = &'d Note> {
        let at = |node| self.notes.partition_point(|n| self.d.notes()[*n as usize].node < node);
        let range = if self.notes.is_empty() { 0..0 } else { at(from)..at(to) };
        self.notes[range].iter().map(|at| &self.d.notes()[*at as usize])
    }

    /// The node's value, escaped, and cut where it is long.
    fn value(&self, at: u32, most: usize, out: &mut impl Write) -> fmt::Result {
        let mut escaped = Escaped::new(out, most);
        let written = write!(escaped, "{}", super::shown(self.d, at));
        if escaped.cut() { out.write_char('\u{2026}') } else { written }
    }
}

/// A group has one color, and fields that stand in no group take turns.
fn hues(nodes: &[Node]) -> Vec<u8> {
    let mut hues = Vec::with_capacity(nodes.len());
    // Where each open group ends, its color, and whether its fields take turns.
    let mut open: Vec<(usize, u8, bool)> = Vec::with_capacity(8);
    let (mut next, mut source) = (0, None);
    for (at, node) in nodes.iter().enumerate() {
        while open.last().is_some_and(|(end, ..)| *end <= at) {
            open.pop();
        }
        // The first node of each source is the whole of it, and as good as no group.
        let whole = source.is_none_or(|source| source < node.span.source) && node.size > 1;
        source = source.max(Some(node.span.source));
        let (inherited, turns) = open.last().map_or((0, true), |(_, hue, turns)| (*hue, *turns));
        // A word that only holds bits is a field of its group.
        let group = node.size > 1 && nodes.get(at + 1).is_none_or(|first| first.field.mask == 0);
        let own = whole || node.field.mask == 0 && (turns || group);
        let hue = if own { next } else { inherited };
        if own && !whole {
            next = (next + 1) % HUES;
        }
        hues.push(hue);
        if node.size > 1 {
            open.push((at + node.size as usize, hue, whole));
        }
    }
    hues
}

/// `byte 4`, `bytes 4 to 7`
fn bytes(start: u32, end: u32, out: &mut impl Write) -> fmt::Result {
    match end.saturating_sub(start) {
        0 => out.write_str("no bytes"),
        1 => put!(out, "byte ", start),
        _ => put!(out, "bytes ", start, " to ", end - 1),
    }
}

const RFC_EDITOR: &str = "<a href=\"https://www.rfc-editor.org/rfc/rfc";

/// A link to where a fact is written down; nothing for the workbook's own.
pub(super) fn spec(spec: &Spec, out: &mut impl Write) -> fmt::Result {
    match spec {
        Spec::Own => Ok(()),
        Spec::Rfc { number, section: "" } => {
            let number = u32::from(*number);
            put!(out, RFC_EDITOR, number, "\">RFC ", number, "</a>")
        }
        Spec::Rfc { number, section } => {
            let number = u32::from(*number);
            put!(out, RFC_EDITOR, number, "#section-", *section, "\">RFC ", number, " §", *section, "</a>")
        }
        Spec::Page { title, url } => {
            out.write_str("<a href=\"")?;
            escape(url, out)?;
            out.write_str("\">")?;
            escape(title, out)?;
            out.write_str("</a>")
        }
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
