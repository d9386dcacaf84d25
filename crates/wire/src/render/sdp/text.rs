//! For a terminal.
//!
//! ```text
//!  19  a=candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host
//!        An address at which the sender might be reached. … (RFC 8839 section 5.1)
//!        component-id 1: RTP, or all
//!        priority 2122260223: type preference 126 (recommended for host), local preference 30207, …
//! ```

use std::collections::HashSet;
use std::fmt::{self, Write};

use super::{Line, Part, SdpView, Sheet};
use crate::render::plain;
use crate::render::text::{Style, wrap};
use crate::tree::{Dissection, Meaning, Note, Severity};

/// Columns of the number, and of what is said of a line.
const GUTTER: usize = 5;
const INDENT: usize = 7;
/// A longer value is not repeated below its line.
const LONG: usize = 30;

/// Writes the first session description of a tree; nothing where it has none.
///
/// # Errors
/// Those of `out`.
pub fn text(d: &Dissection<'_>, style: Style, view: &SdpView<'_>, out: &mut impl Write) -> fmt::Result {
    let sheet = Sheet::new(d, view);
    let notes = d.notes_by_node();
    let mut writer = Writer { sheet: &sheet, style, out, told: HashSet::new(), said: HashSet::new() };
    if let Some(root) = super::place(d) {
        writer.notes(notes.at(root))?;
    }
    for (at, section) in sheet.sections.iter().enumerate() {
        writer.title(at, &section.title)?;
        for line in &section.lines {
            writer.line(line)?;
            for node in line.at..line.end {
                writer.notes(notes.at(node))?;
            }
        }
    }
    Ok(())
}

struct Writer<'s, W> {
    sheet: &'s Sheet<'s>,
    style: Style,
    out: &'s mut W,
    /// What was explained already: a field's sentence is said once.
    told: HashSet<&'static str>,
    /// What was said of values, likewise.
    said: HashSet<String>,
}

impl<W: Write> Writer<'_, W> {
    fn title(&mut self, at: usize, title: &str) -> fmt::Result {
        let (_, bold, plain_) = self.paint();
        if at > 0 {
            self.out.write_char('\n')?;
        }
        if title.is_empty() { Ok(()) } else { writeln!(self.out, "{bold}{}{plain_}", plain(title)) }
    }

    fn line(&mut self, line: &Line<'_>) -> fmt::Result {
        let (dim, bold, plain_) = self.paint();
        let shown = plain(&line.text);
        let mut rest: Vec<char> = shown.chars().collect();
        let room = self.style.width.saturating_sub(GUTTER).max(20);
        let mut label = format!("{:>3}  ", line.number);
        loop {
            let after = rest.split_off(rest.len().min(room));
            let piece: String = rest.iter().collect();
            writeln!(self.out, "{dim}{label}{plain_}{bold}{piece}{plain_}")?;
            if after.is_empty() {
                break;
            }
            label = " ".repeat(GUTTER);
            rest = after;
        }
        self.about(line)?;
        let parts = self.sheet.parts(line);
        parts.chunk_by(|a, b| std::ptr::eq(a.field, b.field)).try_for_each(|parts| self.parts(parts))
    }

    fn about(&mut self, line: &Line<'_>) -> fmt::Result {
        let field = self.sheet.node(line.at).field;
        if !self.told.insert(field.about) {
            return Ok(());
        }
        let mut text = field.about.to_owned();
        write!(text, " ({})", field.spec)?;
        self.paragraph("", &text)
    }

    /// Parts of one kind, as far as they mean more than they say and that was not said yet.
    fn parts(&mut self, parts: &[Part]) -> fmt::Result {
        let Some(field) = parts.first().map(|part| part.field) else { return Ok(()) };
        let mut text = String::new();
        for part in parts {
            let (value, meaning) = (plain(&self.sheet.text(part.at)), self.meaning(part.at));
            let said = format!("{} {value}", field.name);
            let repeated = !self.said.insert(said) && field.name != "format";
            if repeated || meaning.is_empty() && !part.parameter {
                continue;
            }
            let before = if text.is_empty() { "" } else { "; " };
            let colon = if meaning.is_empty() { "" } else { ": " };
            // What can be read right above need not be said again.
            if value.len() > LONG && parts.len() == 1 && !meaning.is_empty() {
                write!(text, "is {meaning}")?;
            } else {
                write!(text, "{before}{value}{colon}{meaning}")?;
            }
        }
        if text.is_empty() {
            return Ok(());
        }
        if parts.iter().any(|part| part.parameter) && self.told.insert(field.about) {
            write!(text, ". {}", field.about)?;
        }
        self.paragraph("", &format!("{} {text}", field.name))
    }

    /// What a value means, and what a number is put together from.
    fn meaning(&self, at: u32) -> String {
        let mut text = match self.sheet.node(at).meaning {
            Meaning::Name(name) => name.to_owned(),
            _ => String::new(),
        };
        for bit in self.sheet.d.children(at) {
            let bit = self.sheet.node(bit);
            let value = bit.uint().unwrap_or_default();
            // Flags that are not set say nothing, and most are not.
            if bit.field.mask.count_ones() < 8 && value == 0 {
                continue;
            }
            let before = if text.is_empty() { "" } else { ", " };
            // Writing to a String cannot fail.
            let _ = match bit.meaning {
                Meaning::Name(name) => write!(text, "{before}{} {value} ({name})", bit.field.name),
                _ => write!(text, "{before}{} {value}", bit.field.name),
            };
        }
        text
    }

    fn notes(&mut self, notes: &[&Note]) -> fmt::Result {
        for note in notes {
            if note.severity <= Severity::Info && !self.said.insert(note.text.to_string()) {
                continue;
            }
            let (mark, color) = match note.severity {
                Severity::Good => ("ok", "\x1b[32m"),
                Severity::Info => ("note", "\x1b[36m"),
                Severity::Warning => ("warning", "\x1b[33m"),
                Severity::Error => ("error", "\x1b[31m"),
            };
            let mut text = note.text.to_string();
            if let Some(spec) = note.spec {
                write!(text, " ({spec})")?;
            }
            let (color, plain_) = if self.style.color { (color, "\x1b[0m") } else { ("", "") };
            self.paragraph(&format!("{color}{mark}: {plain_}"), &text)?;
        }
        Ok(())
    }

    fn paragraph(&mut self, mark: &str, text: &str) -> fmt::Result {
        let room = self.style.width.saturating_sub(INDENT + if mark.is_empty() { 2 } else { 9 }).max(20);
        for (row, line) in wrap(&plain(text), room).into_iter().enumerate() {
            let mark = if row == 0 { mark } else { "" };
            let further = if row == 0 { 0 } else { 2 };
            writeln!(self.out, "{:indent$}{mark}{line}", "", indent = INDENT + further)?;
        }
        Ok(())
    }

    /// Dim, bold and plain; or nothing.
    fn paint(&self) -> (&'static str, &'static str, &'static str) {
        if self.style.color { ("\x1b[2m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") }
    }
}
