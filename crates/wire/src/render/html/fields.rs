//! The fields: a nested list, each with its value, its place, what it is and what there is to say of it.

use std::fmt::{self, Write};

use super::hex::two_digits;
use super::{Sheet, bytes, escape, plural, spec};
use crate::tree::{Meaning, Node, Note, Severity, Value};

/// So many characters of a value stand in its line, and so many bytes of an opaque one.
const MOST_VALUE: usize = 400;
const MOST_OPAQUE: usize = 12;
/// So many groups stand open where the whole holds nothing else: closed, they would show no field at all.
const FEW: usize = 3;
/// What a group ends with and is not known by.
const ENDS: [&str; 4] = ["Padding", "CRLF", "empty line", "JSON punctuation"];

/// Writes the list. `open`: whether groups stand open although nothing is wrong in them.
pub(super) fn write(sheet: &Sheet<'_>, open: bool, out: &mut impl Write) -> fmt::Result {
    out.write_str("<ul class=\"fields\">\n")?;
    let few = is_of_few_groups(sheet);
    let mut list = List { sheet, open, few, ends: Vec::with_capacity(8) };
    for (at, node) in sheet.nodes() {
        list.close(at, out)?;
        list.node(at, node, out)?;
    }
    list.close(u32::MAX, out)?;
    if sheet.more > 0 {
        writeln!(
            out,
            "<li class=\"field-more\">… {} more field{}</li>",
            sheet.more,
            plural(sheet.more as usize)
        )?;
    }
    out.write_str("</ul>\n")
}

/// Whether the whole holds groups only, and not many: a connection with its one or two messages.
fn is_of_few_groups(sheet: &Sheet<'_>) -> bool {
    let mut groups = sheet.d.children(sheet.from).filter(|child| *child < sheet.to);
    let few = groups.by_ref().take(FEW).all(|child| !sheet.d.is_leaf(child));
    few && groups.next().is_none()
}

struct List<'s> {
    sheet: &'s Sheet<'s>,
    open: bool,
    /// Whether the groups right below the whole stand open.
    few: bool,
    /// The lists that the next node is inside of, by the node at which they end.
    ends: Vec<(u32, &'static str)>,
}

