//! For a page: the text, each line to be opened for what it says. book/theme/README.md describes the markup.

use std::collections::HashMap;
use std::fmt::{self, Write};

use super::{Line, Part, SdpView, Section, Sheet};
use crate::render::html::{escape, spec};
use crate::tree::{Dissection, Meaning, Note, NotesByNode, Severity};

/// So many lines are written, and so many characters of one; the rest is counted.
const MOST_LINES: usize = 600;
const MOST_TEXT: usize = 1000;
/// So many parts of a line and of the whole are explained, and so many notes of a line; the rest is counted.
const MOST_PARTS: usize = 64;
const MOST_PARTS_IN_ALL: usize = 4000;
const MOST_NOTES: usize = 64;
/// How many colors the theme has.
const HUES: u32 = 6;

/// Writes the first session description of a tree as one `<figure>`. Holds no blank line, and nothing from the
/// wire unescaped.
///
/// # Errors
/// Those of `out`.
pub fn html(d: &Dissection<'_>, view: &SdpView<'_>, out: &mut impl Write) -> fmt::Result {
    let sheet = Sheet::new(d, view);
    let mut id = String::new();
    escape(view.id, &mut id)?;
    writeln!(out, "<figure class=\"sdp\" id=\"{id}\">")?;
    let mut writer = Writer {
        sheet: &sheet,
        id,
        notes: d.notes_by_node(),
        out,
        told: HashMap::new(),
        left: MOST_LINES,
        parts_left: MOST_PARTS_IN_ALL,
    };
    writer.caption(view)?;
    for section in &sheet.sections {
        writer.section(section)?;
    }
    let all: usize = sheet.sections.iter().map(|section| section.lines.len()).sum();
    if all > MOST_LINES {
        writeln!(writer.out, "<p class=\"sdp-section\">… {} more lines</p>", all - MOST_LINES)?;
    }
    writer.out.write_str("<p class=\"sdp-now\" aria-hidden=\"true\"></p>\n</figure>\n")
}

struct Writer<'s, W> {
    sheet: &'s Sheet<'s>,
    /// Escaped.
    id: String,
    notes: NotesByNode<'s>,
    out: &'s mut W,
    /// What was explained already, and at which node: a part's sentence is written once.
    told: HashMap<&'static str, u32>,
    left: usize,
    parts_left: usize,
}

