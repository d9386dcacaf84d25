//! A verdict as a terminal shows it.

use std::io::IsTerminal;

use crate::bytes::picture;
use crate::{Exercise, Failure, Mark, Outcome, Returned, Verdict};

/// What a terminal can show.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Columns.
    pub width: usize,
    /// Whether color is wanted.
    pub color: bool,
}

/// How far the text stands to the right of its label.
pub(crate) const INDENT: usize = 16;

impl Style {
    /// What standard output can show: `COLUMNS` columns, else 80, and color where it is a terminal. `NO_COLOR`
    /// forbids color, `CLICOLOR_FORCE` asks for it.
    #[must_use]
    pub fn of_stdout() -> Self {
        let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
        Self::new(columns.unwrap_or(80))
    }

    /// As [`Style::of_stdout`], for a terminal of so many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        Self {
            // Prose is hard to read on wider lines, and carets need a few columns.
            width: columns.clamp(40, 110),
            color: !set("NO_COLOR") && (std::io::stdout().is_terminal() || set("CLICOLOR_FORCE")),
        }
    }

    /// Labels and what one need not read.
    #[must_use]
    pub fn dim(&self, text: &str) -> String {
        self.paint("2", text)
    }

    /// What one looks for first.
    #[must_use]
    pub fn strong(&self, text: &str) -> String {
        self.paint("1", text)
    }

    /// What holds.
    #[must_use]
    pub fn right(&self, text: &str) -> String {
        self.paint("32", text)
    }

    /// What does not.
    #[must_use]
    pub fn wrong(&self, text: &str) -> String {
        self.paint("31", text)
    }

    /// What is still to be done.
    #[must_use]
    pub fn open(&self, text: &str) -> String {
        self.paint("33", text)
    }

    fn paint(&self, code: &str, text: &str) -> String {
        if self.color && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    /// How many columns are right of the labels.
    #[must_use]
    pub fn room(&self) -> usize {
        self.width.saturating_sub(INDENT)
    }

    /// `  label         text`, wrapped under itself. Nothing for an empty text.
    #[must_use]
    pub fn field(&self, label: &str, text: &str) -> String {
        self.lines(label, &wrap(text, self.room()))
    }

    /// `  label         first line`, and the others under it.
    #[must_use]
    pub fn lines(&self, label: &str, lines: &[String]) -> String {
        let mut label = label;
        let mut out = String::new();
        for line in lines {
            let label = std::mem::take(&mut label);
            out.push_str(&format!("  {}{line}\n", self.dim(&format!("{label:<14}"))));
        }
        out
    }
}

impl Verdict {
    /// The whole verdict; `exercise` tells where to read on.
    #[must_use]
    pub fn show(&self, exercise: Option<&Exercise>, style: &Style) -> String {
        let spec = exercise.map(|exercise| format!(" ({})", exercise.spec)).unwrap_or_default();
        let (word, body) = match &self.outcome {
            Outcome::Passed => {
                (style.right("PASSED"), style.field("cases", &format!("all {} hold", self.held)))
            }
            Outcome::NotYet(failure) => (style.open("NOT YET"), show_unwritten(failure, exercise, style)),
            Outcome::Failed(failure) => (style.wrong("FAILED"), self.show_failure(failure, style)),
        };
        let next = match (&self.outcome, exercise) {
            (Outcome::Passed, _) | (_, None) => String::new(),
            (_, Some(exercise)) => style.lines("next", &next_steps(exercise, style)),
        };
        format!("{}{} {word}\n{body}{next}", style.strong(&self.id), style.dim(&spec))
    }

    fn show_failure(&self, failure: &Failure, style: &Style) -> String {
        let held = match self.held {
            0 => String::new(),
            held => format!(" ({held} held before it)"),
        };
        let returned = match &failure.returned {
            Returned::Value(value) => style.field("you returned", value),
            Returned::Panic { message, place } => {
                style.field("your code", &format!("panicked at {place}")) + &style.field("", message)
            }
            Returned::Nothing(what) => style.field("you returned", what),
        };
        let bits = failure.reason.bits.as_ref().map(|bits| crate::bits::picture(bits, style));
        let mut rule = failure.reason.spec.to_string();
        if !rule.is_empty() {
            rule = format!(" ({rule})");
        }
        [
            style.field("case", &format!("{}{held}", failure.case)),
            returned,
            style.field("expected", &failure.expected),
            evidence(failure, failure.reason.mark.as_ref(), style),
            style.lines("bits", &bits.unwrap_or_default()),
            style.field("why", &format!("{}{rule}", failure.reason.why)),
        ]
        .concat()
    }
}

/// What the case is about: bytes in hex, or text.
fn evidence(failure: &Failure, mark: Option<&Mark>, style: &Style) -> String {
    if failure.text {
        style.lines("text", &crate::text::picture(&failure.bytes, mark, style))
    } else {
        style.lines("bytes", &picture(&failure.bytes, mark, style))
    }
}

/// Nothing is wrong yet: what is to do, where, and what the first case will be.
fn show_unwritten(failure: &Failure, exercise: Option<&Exercise>, style: &Style) -> String {
    let place = match &failure.returned {
        Returned::Panic { place, .. } => format!("{place} still says todo!()"),
        _ => String::new(),
    };
    [
        style.field("task", exercise.map_or("", |exercise| exercise.task.as_str())),
        style.field("edit", &place),
        style.field("case", &failure.case),
        evidence(failure, None, style),
        style.field("expected", &failure.expected),
    ]
    .concat()
}

/// Where to go from a verdict that is not "passed".
fn next_steps(exercise: &Exercise, style: &Style) -> Vec<String> {
    // `wirebook` says how many were opened; cargo test does not know.
    let seen = std::env::var("WIREBOOK_HINTS").ok().and_then(|n| n.parse().ok()).unwrap_or(0_usize);
    let (all, base) = (exercise.hints.len(), format!("{} hint {}", command(), exercise.id));
    let hint = match seen {
        0 => format!("hint 1 of {all}: {base}"),
        seen if seen < all => format!("hint {} of {all}: {base} --more", seen + 1),
        _ => format!("all {all} hints: {base}"),
    };
    let page = format!("book: {}", exercise.page);
    let line = format!("{hint}   {page}");
    if INDENT + line.len() <= style.width { vec![line] } else { vec![hint, page] }
}

/// How the reader starts the workbook: as it was started, or as the README says.
fn command() -> String {
    std::env::var("WIREBOOK_COMMAND").unwrap_or_else(|_| "cargo run --".to_owned())
}

/// Breaks a text at spaces, into lines of at most `width` columns where its words allow. Lines that the text itself breaks stay broken.
#[must_use]
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}
