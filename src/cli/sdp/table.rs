//! Two descriptions beside each other, or where there is no room for that, below each other.

use std::io::{self, Write};

use serde_json::{Value, json};
use wire::render::plain;
use wire::render::text::{Style, wrap};
use wire::sdp::Places;
use wire::sdp::negotiation::{Aspect, Change, Comparison, Outcome, Pair};

use super::Source;

/// From here on there is room for the reasons beside the values.
const WIDE: usize = 110;
/// Up to here the two stand below each other.
const NARROW: usize = 60;
/// The sign and the name of a row.
const NAME: usize = 20;

pub(super) fn text(
    before: &Source,
    after: &Source,
    revised: bool,
    comparison: &Comparison,
    style: Style,
    out: &mut impl Write,
) -> io::Result<()> {
    let kind = if revised { "two versions of one description" } else { "an offer and its answer" };
    let table = Table { style };
    let title = format!("{kind}: = kept, ~ changed, - {}, + added, ! wrong", gone(revised));
    for row in wrap(&title, style.width) {
        writeln!(out, "{}", table.bold(&row))?;
    }
    table.head(&before.name, &after.name, out)?;
    for row in &comparison.session {
        table.row(row, out)?;
    }
    for (pair, number) in comparison.sections.iter().zip(1..) {
        writeln!(out)?;
        table.section(pair, number, out)?;
    }
    Ok(())
}

fn gone(revised: bool) -> &'static str {
    if revised { "gone" } else { "refused" }
}

pub(super) fn json(
    before: &Source,
    after: &Source,
    revised: bool,
    comparison: &Comparison,
    findings: &[Value],
) -> Value {
    let row = |row: &Aspect| {
        json!({
            "name": row.name, "before": row.before, "after": row.after, "change": row.change.word(), "why": row.why,
            "spec": row.spec.map(|spec| spec.to_string()), "url": row.spec.map(|spec| spec.url()),
        })
    };
    let places = [Places::of(&before.text), Places::of(&after.text)];
    let section = |pair: &Pair| {
        let [one, other] = [0, 1].map(|n| {
            let span = pair.spans.get(n).copied().flatten();
            span.zip(places.get(n)).map(|(span, places)| places.place(span).line)
        });
        json!({
            "kind": pair.kind, "mid": pair.mid, "outcome": pair.outcome.word(), "why": pair.why,
            "lines": { "before": one, "after": other }, "rows": pair.aspects.iter().map(row).collect::<Vec<_>>(),
        })
    };
    json!({
        "compared": if revised { "versions" } else { "offer and answer" }, "before": before.name, "after": after.name,
        "session": comparison.session.iter().map(row).collect::<Vec<_>>(),
        "sections": comparison.sections.iter().map(section).collect::<Vec<_>>(), "findings": findings,
    })
}

struct Table {
    style: Style,
}

impl Table {
    fn bold(&self, text: &str) -> String {
        if self.style.color { format!("\x1b[1m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn dim(&self, text: &str) -> String {
        if self.style.color && !text.is_empty() { format!("\x1b[2m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// How wide each of the two is.
    fn side(&self) -> usize {
        let parts = if self.style.width >= WIDE { 3 } else { 2 };
        (self.style.width.saturating_sub(NAME) / parts).saturating_sub(2).clamp(12, 44)
    }

    fn head(&self, before: &str, after: &str, out: &mut impl Write) -> io::Result<()> {
        let side = self.side();
        if self.style.width < NARROW {
            return Ok(());
        }
        let (before, after) = (ending(&plain(before), side), ending(&plain(after), side));
        writeln!(out, "{:NAME$}{}  {}", "", self.bold(&format!("{before:side$}")), self.bold(&after))
    }

    fn section(&self, pair: &Pair, number: usize, out: &mut impl Write) -> io::Result<()> {
        let mid = pair.mid.as_ref().map_or("no mid".to_owned(), |mid| format!("mid {}", plain(mid)));
        let head = format!("{number}. {}, {mid}: {}", plain(&pair.kind), pair.outcome.word());
        let color = match pair.outcome {
            _ if !self.style.color => "",
            Outcome::Accepted | Outcome::Added => "\x1b[32m",
            Outcome::Missing => "\x1b[31m",
            Outcome::Rejected | Outcome::Removed | Outcome::Unused => "\x1b[33m",
        };
        let end = if self.style.color { "\x1b[0m" } else { "" };
        writeln!(out, "{color}{}{end}", self.bold(&head))?;
        if !pair.why.is_empty() {
            self.why(pair.why, 3, out)?;
        }
        pair.aspects.iter().try_for_each(|row| self.row(row, out))
    }

    fn row(&self, row: &Aspect, out: &mut impl Write) -> io::Result<()> {
        let sign = row.change.sign();
        let color = match row.change {
            _ if !self.style.color => "",
            Change::Kept => "\x1b[2m",
            Change::Changed => "\x1b[36m",
            Change::Refused => "\x1b[33m",
            Change::Added => "\x1b[32m",
            Change::Wrong => "\x1b[31m",
        };
        let end = if self.style.color { "\x1b[0m" } else { "" };
        let name = format!("{color}{sign}{end} {:width$}", row.name, width = NAME - 2);
        let value = |value: &Option<String>| value.as_deref().map_or("\u{2013}".to_owned(), plain);
        let (before, after) = (value(&row.before), value(&row.after));
        let why = self.reason(row);
        if self.style.width < NARROW {
            writeln!(out, "{}", name.trim_end())?;
            for (side, text) in [("1", &before), ("2", &after)] {
                writeln!(out, "    {side} {}", clip(text, self.style.width.saturating_sub(6).max(12)))?;
            }
            return self.why(&why, 4, out);
        }
        let side = self.side();
        let (before, after) = (clip(&before, side), clip(&after, side));
        if self.style.width < WIDE || why.is_empty() {
            writeln!(out, "{}", format!("{name}{before:side$}  {after}").trim_end())?;
            return self.why(&why, NAME, out);
        }
        let column = NAME + 2 * (side + 2);
        let mut rows = wrap(&why, self.style.width.saturating_sub(column).max(20)).into_iter();
        let first = rows.next().unwrap_or_default();
        writeln!(out, "{name}{before:side$}  {after:side$}  {}", self.dim(&first))?;
        rows.try_for_each(|row| writeln!(out, "{:column$}{}", "", self.dim(&row)))
    }

    /// Why it is so, and where that is written; nothing where a value was kept and there is nothing to say.
    fn reason(&self, row: &Aspect) -> String {
        match (&*row.why, row.spec, row.change) {
            ("", _, Change::Kept) => String::new(),
            (why, _, Change::Kept) => plain(why),
            ("", Some(spec), _) => spec.to_string(),
            (why, Some(spec), _) => format!("{} ({spec})", plain(why)),
            (why, None, _) => plain(why),
        }
    }

    fn why(&self, why: &str, indent: usize, out: &mut impl Write) -> io::Result<()> {
        let room = self.style.width.saturating_sub(indent).max(20);
        let rows = wrap(why, room).into_iter().filter(|row| !row.is_empty());
        rows.into_iter().try_for_each(|row| writeln!(out, "{:indent$}{}", "", self.dim(&row)))
    }
}

/// Cut to `room` columns, an ellipsis in place of the rest.
fn clip(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

/// The end of a path, of `room` columns at most.
fn ending(path: &str, room: usize) -> String {
    match path.chars().count().saturating_sub(room) {
        0 => path.to_owned(),
        more => ['…'].into_iter().chain(path.chars().skip(more + 1)).collect(),
    }
}
