//! A tree for a terminal: a line a field, with its offset, its bytes, its name and its value.
//!
//! ```text
//! 0000  01 01                    Message Type: 0x0101 (Binding success response)
//!       00.. .... .... ....        Zero: 0
//! ```

use std::fmt::{self, Write};

use crate::render::shown;
use crate::tree::{Dissection, Node, Note, Severity};

/// How much room there is, and whether color may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether the terminal shows color, and the user wants it.
    pub color: bool,
    /// How many columns there are; lines are cut to fit.
    pub width: usize,
}

impl Default for Style {
    /// No color, 100 columns: what a file gets.
    fn default() -> Self {
        Self { color: false, width: 100 }
    }
}

/// How many bytes stand in a line, and how many lines a field gets before the rest is counted only.
const ROW: usize = 8;
const MOST_ROWS: usize = 4;
/// Columns of the offset and the bytes.
const GUTTER: usize = 6 + ROW * 3 + 1;

/// Writes the tree.
///
/// # Errors
/// Those of `out`.
pub fn packet(d: &Dissection<'_>, style: Style, out: &mut impl Write) -> fmt::Result {
    let mut writer = Writer { d, style, out, ends: Vec::new() };
    let notes = d.notes_by_node();
    (0..).zip(d.nodes()).try_for_each(|(at, node)| writer.node(at, node, notes.at(at)))
}

struct Writer<'d, W> {
    d: &'d Dissection<'d>,
    style: Style,
    out: &'d mut W,
    /// Where the groups end that the next node is inside of: their number is its depth.
    ends: Vec<u32>,
}

impl<W: Write> Writer<'_, W> {
    fn node(&mut self, at: u32, node: &Node, notes: &[&Note]) -> fmt::Result {
        while self.ends.last().is_some_and(|end| *end <= at) {
            self.ends.pop();
        }
        let depth = self.ends.len();
        if node.size > 1 {
            self.ends.push(at + node.size);
        }
        self.first_line(at, node, depth)?;
        if self.d.is_leaf(at) && node.field.mask == 0 {
            self.further_bytes(node)?;
        }
        notes.iter().try_for_each(|note| self.note(note, node, depth))
    }

    fn first_line(&mut self, at: u32, node: &Node, depth: usize) -> fmt::Result {
        let mut left = String::new();
        if node.field.mask != 0 {
            write!(left, "      {}", BitPicture(node))?;
        } else if self.d.is_leaf(at) {
            let row = self.d.bytes(node.span);
            write!(left, "{:04x}  {}", node.span.start, Hex(row.get(..ROW).unwrap_or(row)))?;
        }
        let value = shown(self.d, at).to_string();
        let value = match &*value {
            "" if node.size == 1 && node.span.len() > ROW => format!("{} bytes", node.span.len()),
            _ => value,
        };
        let gutter = GUTTER.max(left.chars().count() + 2);
        let room = self.style.width.saturating_sub(gutter + depth * 2).max(8);
        let colon = if value.is_empty() { "" } else { ": " };
        let name = clip(node.field.name, room - 2);
        let (dim, bold, plain) = self.paint();
        write!(
            self.out,
            "{dim}{left:gutter$}{plain}{:indent$}{bold}{name}{plain}{colon}",
            "",
            indent = depth * 2
        )?;
        let mut left = room.saturating_sub(name.chars().count() + colon.len());
        for (row, piece) in pieces(&value, left, room - 2).into_iter().enumerate() {
            if row > 0 {
                left = gutter + depth * 2 + 2;
                write!(self.out, "\n{:left$}", "")?;
            }
            self.out.write_str(&piece)?;
        }
        self.out.write_char('\n')
    }

    fn further_bytes(&mut self, node: &Node) -> fmt::Result {
        let (dim, _, plain) = self.paint();
        let rows = self.d.bytes(node.span).chunks(ROW).enumerate().skip(1);
        for (row, bytes) in rows.clone().take(MOST_ROWS - 1) {
            writeln!(self.out, "{dim}{:04x}  {}{plain}", node.span.start as usize + row * ROW, Hex(bytes))?;
        }
        match rows.skip(MOST_ROWS - 1).map(|(_, bytes)| bytes.len()).sum::<usize>() {
            0 => Ok(()),
            more => writeln!(self.out, "{dim}      \u{2026} {more} more bytes{plain}"),
        }
    }

    fn note(&mut self, note: &Note, node: &Node, depth: usize) -> fmt::Result {
        let (mark, color) = match note.severity {
            Severity::Good => ("ok", "\x1b[32m"),
            Severity::Info => ("note", "\x1b[36m"),
            Severity::Warning => ("warning", "\x1b[33m"),
            Severity::Error => ("error", "\x1b[31m"),
        };
        let (dim, _, plain) = self.paint();
        let color = if self.style.color { color } else { "" };
        let indent = GUTTER + depth * 2;
        let mut text = note.text.to_string();
        if let Some(spec) = note.spec {
            write!(text, " ({spec})")?;
        }
        let narrower = note.span != node.span && !note.span.is_empty();
        let place = if narrower { format!("{:04x}", note.span.start) } else { String::new() };
        let room = self.style.width.saturating_sub(indent + mark.len() + 2).max(20);
        for (row, line) in wrap(&text, room).into_iter().enumerate() {
            if row == 0 {
                writeln!(self.out, "{dim}{place:indent$}{plain}{color}{mark}: {plain}{line}")?;
            } else {
                writeln!(self.out, "{:indent$}{line}", "", indent = indent + mark.len() + 2)?;
            }
        }
        Ok(())
    }

    /// Dim, bold and plain; or nothing.
    fn paint(&self) -> (&'static str, &'static str, &'static str) {
        if self.style.color { ("\x1b[2m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") }
    }
}