impl<W: Write> Writer<'_, W> {
    fn caption(&mut self, view: &SdpView<'_>) -> fmt::Result {
        self.out.write_str("<figcaption>")?;
        if let Some(caption) = view.caption {
            escape(caption, self.out)?;
            self.out.write_char(' ')?;
        }
        self.out.write_str("<span class=\"packet-what\">")?;
        if let Some(detail) = view.detail {
            escape(detail, self.out)?;
            self.out.write_str(", ")?;
        }
        let shown: usize = self.sheet.sections.iter().map(|section| section.lines.len()).sum();
        match self.sheet.lines {
            all if all == shown => write!(self.out, "{all} line{}", plural(all))?,
            all => write!(self.out, "{shown} of {all} lines")?,
        }
        for (severity, word) in [(Severity::Error, "error"), (Severity::Warning, "warning")] {
            let lines = self.sheet.sections.iter().flat_map(|section| &section.lines);
            let notes = lines.flat_map(|line| (line.at..line.end).flat_map(|at| self.notes.at(at)));
            let count = notes.filter(|note| note.severity == severity).count();
            if count > 0 {
                write!(
                    self.out,
                    " <span class=\"packet-worst {word}\">{count} {word}{}</span>",
                    plural(count)
                )?;
            }
        }
        self.out.write_str("</span></figcaption>\n")
    }

    fn section(&mut self, section: &Section<'_>) -> fmt::Result {
        if self.left == 0 {
            return Ok(());
        }
        if !section.title.is_empty() {
            self.out.write_str("<p class=\"sdp-section\">")?;
            escape(&section.title, self.out)?;
            self.out.write_str("</p>\n")?;
        }
        self.out.write_str("<ol class=\"sdp-lines\">\n")?;
        for line in &section.lines {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            self.line(line)?;
        }
        self.out.write_str("</ol>\n")
    }

    /// The line is the summary of what it says.
    fn line(&mut self, line: &Line<'_>) -> fmt::Result {
        let Line { at, end, number, .. } = *line;
        let mut parts = self.sheet.parts(line);
        let all = parts.len();
        parts.truncate(MOST_PARTS.min(self.parts_left));
        self.parts_left -= parts.len();
        let noted =
            (at..end).any(|node| self.notes.at(node).iter().any(|note| note.severity >= Severity::Warning));
        let open = if noted { "<details open>" } else { "<details>" };
        write!(self.out, "<li id=\"{}-l{number}\" value=\"{number}\" class=\"sdp-line\">{open}", self.id)?;
        self.out.write_str("<summary><code>")?;
        self.text(line, &parts)?;
        self.out.write_str("</code></summary><div class=\"more\">")?;
        let field = self.sheet.node(at).field;
        self.out.write_str("<p>")?;
        escape(field.about, self.out)?;
        self.out.write_char(' ')?;
        spec(&field.spec, self.out)?;
        self.out.write_str("</p>")?;
        if all > 0 {
            self.out.write_str("\n<ul>\n")?;
            for (turn, part) in (0..).zip(&parts) {
                self.part(*part, turn % HUES)?;
            }
            if all > parts.len() {
                writeln!(self.out, "<li>… {} more</li>", all - parts.len())?;
            }
            self.out.write_str("</ul>")?;
        }
        self.out.write_str("</div></details>")?;
        self.line_notes(at, end)?;
        self.out.write_str("</li>\n")
    }

    /// The line as it is written: each part leads to what it is.
    fn text(&mut self, line: &Line<'_>, parts: &[Part]) -> fmt::Result {
        let (d, whole) = (self.sheet.d, self.sheet.node(line.at).span);
        let bytes =
            |from: u32, to: u32| d.bytes(crate::tree::Span { start: from, end: to.max(from), ..whole });
        let end = whole.start + d.bytes(whole).trim_ascii_end().len() as u32;
        let mut at = whole.start;
        for (turn, Part { at: part, .. }) in (0..).zip(parts) {
            let span = self.sheet.node(*part).span;
            if (span.start - whole.start) as usize > MOST_TEXT {
                break;
            }
            self.piece(bytes(at, span.start))?;
            let hue = turn % HUES;
            write!(
                self.out,
                "<a href=\"#{}-f{part}\" data-field=\"{part}\" class=\"h{hue}\" tabindex=\"-1\">",
                self.id
            )?;
            self.piece(d.bytes(span))?;
            self.out.write_str("</a>")?;
            at = span.end;
        }
        self.piece(bytes(at, end))
    }

    fn piece(&mut self, bytes: &[u8]) -> fmt::Result {
        let text = String::from_utf8_lossy(bytes.get(..MOST_TEXT).unwrap_or(bytes));
        escape(&text, self.out)?;
        if bytes.len() > MOST_TEXT {
            write!(self.out, "… {} more bytes", bytes.len() - MOST_TEXT)
        } else {
            Ok(())
        }
    }

    /// What one part is. The sentence stands where it is needed first; later ones lead there.
    fn part(&mut self, Part { at, field, .. }: Part, hue: u32) -> fmt::Result {
        let node = self.sheet.node(at);
        write!(
            self.out,
            "<li id=\"{}-f{at}\" data-field=\"{at}\" class=\"sdp-part h{hue}\"><code>",
            self.id
        )?;
        self.piece(self.sheet.d.bytes(node.span))?;
        self.out.write_str("</code> ")?;
        let first = *self.told.entry(field.about).or_insert(at);
        if first == at {
            self.out.write_str("<b>")?;
            escape(field.name, self.out)?;
            self.out.write_str("</b>")?;
        } else {
            write!(self.out, "<a href=\"#{}-f{first}\"><b>", self.id)?;
            escape(field.name, self.out)?;
            self.out.write_str("</b></a>")?;
        }
        if let Meaning::Name(name) = node.meaning {
            self.out.write_str(": <span class=\"sdp-means\">")?;
            escape(name, self.out)?;
            self.out.write_str("</span>")?;
        }
        if first == at {
            self.out.write_str(" <span class=\"sdp-about\">")?;
            escape(field.about, self.out)?;
            self.out.write_char(' ')?;
            spec(&field.spec, self.out)?;
            self.out.write_str("</span>")?;
        }
        self.bits(at)?;
        self.out.write_str("</li>\n")
    }

    /// What a number is put together from.
    fn bits(&mut self, at: u32) -> fmt::Result {
        let bits: Vec<u32> = self.sheet.d.children(at).collect();
        if bits.is_empty() {
            return Ok(());
        }
        self.out.write_str("<ul>")?;
        for bit in bits {
            let node = self.sheet.node(bit);
            write!(self.out, "<li><code>{}</code> <b>", node.uint().unwrap_or_default())?;
            escape(node.field.name, self.out)?;
            self.out.write_str("</b>")?;
            if let Meaning::Name(name) = node.meaning {
                self.out.write_str(": <span class=\"sdp-means\">")?;
                escape(name, self.out)?;
                self.out.write_str("</span>")?;
            }
            if *self.told.entry(node.field.about).or_insert(bit) == bit {
                self.out.write_str(" <span class=\"sdp-about\">")?;
                escape(node.field.about, self.out)?;
                self.out.write_char(' ')?;
                spec(&node.field.spec, self.out)?;
                self.out.write_str("</span>")?;
            }
            self.out.write_str("</li>")?;
        }
        self.out.write_str("</ul>")
    }

    fn line_notes(&mut self, at: u32, end: u32) -> fmt::Result {
        let mut tail = "";
        let mut count = 0;
        for node in at..end {
            // By value, so that writing may go on.
            let notes: Vec<Note> = self.notes.at(node).iter().map(|note| (*note).clone()).collect();
            for note in notes {
                if tail.is_empty() {
                    self.out.write_str("<ul class=\"notes\">")?;
                    tail = "</ul>";
                }
                count += 1;
                if count <= MOST_NOTES {
                    self.note(&note)?;
                }
            }
        }
        if count > MOST_NOTES {
            write!(self.out, "<li class=\"note info\">… {} more</li>", count - MOST_NOTES)?;
        }
        self.out.write_str(tail)
    }

    fn note(&mut self, note: &Note) -> fmt::Result {
        let (class, word) = match note.severity {
            Severity::Good => ("good", "OK"),
            Severity::Info => ("info", "Note"),
            Severity::Warning => ("warning", "Warning"),
            Severity::Error => ("error", "Error"),
        };
        write!(self.out, "<li class=\"note {class}\"><b>{word}</b> ")?;
        escape(&note.text, self.out)?;
        if let Some(at) = &note.spec {
            self.out.write_char(' ')?;
            spec(at, self.out)?;
        }
        self.out.write_str("</li>")
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
