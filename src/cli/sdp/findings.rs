//! What is wrong, under the line where it is, in the manner of a compiler.

use std::collections::HashMap;
use std::io::{self, Write};

use serde_json::{Value, json};
use wire::Severity;
use wire::render::plain;
use wire::render::text::{Style, wrap};
use wire::sdp::Places;
use wire::sdp::lint::Finding;

use super::Source;

/// What is said alike of so many lines is said once.
const LISTED: usize = 8;

pub(super) fn text(source: &Source, found: &[Finding], style: Style, out: &mut impl Write) -> io::Result<()> {
    let places = Places::of(&source.text);
    // Those that say the same are one.
    let mut order: Vec<(&Finding, Vec<usize>)> = Vec::new();
    let mut known = HashMap::new();
    for finding in found {
        let line = places.place(finding.span).line;
        let at = *known.entry((finding.id(), &*finding.message)).or_insert(order.len());
        match order.get_mut(at) {
            Some((_, lines)) => lines.push(line),
            None => order.push((finding, Vec::new())),
        }
    }
    for (finding, again) in order {
        Block { source, places: &places, style }.write(finding, &again, out)?;
    }
    Ok(())
}

/// A record a finding.
pub(super) fn json(source: &Source, found: &[Finding]) -> Vec<Value> {
    let places = Places::of(&source.text);
    let record = |finding: &Finding| {
        let place = places.place(finding.span);
        json!({
            "severity": word(finding.severity), "rule": finding.id(), "line": place.line, "column": place.column,
            "start": finding.span.start, "end": finding.span.end, "message": finding.message, "why": finding.why(),
            "fix": finding.fix(), "spec": finding.spec.map(|spec| spec.to_string()),
            "url": finding.spec.map(|spec| spec.url()),
        })
    };
    found.iter().map(record).collect()
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info | Severity::Good => "note",
    }
}

struct Block<'a> {
    source: &'a Source,
    places: &'a Places<'a>,
    style: Style,
}

impl Block<'_> {
    fn write(&self, finding: &Finding, again: &[usize], out: &mut impl Write) -> io::Result<()> {
        let place = self.places.place(finding.span);
        let number = place.line.to_string();
        let gutter = number.len();
        let (dim, bold, end) =
            if self.style.color { ("\x1b[2m", "\x1b[1m", "\x1b[0m") } else { ("", "", "") };
        let color = match finding.severity {
            _ if !self.style.color => "",
            Severity::Error => "\x1b[31m",
            Severity::Warning => "\x1b[33m",
            Severity::Info | Severity::Good => "\x1b[36m",
        };
        let head = format!("{}[{}]", word(finding.severity), finding.id());
        let message = plain(&finding.message);
        let mut rows =
            wrap(&format!("{head}: {message}"), self.style.width.saturating_sub(2).max(20)).into_iter();
        let first = rows.next().unwrap_or_default();
        let rest = first.strip_prefix(&*head).unwrap_or_default();
        writeln!(out, "{color}{bold}{head}{end}{bold}{rest}{end}")?;
        for row in rows {
            writeln!(out, "{bold}  {row}{end}")?;
        }
        writeln!(out, "{dim}{:gutter$}--> {end}{}:{place}", "", plain(&self.source.name))?;
        let (line, from, len) = self.line(finding, self.style.width.saturating_sub(gutter + 3).max(20));
        writeln!(out, "{dim}{:gutter$} |{end}", "")?;
        writeln!(out, "{dim}{number} |{end} {line}")?;
        writeln!(out, "{dim}{:gutter$} |{end} {:from$}{color}{}{end}", "", "", "^".repeat(len))?;
        let more = match again.len() {
            0 => String::new(),
            n => {
                let lines: Vec<_> = again.iter().take(LISTED).map(ToString::to_string).collect();
                let rest = if n > LISTED { " and more" } else { "" };
                format!("the same in line{} {}{rest}", if n == 1 { "" } else { "s" }, lines.join(", "))
            }
        };
        let see = finding.spec.map(|spec| spec.to_string()).unwrap_or_default();
        for (key, value) in [("also", &*more), ("why", finding.why()), ("fix", finding.fix()), ("see", &*see)]
        {
            let room = self.style.width.saturating_sub(gutter + 8).max(20);
            for (row, text) in wrap(value, room).iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let key = if row == 0 { format!("= {key}") } else { String::new() };
                writeln!(out, "{dim}{:gutter$} {key:6}{end} {text}", "")?;
            }
        }
        writeln!(out)
    }

    /// The line with what a terminal would obey spelled out, cut to `room` around the place; and where in it to point, how
    /// far.
    fn line(&self, finding: &Finding, room: usize) -> (String, usize, usize) {
        let text = &self.source.text;
        let (start, end) = (finding.span.start as usize, finding.span.end as usize);
        let line_start =
            text.get(..start).unwrap_or(text).iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.split(|b| *b == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let shown = |from: usize, to: usize| {
            let part = line.get(from.min(line.len())..to.min(line.len())).unwrap_or_default();
            plain(&String::from_utf8_lossy(part))
        };
        let (from, to) = (start - line_start, end.max(start) - line_start);
        let (before, marked, after) = (shown(0, from), shown(from, to), shown(to, line.len()));
        let whole: Vec<char> = format!("{before}{marked}{after}").chars().collect();
        let (from, len) = (before.chars().count(), marked.chars().count().max(1));
        if whole.len() <= room {
            return (whole.into_iter().collect(), from, len);
        }
        // As much as fits, with the place in it.
        let skip = from.saturating_sub(room / 3).min(whole.len() - room.min(whole.len()));
        let mut cut: Vec<char> = whole.iter().skip(skip).take(room).copied().collect();
        if skip > 0
            && let Some(first) = cut.first_mut()
        {
            *first = '…';
        }
        if skip + room < whole.len()
            && let Some(last) = cut.last_mut()
        {
            *last = '…';
        }
        (cut.into_iter().collect(), from - skip, len.min(room - (from - skip)).max(1))
    }
}
