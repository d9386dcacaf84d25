//! Bytes as a reader points at them.

use std::fmt::Write as _;
use std::ops::Range;

use crate::Style;

/// Some of the bytes, and a few words about them.
#[derive(Clone, Debug)]
pub struct Mark {
    /// Which.
    pub range: Range<usize>,
    /// What happened to them.
    pub label: String,
}

/// `00 20 00 08`
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

const ROW: usize = 16;
/// Rows shown before the rows in between are left out.
const ROWS: usize = 6;

/// The bytes in rows, the marked ones in brackets and with a caret under each digit:
///
/// ```text
/// 00 01 [6f 32] 7f 36 de 89
///        ^^^^^ X-Port is still XORed with 0x2112
/// ```
pub(crate) fn picture(bytes: &[u8], mark: Option<&Mark>, style: &Style) -> Vec<String> {
    let row_length = if style.width < 70 { ROW / 2 } else { ROW };
    let several = bytes.len() > row_length;
    let marked = mark.map_or(0..0, |mark| mark.range.start..mark.range.end.min(bytes.len()));
    let last_marked = marked.end.saturating_sub(1) / row_length;
    let mut lines = Vec::new();
    let mut skipped = false;
    for (at, row) in bytes.chunks(row_length).enumerate() {
        let here = at * row_length;
        let in_row = marked.start.clamp(here, here + row.len())..marked.end.clamp(here, here + row.len());
        let near = at == 0 || here + 2 * row_length > marked.start && here < marked.end + row_length;
        let kept = if marked.is_empty() { at < ROWS / 2 } else { near };
        if bytes.len() > ROWS * row_length && !kept {
            if !std::mem::replace(&mut skipped, true) {
                lines.push(style.dim("..."));
            }
            continue;
        }
        skipped = false;
        let (text, caret) = draw(here, row, &in_row, several, style);
        lines.push(text);
        if let Some(mark) = mark.filter(|_| !in_row.is_empty()) {
            let label = if at == last_marked { mark.label.as_str() } else { "" };
            lines.extend(under(&caret, label, style));
        }
    }
    // What is missing stands after the end.
    if let Some(mark) = mark.filter(|_| marked.is_empty()) {
        let last = bytes.len().checked_sub(1).map_or(0, |last| (last % row_length + 1) * 3);
        let indent = if several { 6 } else { 0 };
        lines.extend(under(&format!("{}^", " ".repeat(indent + last)), &mark.label, style));
    }
    lines
}

/// One row and the carets under it. Rows of one picture keep their columns; a single row has room to breathe.
fn draw(start: usize, row: &[u8], marked: &Range<usize>, several: bool, style: &Style) -> (String, String) {
    let mut text = String::new();
    let mut caret = String::new();
    if several {
        let _ = write!(text, "{}", style.dim(&format!("{start:04x} ")));
        caret.push_str("     ");
    }
    for (at, byte) in (start..).zip(row) {
        let first = at == start;
        let gap = match () {
            () if !marked.is_empty() && at == marked.start && several => "[",
            () if !marked.is_empty() && at == marked.start && first => "[",
            () if !marked.is_empty() && at == marked.start => " [",
            () if !marked.is_empty() && at == marked.end && several => "]",
            () if !marked.is_empty() && at == marked.end => "] ",
            () if first && !several => "",
            () => " ",
        };
        text.push_str(gap);
        let inside = marked.contains(&at);
        caret.push_str(&(if inside && at > marked.start { "^" } else { " " }).repeat(gap.len()));
        let digits = format!("{byte:02x}");
        text.push_str(&if inside { style.wrong(&digits) } else { digits });
        caret.push_str(if inside { "^^" } else { "  " });
    }
    if !marked.is_empty() && marked.end == start + row.len() {
        text.push(']');
    }
    (text, caret.trim_end().to_owned())
}

/// The carets, then the label; on a line of its own, where there is no room beside them.
pub(crate) fn under(caret: &str, label: &str, style: &Style) -> Vec<String> {
    let indent = caret.chars().take_while(|c| *c == ' ').count();
    let carets = format!("{}{}", &caret[..indent], style.wrong(&caret[indent..]));
    if label.is_empty() {
        vec![carets]
    } else if crate::show::INDENT + caret.len() + 1 + label.len() <= style.width {
        vec![format!("{carets} {}", style.wrong(label))]
    } else {
        let room = style.width.saturating_sub(crate::show::INDENT);
        let from = indent.min(room.saturating_sub(label.len()));
        let wrapped = crate::show::wrap(label, room - from);
        let lines = wrapped.iter().map(|line| format!("{}{}", " ".repeat(from), style.wrong(line)));
        std::iter::once(carets).chain(lines).collect()
    }
}
