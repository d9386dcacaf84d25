//! The compiler's errors, shortened to the student's own lines.

use exercises::{Exercise, Style, wrap};
use serde::Deserialize;

/// One message of rustc, as `--message-format=json` gives it.
#[derive(Debug, Deserialize)]
pub(super) struct Diagnostic {
    pub(super) message: String,
    pub(super) level: String,
    pub(super) rendered: Option<String>,
    code: Option<Code>,
    spans: Vec<CodeSpan>,
    children: Vec<Diagnostic>,
}

#[derive(Debug, Deserialize)]
struct Code {
    code: String,
}

#[derive(Debug, Deserialize)]
struct CodeSpan {
    file_name: String,
    line_start: usize,
    column_start: usize,
    is_primary: bool,
    label: Option<String>,
    suggested_replacement: Option<String>,
    text: Vec<Line>,
    expansion: Option<Box<Expansion>>,
}

#[derive(Debug, Deserialize)]
struct Line {
    text: String,
    highlight_start: usize,
    highlight_end: usize,
}

#[derive(Debug, Deserialize)]
struct Expansion {
    span: CodeSpan,
}

/// More than these are seldom errors of their own.
const SHOWN: usize = 2;

/// What stands in the way, in the look of a verdict.
pub(super) fn show(exercise: &Exercise, errors: &[Diagnostic], style: &Style) -> String {
    let file = format!("exercises/{}", exercise.file());
    let mut out = format!("{} {}\n", style.strong(&exercise.id), style.wrong("DOES NOT COMPILE"));
    // The last words, "aborting due to 2 previous errors", have no place.
    let real: Vec<_> = errors.iter().filter(|e| !e.spans.is_empty() || e.code.is_some()).collect();
    let real = if real.is_empty() { errors.iter().collect() } else { real };
    for error in real.iter().take(SHOWN) {
        out += &one(error, &file, style);
    }
    match real.len() {
        0 => out += &style.field("error", &format!("cargo made no program of {file}")),
        n if n > SHOWN => {
            out += &style.field("and", &format!("{} more, which may go away with these", n - SHOWN));
        }
        _ => {}
    }
    out
}

fn one(error: &Diagnostic, file: &str, style: &Style) -> String {
    let code = error.code.as_ref().map(|code| code.code.as_str());
    let suffix = code.map(|code| format!(" ({code})")).unwrap_or_default();
    let mut out = style.field("error", &format!("{}{suffix}", error.message));
    let mut spans: Vec<_> = error.spans.iter().filter_map(|span| within(span, file)).collect();
    spans.sort_by_key(|span| (!span.is_primary, span.line_start));
    if let Some(span) = spans.first() {
        out += &style.field("at", &format!("{file}:{}:{}", span.line_start, span.column_start));
    }
    spans.sort_by_key(|span| span.line_start);
    for span in spans.iter().take(3) {
        out += &style.lines(&format!("line {}", span.line_start), &quote(span, style));
    }
    let own = |child: &&Diagnostic| {
        matches!(child.level.as_str(), "help" | "note")
            && child.spans.iter().all(|span| within(span, file).is_some())
    };
    for child in error.children.iter().filter(own).take(2) {
        out += &style.field(&child.level, &advice(child));
    }
    if let Some(code) = code {
        out += &style.field("more", &format!("rustc --explain {code}"));
    }
    out
}

/// The place in the student's file: the span itself, or where the macro that it comes from was called.
fn within<'s>(span: &'s CodeSpan, file: &str) -> Option<&'s CodeSpan> {
    // On Windows rustc writes backslashes.
    if span.file_name.replace('\\', "/") == file {
        Some(span)
    } else {
        span.expansion.as_ref().and_then(|expansion| within(&expansion.span, file))
    }
}

/// The line without its indentation, and carets under what is meant. Of a line that is too long, the part around
/// the carets.
fn quote(span: &CodeSpan, style: &Style) -> Vec<String> {
    let Some(line) = span.text.first() else { return Vec::new() };
    let code: Vec<char> = line.text.trim_end().chars().collect();
    let indent = code.iter().take_while(|c| c.is_whitespace()).count();
    let from = line.highlight_start.saturating_sub(1).max(indent);
    let length = line.highlight_end.saturating_sub(line.highlight_start).clamp(1, style.room());
    let fits = from + length <= indent + style.room();
    let left = if fits { indent } else { (from + length).saturating_sub(style.room()).min(code.len()) };
    let mut shown: String = code[left..].iter().take(style.room()).collect();
    if left > indent && from > left {
        let cut = shown.chars().next().map_or(0, char::len_utf8);
        shown.replace_range(..cut, "…");
    }

    let column = from - left.min(from);
    let mark = if span.is_primary { "^" } else { "-" }.repeat(length);
    let label = span.label.as_deref().unwrap_or("");
    let spaces = " ".repeat(column);
    let mut lines = vec![shown];
    if column + length + 1 + label.chars().count() <= style.room() {
        lines.push(format!("{spaces}{}", style.wrong(format!("{mark} {label}").trim_end())));
    } else {
        lines.push(format!("{spaces}{}", style.wrong(&mark)));
        lines.extend(wrap(label, style.room()).iter().map(|line| style.wrong(line)));
    }
    lines
}

fn advice(child: &Diagnostic) -> String {
    let replacements: Vec<_> = child
        .spans
        .iter()
        .filter_map(|span| span.suggested_replacement.as_deref())
        .map(str::trim)
        .filter(|text| !text.is_empty() && !text.contains('\n'))
        .collect();
    if replacements.is_empty() {
        child.message.clone()
    } else {
        format!("{}: `{}`", child.message, replacements.join(" ... "))
    }
}