/// `01 01 00 3c`
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut between = "";
        for byte in self.0 {
            write!(f, "{between}{byte:02x}")?;
            between = " ";
        }
        Ok(())
    }
}

/// `.... ...1 ...0 ....`: the bits that are the node's own, the others as dots. Of a word of four bytes
/// only the two bytes that hold the bits are drawn.
struct BitPicture<'a>(&'a Node);

impl fmt::Display for BitPicture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mask, len) = (self.0.field.mask, self.0.span.len() as u32 * 8);
        let own = mask.count_ones();
        if own > 8 {
            // Many bits are clearer as a count than as a picture.
            return write!(f, "{own} bits");
        }
        let mut left = own;
        let (high, low) = (63 - mask.leading_zeros(), mask.trailing_zeros());
        let (from, to) = if len > 16 { ((high / 4 + 1) * 4, low / 4 * 4) } else { (len, 0) };
        for bit in (to..from).rev() {
            if mask >> bit & 1 == 1 {
                left -= 1;
                f.write_char(if self.0.uint().unwrap_or_default() >> left & 1 == 1 { '1' } else { '0' })?;
            } else {
                f.write_char('.')?;
            }
            if bit % 4 == 0 && bit != to {
                f.write_char(' ')?;
            }
        }
        Ok(())
    }
}

/// Cut to `room` columns, an ellipsis in place of the rest.
fn clip(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['\u{2026}']).collect()
}

/// A value cut into what still fits on its field's line, and as many more lines as it takes, up to four.
fn pieces(value: &str, first: usize, room: usize) -> Vec<String> {
    let mut chars = value.chars().peekable();
    let mut out = vec![String::new()];
    // Nothing is gained by a break where the rest of the line is only a stub.
    if first >= 8 || value.chars().count() <= first {
        out[0].extend(chars.by_ref().take(first));
    }
    while chars.peek().is_some() && out.len() < MOST_ROWS {
        out.push(chars.by_ref().take(room).collect());
    }
    if chars.peek().is_some()
        && let Some(last) = out.last_mut()
    {
        last.pop();
        last.push('\u{2026}');
    }
    out
}

/// Broken at spaces into lines of at most `room` columns; a longer word gets a line of its own.
#[must_use]
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
