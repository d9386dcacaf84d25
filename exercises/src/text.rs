//! Text as a reader points at it: header fields, and whatever else a protocol writes in letters.

use crate::bytes::under;
use crate::{Mark, Style};

/// The text in its own lines, and a caret under each character that is meant. A byte that is no ASCII character
/// stands as `\xNN`; the ends of lines are not shown.
///
/// ```text
/// Host: pong.example
/// Origin: https://ping.example
///         ^^^^^^^^^^^^^^^^^^^^ another site
/// ```
pub(crate) fn picture(text: &[u8], mark: Option<&Mark>, style: &Style) -> Vec<String> {
    // What is missing is pointed at where it should begin.
    let marked = mark.map_or(0..0, |mark| mark.range.start..mark.range.end.max(mark.range.start + 1));
    let mut rows = vec![Row::default()];
    for (at, byte) in text.iter().enumerate() {
        let shown = match byte {
            b'\n' => {
                rows.push(Row::default());
                continue;
            }
            b'\r' if text.get(at + 1) == Some(&b'\n') => continue,
            b' '..=b'~' => char::from(*byte).to_string(),
            other => format!("\\x{other:02x}"),
        };
        put(&mut rows, &shown, marked.contains(&at), style);
    }
    if rows.last().is_some_and(|row| row.text.is_empty()) && rows.len() > 1 {
        rows.pop();
    }
    if marked.contains(&text.len()) {
        put(&mut rows, " ", true, style);
    }
    let last = rows.iter().rposition(Row::is_marked);
    let label = |at| mark.filter(|_| Some(at) == last).map_or("", |mark| mark.label.as_str());
    let lines = rows.iter().enumerate().flat_map(|(at, row)| {
        let carets =
            if row.is_marked() { under(row.carets.trim_end(), label(at), style) } else { Vec::new() };
        std::iter::once(row.text.trim_end().to_owned()).chain(carets)
    });
    lines.collect()
}

/// One line of the picture, and what stands under it.
#[derive(Default)]
struct Row {
    text: String,
    carets: String,
}

impl Row {
    fn is_marked(&self) -> bool {
        self.carets.contains('^')
    }
}

fn put(rows: &mut Vec<Row>, shown: &str, marked: bool, style: &Style) {
    if rows.last().is_none_or(|row| row.text.len() + shown.len() > style.room()) {
        rows.push(Row::default());
    }
    if let Some(row) = rows.last_mut() {
        row.text.push_str(shown);
        row.carets.push_str(&(if marked { "^" } else { " " }).repeat(shown.len()));
    }
}
