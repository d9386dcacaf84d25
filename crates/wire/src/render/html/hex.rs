//! The bytes: rows of eight, and in each row the pieces of the fields that lie there.

use std::fmt::{self, Write};

use super::{MOST_BYTES, Sheet, bytes, escape, plural};
use crate::tree::{Severity, Span};

/// Bytes in a row.
const ROW: usize = 8;
/// So many places are marked as wrong.
const MOST_MARKS: usize = 64;

/// Writes one block of rows for each source, the wire first.
pub(super) fn write(sheet: &Sheet<'_>, out: &mut impl Write) -> fmt::Result {
    let mut leaves: Vec<u32> = sheet
        .nodes()
        .filter(|(at, node)| node.field.mask == 0 && !node.span.is_empty() && sheet.d.is_leaf(*at))
        .map(|(at, _)| at)
        .collect();
    leaves.sort_by_key(|at| sheet.span(*at).source);
    let marks = marks(sheet);
    leaves
        .chunk_by(|a, b| sheet.span(*a).source == sheet.span(*b).source)
        .try_for_each(|leaves| Block { sheet, marks: &marks, row: Row::default() }.write(leaves, out))
}

/// Where something is wrong. What is said of a group is about no byte in particular.
fn marks(sheet: &Sheet<'_>) -> Vec<(Span, Severity)> {
    sheet
        .notes()
        .filter(|note| note.severity >= Severity::Warning && sheet.d.is_leaf(note.node))
        .map(|note| (note.span, note.severity))
        .take(MOST_MARKS)
        .collect()
}

struct Block<'s> {
    sheet: &'s Sheet<'s>,
    marks: &'s [(Span, Severity)],
    row: Row,
}

/// What lies in one row: at most eight pieces.
#[derive(Default)]
struct Row {
    pieces: [Piece; ROW],
    len: usize,
    bytes: usize,
}

/// The bytes of one field in one row.
#[derive(Clone, Copy)]
struct Piece {
    leaf: u32,
    span: Span,
    /// Whether the field began in an earlier row.
    continues: bool,
}

impl Default for Piece {
    fn default() -> Self {
        Self { leaf: 0, span: Span { source: 0, start: 0, end: 0 }, continues: false }
    }
}