impl List<'_> {
    fn close(&mut self, at: u32, out: &mut impl Write) -> fmt::Result {
        while let Some((_, tail)) = self.ends.pop_if(|(end, _)| *end <= at) {
            out.write_str(tail)?;
        }
        Ok(())
    }

    /// A group holds its fields in its details, so that it can be closed over them. A word holds its bits
    /// beside them. The whole holds nothing: what is in it follows it, and needs no indent.
    fn node(&mut self, at: u32, node: &Node, out: &mut impl Write) -> fmt::Result {
        let end = at + node.size;
        let leaf = self.sheet.d.is_leaf(at);
        let whole = at == self.sheet.from && !leaf;
        self.begin(
            at,
            node,
            if whole {
                " whole"
            } else if leaf {
                ""
            } else {
                " group"
            },
            out,
        )?;
        out.write_str(if !leaf && !whole && self.stands_open(at, end) {
            "<details open>"
        } else {
            "<details>"
        })?;
        self.summary(at, node, leaf, out)?;
        self.more(at, node, out)?;
        let notes = self.sheet.notes_within(at, at + 1);
        if leaf || whole {
            out.write_str("</details>")?;
            self.notes(node, notes, out)?;
            if node.size == 1 || whole {
                return out.write_str("</li>\n");
            }
            self.ends.push((end, "</ul></li>\n"));
        } else {
            self.notes(node, notes, out)?;
            self.ends.push((end, "</ul></details></li>\n"));
        }
        out.write_str("\n<ul>\n")
    }

    fn begin(&self, at: u32, node: &Node, kind: &str, out: &mut impl Write) -> fmt::Result {
        let (id, hue) = (&self.sheet.id, self.sheet.hue(at));
        put!(out, "<li id=\"", &**id, "-f", at, "\" data-field=\"", at, "\"")?;
        if node.size > 1 {
            put!(out, " data-last=\"", at + node.size - 1, "\"")?;
        }
        let bits = if node.field.mask == 0 { "" } else { " bit" };
        put!(out, " class=\"field h", hue, kind, bits, "\">")
    }

    fn stands_open(&self, at: u32, end: u32) -> bool {
        // The whole opens no list of its own, so no list is open around what is right below it.
        self.open
            || self.few && self.ends.is_empty()
            || self.sheet.notes_within(at, end).any(|note| note.severity >= Severity::Warning)
    }

    fn summary(&self, at: u32, node: &Node, leaf: bool, out: &mut impl Write) -> fmt::Result {
        out.write_str("<summary><span class=\"key\">")?;
        escape(node.field.name, out)?;
        let speaker = self.speaker(at, node, leaf);
        let opaque = self.sheet.d.is_leaf(speaker) && self.node_at(speaker).value == Value::Bytes;
        // Opaque bytes are rather moved to the next line than broken.
        out.write_str(if opaque {
            "</span> <span class=\"val raw\">"
        } else {
            "</span> <span class=\"val\">"
        })?;
        self.value(speaker, opaque, out)?;
        out.write_str("</span>")?;
        if node.field.mask != 0 {
            out.write_str(" <span class=\"pic\" aria-hidden=\"true\">")?;
            picture(node, out)?;
            out.write_str("</span>")?;
        } else {
            // Derived bytes are counted on their own.
            let which = if node.span.source == 0 { "bytes </span>" } else { "derived bytes </span>↳ " };
            put!(out, " <span class=\"at\"><span class=\"unseen\">", which)?;
            range(node.span.start, node.span.end, out)?;
            out.write_str("</span>")?;
        }
        if !leaf && at != self.sheet.from {
            self.badge(at, at + node.size, out)?;
        }
        out.write_str("</summary>")
    }

    /// What a closed group would hide: the worst that is said of anything in it.
    fn badge(&self, from: u32, to: u32, out: &mut impl Write) -> fmt::Result {
        match self.sheet.notes_within(from, to).map(|note| note.severity).max() {
            Some(severity) => {
                let (class, word) = words(severity);
                write!(out, " <span class=\"badge {class}\">{word}</span>")
            }
            None => Ok(()),
        }
    }

    /// Whose value is shown: a closed group without one of its own is known by its last field.
    fn speaker(&self, at: u32, node: &Node, leaf: bool) -> u32 {
        if leaf || node.value != Value::Group || at == self.sheet.from {
            return at;
        }
        let tells = |child: &u32| *child < self.sheet.to && !ENDS.contains(&self.node_at(*child).field.name);
        let last = self.sheet.d.children(at).filter(tells).last();
        last.filter(|child| self.sheet.d.is_leaf(*child)).unwrap_or(at)
    }

    fn node_at(&self, at: u32) -> &Node {
        &self.sheet.d.nodes()[at as usize]
    }

    fn value(&self, at: u32, opaque: bool, out: &mut impl Write) -> fmt::Result {
        if opaque {
            let node = self.node_at(at);
            let all = self.sheet.d.bytes(node.span);
            for (n, byte) in all.iter().take(MOST_OPAQUE).enumerate() {
                out.write_str(if n == 0 { "" } else { " " })?;
                out.write_str(two_digits(*byte))?;
            }
            if all.len() > MOST_OPAQUE {
                out.write_str(" …")?;
            }
            if node.meaning != Meaning::Plain {
                out.write_char(' ')?;
            }
        }
        self.sheet.value(at, MOST_VALUE, out)
    }

    /// What the field is, and where that is written.
    fn more(&self, at: u32, node: &Node, out: &mut impl Write) -> fmt::Result {
        out.write_str("<div class=\"more\"><p>")?;
        escape(node.field.about, out)?;
        out.write_str("</p><p>")?;
        spec(&node.field.spec, out)?;
        if let Some(first) = self.first_bytes(at, node) {
            if node.field.spec != crate::Spec::Own {
                out.write_str(" · ")?;
            }
            put!(out, "<a href=\"#", &*self.sheet.id, "-b", first, "\">")?;
            bytes(node.span.start, node.span.end, out)?;
            out.write_str("</a>")?;
        }
        out.write_str("</p></div>")
    }

    /// The leaf that holds the node's first byte, if it has one.
    fn first_bytes(&self, at: u32, node: &Node) -> Option<u32> {
        let d = self.sheet.d;
        let mut leaf = at;
        if node.field.mask != 0 {
            // Bits stand right behind their word.
            leaf = (self.sheet.from..at).rev().find(|at| d.nodes()[*at as usize].field.mask == 0)?;
        }
        while !d.is_leaf(leaf) {
            leaf += 1;
        }
        (leaf < self.sheet.to && !d.nodes()[leaf as usize].span.is_empty()).then_some(leaf)
    }

    fn notes<'n>(
        &self,
        node: &Node,
        notes: impl Iterator<Item = &'n Note>,
        out: &mut impl Write,
    ) -> fmt::Result {
        let mut tail = "";
        for note in notes {
            if tail.is_empty() {
                out.write_str("<ul class=\"notes\">")?;
                tail = "</ul>";
            }
            let (class, word) = words(note.severity);
            write!(out, "<li class=\"note {class}\"><b>{word}</b> ")?;
            escape(&note.text, out)?;
            if note.span != node.span && !note.span.is_empty() {
                out.write_str(" (")?;
                bytes(note.span.start, note.span.end, out)?;
                out.write_char(')')?;
            }
            if let Some(at) = &note.spec {
                out.write_char(' ')?;
                spec(at, out)?;
            }
            out.write_str("</li>")?;
        }
        out.write_str(tail)
    }
}

/// A severity as a class and as a word.
fn words(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Good => ("good", "OK"),
        Severity::Info => ("info", "Note"),
        Severity::Warning => ("warning", "Warning"),
        Severity::Error => ("error", "Error"),
    }
}

/// `4–7`, `4`
fn range(start: u32, end: u32, out: &mut impl Write) -> fmt::Result {
    match end.saturating_sub(start) {
        0 => out.write_str("none"),
        1 => put!(out, start),
        _ => put!(out, start, "\u{2013}", end - 1),
    }
}

/// `.... ...1 ...0 ....`: the bits that are the node's own, the others as dots.
fn picture(node: &Node, out: &mut impl Write) -> fmt::Result {
    let (mask, value) = (node.field.mask, node.uint().unwrap_or_default());
    let width = (node.span.len().clamp(1, 8) * 8) as u32;
    let mut left = mask.count_ones();
    for bit in (0..width).rev() {
        if mask >> bit & 1 == 1 {
            left -= 1;
            out.write_char(if value >> left & 1 == 1 { '1' } else { '0' })?;
        } else {
            out.write_char('.')?;
        }
        if bit % 4 == 0 && bit > 0 {
            out.write_char(' ')?;
        }
    }
    Ok(())
}