impl Block<'_> {
    fn write(mut self, leaves: &[u32], out: &mut impl Write) -> fmt::Result {
        let Some(first) = leaves.first().map(|at| self.sheet.span(*at)) else { return Ok(()) };
        let shown: usize = leaves.iter().map(|at| self.sheet.span(*at).len()).sum();
        if first.source > 0 {
            self.title(first.source, shown, out)?;
        }
        writeln!(out, "<div class=\"hex\" role=\"group\" aria-label=\"{shown} byte{}\">", plural(shown))?;
        for leaf in leaves {
            self.leaf(*leaf, out)?;
        }
        self.flush(out)?;
        if self.sheet.more > 0 {
            out.write_str("<p class=\"hex-more\">… more bytes, in more fields than are shown</p>\n")?;
        }
        out.write_str("</div>\n")
    }

    /// Says what a derived source is: its first node knows.
    fn title(&self, source: u16, shown: usize, out: &mut impl Write) -> fmt::Result {
        let Some((_, whole)) = self.sheet.nodes().find(|(_, node)| node.span.source == source) else {
            return Ok(());
        };
        out.write_str("<p class=\"hex-title\"><b>")?;
        escape(whole.field.name, out)?;
        write!(out, "</b>, {shown} byte{} worked out from those above. ", plural(shown))?;
        escape(whole.field.about, out)?;
        out.write_str("</p>\n")
    }

    fn leaf(&mut self, leaf: u32, out: &mut impl Write) -> fmt::Result {
        let whole = self.sheet.span(leaf);
        let shown = whole.start + whole.len().min(MOST_BYTES) as u32;
        let mut start = whole.start;
        while start < shown {
            let end = shown.min(start + (ROW - self.row.bytes) as u32);
            let span = Span { start, end, ..whole };
            self.row.pieces[self.row.len] = Piece { leaf, span, continues: start > whole.start };
            self.row.len += 1;
            self.row.bytes += span.len();
            start = end;
            if self.row.bytes == ROW {
                self.flush(out)?;
            }
        }
        if shown < whole.end {
            self.flush(out)?;
            writeln!(out, "<p class=\"hex-more\">… {} more bytes of this field</p>", whole.end - shown)?;
        }
        Ok(())
    }

    fn flush(&mut self, out: &mut impl Write) -> fmt::Result {
        let row = std::mem::take(&mut self.row);
        let Some(pieces) = row.pieces.get(..row.len) else { return Ok(()) };
        let Some(first) = pieces.first() else { return Ok(()) };
        out.write_str("<div class=\"hex-row\"><span class=\"hex-at\" aria-hidden=\"true\">")?;
        put!(out, first.span.start, "</span> <span class=\"hex-bytes\">")?;
        for (n, piece) in pieces.iter().enumerate() {
            if n > 0 {
                out.write_char(' ')?;
            }
            self.link(piece, out)?;
        }
        out.write_str("</span> <span class=\"hex-text\" aria-hidden=\"true\">")?;
        for piece in pieces {
            put!(out, "<i data-field=\"", piece.leaf, "\" class=\"h", self.sheet.hue(piece.leaf), "\">")?;
            for byte in self.sheet.d.bytes(piece.span) {
                match byte {
                    b'<' => out.write_str("&lt;")?,
                    b'>' => out.write_str("&gt;")?,
                    b'&' => out.write_str("&amp;")?,
                    b' '..=b'~' => out.write_char(char::from(*byte))?,
                    _ => out.write_char('.')?,
                }
            }
            out.write_str("</i>")?;
        }
        out.write_str("</span></div>\n")
    }

    fn link(&self, piece: &Piece, out: &mut impl Write) -> fmt::Result {
        let (sheet, leaf) = (self.sheet, piece.leaf);
        out.write_str("<a ")?;
        if !piece.continues {
            put!(out, "id=\"", &*sheet.id, "-b", leaf, "\" ")?;
        }
        let hue = sheet.hue(leaf);
        put!(out, "href=\"#", &*sheet.id, "-f", leaf, "\" data-field=\"", leaf, "\" class=\"h", hue)?;
        if piece.continues {
            out.write_str(" on\" aria-hidden=\"true\" tabindex=\"-1\">")?;
        } else {
            out.write_str("\" aria-label=\"")?;
            self.label(leaf, out)?;
            out.write_str("\">")?;
        }
        self.digits(piece.span, out)?;
        out.write_str("</a>")
    }

    /// `bytes 4 to 7, Magic Cookie 0x2112a442`
    fn label(&self, leaf: u32, out: &mut impl Write) -> fmt::Result {
        let span = self.sheet.span(leaf);
        bytes(span.start, span.end, out)?;
        out.write_str(", ")?;
        escape(self.sheet.d.nodes()[leaf as usize].field.name, out)?;
        out.write_char(' ')?;
        self.sheet.value(leaf, 80, out)?;
        match self.sheet.notes_within(leaf, leaf + 1).map(|note| note.severity).max() {
            Some(Severity::Error) => out.write_str(", error"),
            Some(Severity::Warning) => out.write_str(", warning"),
            _ => Ok(()),
        }
    }

    /// Two digits a byte; those under a mark in an element of their own.
    fn digits(&self, span: Span, out: &mut impl Write) -> fmt::Result {
        let mut open = None;
        for (at, byte) in (span.start..).zip(self.sheet.d.bytes(span)) {
            let mark = self.mark(span.source, at);
            if mark != open && open.is_some() {
                out.write_str("</b>")?;
            }
            if at > span.start {
                out.write_char(' ')?;
            }
            if mark != open {
                match mark {
                    Some(Severity::Error) => out.write_str("<b class=\"error\">")?,
                    Some(_) => out.write_str("<b class=\"warning\">")?,
                    None => {}
                }
                open = mark;
            }
            out.write_str(two_digits(*byte))?;
        }
        if open.is_some() { out.write_str("</b>") } else { Ok(()) }
    }

    fn mark(&self, source: u16, at: u32) -> Option<Severity> {
        let covers = |span: &Span| span.source == source && (span.start..span.end).contains(&at);
        self.marks.iter().filter(|(span, _)| covers(span)).map(|(_, severity)| *severity).max()
    }
}

impl Sheet<'_> {
    fn span(&self, at: u32) -> Span {
        self.d.nodes()[at as usize].span
    }
}

/// `2a`
pub(super) fn two_digits(byte: u8) -> &'static str {
    let at = usize::from(byte) * 2;
    DIGITS.get(at..at + 2).unwrap_or_default()
}

const DIGITS: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\
202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f\
404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f\
606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f\
808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f\
a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf\
c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf\
e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff";
