//! The ladder for a terminal: one line a packet.
//!
//! ```text
//!                ping                     server
//!           127.0.0.1:5000            127.0.0.1:3478
//!                 │                         │
//!      0 ms       ├─ Binding request ──────▶│
//!  +0.31 ms       │◀ Binding success resp… ─┤
//! ```
//!
//! Where the words would not fit on their arrows, hosts get letters and the words stand beside the picture:
//!
//! ```text
//!  A  127.0.0.1:5000
//!  B  127.0.0.1:3478
//!
//!            A     B
//!     0 ms   ├────▶│  Binding request
//! +0.31 ms   │◀────┤  Binding success response 127.0.0.1:5000
//! ```

use std::fmt::{self, Write};

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{Host, Ladder, Since, Step};
use crate::render::plain;
use crate::tree::Severity;

/// Columns of the time.
const TIME: usize = 9;
/// From line to line at least, or the picture cannot be read; and at most, or the eye loses the row.
const LEAST_GAP: usize = 14;
const MOST_GAP: usize = 56;
/// From line to line where words stand beside the picture, and what room they need there at least.
const NARROW_GAP: usize = 6;
const LEAST_ROOM: usize = 24;

impl Ladder {
    /// Writes the ladder within `width` columns. Too narrow a terminal gets a list.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn text(&self, width: usize, color: bool, out: &mut impl Write) -> fmt::Result {
        let paint = Paint { color };
        let fitting = Grid::fit(self, width).filter(Grid::holds_every_word);
        match fitting.or_else(|| Grid::narrow(self, width)) {
            Some(grid) => grid.write(paint, out)?,
            None => self.list(width, paint, out)?,
        }
        match self.left_out() {
            0 => Ok(()),
            more => writeln!(out, "{}", clip(&format!("\u{2026} {more} more"), width)),
        }
    }

    fn list(&self, width: usize, paint: Paint, out: &mut impl Write) -> fmt::Result {
        for step in self.drawn() {
            let name = |at: usize| self.hosts.get(at).map_or("?", Host::called);
            let time = Since(step.at.saturating_sub(self.start()));
            let lost = if step.lost { " (lost)" } else { "" };
            let line = format!("{time} {} \u{2192} {}: {}{lost}", name(step.from), name(step.to), text(step));
            let (on, off) = paint.step(step);
            writeln!(out, "{on}{}{off}", clip(&plain(&line), width))?;
        }
        Ok(())
    }
}

/// As many as there can be lines.
const LETTERS: std::ops::RangeInclusive<char> = 'A'..='H';

/// Where things stand.
struct Grid<'l> {
    ladder: &'l Ladder,
    /// The column of the first line.
    first: usize,
    gap: usize,
    width: usize,
    /// Whether words stand beside the picture, not on the arrows.
    beside: bool,
}

impl<'l> Grid<'l> {
    fn fit(ladder: &'l Ladder, width: usize) -> Option<Self> {
        let lines = ladder.lines();
        let labels = |host: &Host| {
            plain(&host.address).width().max(host.name.as_deref().map_or(0, |name| plain(name).width()))
        };
        let widest = ladder.hosts.iter().take(lines).map(labels).max()?;
        // Half of a label stands out on either side.
        let side = (widest / 2 + 1).min(12);
        let room = width.checked_sub(TIME + 1 + 2 * side)?;
        let wanted = ladder.drawn().map(|step| text(step).width() + 8).max().unwrap_or(0).max(widest + 3);
        let gap = match lines {
            0 | 1 => room,
            _ => (room / (lines - 1)).min(wanted.clamp(LEAST_GAP, MOST_GAP)),
        };
        let grid = Self { ladder, first: TIME + 1 + side, gap, width, beside: false };
        (gap >= LEAST_GAP).then_some(grid)
    }

    fn narrow(ladder: &'l Ladder, width: usize) -> Option<Self> {
        let grid = Self { ladder, first: TIME + 3, gap: NARROW_GAP, width, beside: true };
        (ladder.lines() > 0 && grid.words_from() + LEAST_ROOM <= width).then_some(grid)
    }

    /// Whether no word has to be cut.
    fn holds_every_word(&self) -> bool {
        self.ladder.drawn().all(|step| {
            let span = step.from.abs_diff(step.to).max(1) * self.gap;
            let detail = step.said.detail.as_deref().map_or(0, |detail| plain(detail).width());
            text(step).width() + 6 <= span && detail + 4 <= span
        })
    }

    /// The column of the words beside the picture.
    fn words_from(&self) -> usize {
        self.column(self.ladder.lines().saturating_sub(1)) + 3
    }

    fn column(&self, line: usize) -> usize {
        self.first + line * self.gap
    }

    fn write(&self, paint: Paint, out: &mut impl Write) -> fmt::Result {
        if self.beside {
            self.legend(paint, out)?;
        } else {
            let hosts = || self.ladder.hosts.iter().take(self.ladder.lines());
            if hosts().any(|host| host.name.is_some()) {
                self.heads(hosts().map(|host| host.name.as_deref().unwrap_or("")), paint.bold(), out)?;
            }
            self.heads(hosts().map(|host| &*host.address), paint.dim(), out)?;
            self.row("", &self.bare(), "", ("", ""), paint, out)?;
        }
        for step in self.ladder.drawn() {
            let time = Since(step.at.saturating_sub(self.ladder.start())).to_string();
            let words = if self.beside { text(step) } else { String::new() };
            self.row(&time, &self.arrow(step), &words, paint.step(step), paint, out)?;
            match &step.said.detail {
                None => {}
                Some(detail) if self.beside => {
                    self.row("", &self.bare(), &plain(detail), paint.step(step), paint, out)?;
                }
                Some(detail) => {
                    self.row("", &self.beside(step, &plain(detail)), "", paint.step(step), paint, out)?;
                }
            }
        }
        if self.beside { Ok(()) } else { self.row("", &self.bare(), "", ("", ""), paint, out) }
    }

    /// Which letter is whom, and the letters over their lines.
    fn legend(&self, paint: Paint, out: &mut impl Write) -> fmt::Result {
        let hosts = || LETTERS.zip(self.ladder.hosts.iter().take(self.ladder.lines()));
        let ((bold, off), (dim, _)) = (paint.bold(), paint.dim());
        for (letter, host) in hosts() {
            let name = host.name.as_deref().map(|name| plain(name) + "  ").unwrap_or_default();
            let line = clip(&format!("{name}{}", plain(&host.address)), self.width.saturating_sub(4));
            writeln!(out, " {bold}{letter}{off}  {dim}{line}{off}")?;
        }
        writeln!(out)?;
        let heads: Vec<String> = hosts().map(|(letter, _)| letter.to_string()).collect();
        self.heads(heads.iter().map(String::as_str), paint.bold(), out)
    }

    /// One text over each line, centered.
    fn heads<'h>(
        &self,
        texts: impl Iterator<Item = &'h str>,
        (on, off): (&str, &str),
        out: &mut impl Write,
    ) -> fmt::Result {
        let mut line = String::new();
        let mut at = 0;
        for (n, text) in texts.enumerate() {
            let text = clip(&plain(text), self.gap.min(2 * (self.first - TIME)).saturating_sub(2).max(1));
            let start = self.column(n).saturating_sub(text.width() / 2).max(at);
            write!(line, "{:pad$}{text}", "", pad = start - at)?;
            at = start + text.width();
        }
        writeln!(out, "{on}{}{off}", line.trim_end())
    }

    /// One cell a column, from the first line to the right edge.
    fn bare(&self) -> Vec<char> {
        let end = self.column(self.ladder.lines().saturating_sub(1)) + 1;
        let mut cells = vec![' '; end - self.first];
        for line in 0..self.ladder.lines() {
            cells[line * self.gap] = '│';
        }
        cells
    }

    fn arrow(&self, step: &Step) -> Vec<char> {
        let mut cells = self.bare();
        let (from, to) = (step.from * self.gap, step.to * self.gap);
        if from == to && self.beside {
            cells[from] = '\u{21ba}';
            return cells;
        }
        if from == to {
            return self.beside(step, &format!("\u{21ba} {}", text(step)));
        }
        let (left, right) = (from.min(to), from.max(to));
        for (at, cell) in cells.iter_mut().enumerate().take(right).skip(left + 1) {
            *cell = match (at.is_multiple_of(self.gap), step.lost) {
                (true, _) => '┼',
                (false, false) => '─',
                (false, true) => '╌',
            };
        }
        let eastward = to > from;
        let cross = (self.gap / 4).max(3);
        cells[from] = if eastward { '├' } else { '┤' };
        if step.lost {
            let from_cross = if eastward { right - cross..right } else { left + 1..left + cross + 1 };
            for at in from_cross {
                cells[at] = if at.is_multiple_of(self.gap) { '│' } else { ' ' };
            }
            cells[if eastward { right - cross } else { left + cross }] = '✗';
        } else if eastward {
            cells[right - 1] = '▶';
        } else {
            cells[left + 1] = '◀';
        }
        if self.beside {
            return cells;
        }
        let taken = if step.lost { cross } else { 1 };
        let start = if eastward { left + 2 } else { left + 2 + taken };
        let room = (right - left).saturating_sub(5 + taken);
        put(&mut cells, start, &format!(" {} ", clip(&text(step), room)));
        cells
    }

    /// Text under an arrow, or beside the line of a host that talks to itself.
    fn beside(&self, step: &Step, text: &str) -> Vec<char> {
        let mut cells = self.bare();
        let left = step.from.min(step.to) * self.gap;
        let right = step.from.max(step.to) * self.gap;
        let right = if left == right { (left + self.gap).min(cells.len()) } else { right };
        let room = right.saturating_sub(left + 4);
        if room < 6 {
            // The last line: there is only the margin, so the text goes to its left.
            let room = self.gap - 4;
            let text = clip(text, room);
            put(&mut cells, left.saturating_sub(text.width() + 2), &text);
        } else {
            put(&mut cells, left + 3, &clip(text, room));
        }
        cells
    }

    fn row(
        &self,
        time: &str,
        cells: &[char],
        words: &str,
        (on, off): (&str, &str),
        paint: Paint,
        out: &mut impl Write,
    ) -> fmt::Result {
        let (dim, plain) = paint.dim();
        let indent = self.first - TIME;
        debug_assert!(self.first + cells.len() <= self.width);
        // A cell that a wide letter covers holds a zero.
        let line: String = cells.iter().filter(|c| **c != '\0').collect();
        let words = clip(words, self.width.saturating_sub(self.words_from()));
        let between = if words.is_empty() { "" } else { "  " };
        writeln!(out, "{dim}{time:>TIME$}{plain}{:indent$}{on}{line}{between}{words}{off}", "")
    }
}

/// Puts text into the cells; a wide letter covers two.
fn put(cells: &mut [char], start: usize, text: &str) {
    let mut at = start;
    for c in text.chars() {
        let width = c.width().unwrap_or(0);
        if width == 0 {
            continue;
        }
        let Some(covered) = cells.get_mut(at..at + width) else { return };
        covered.fill('\0');
        covered[0] = c;
        at += width;
    }
}

fn text(step: &Step) -> String {
    let mark = match step.said.worst {
        Some(Severity::Error) => "✗ ",
        Some(Severity::Warning) => "! ",
        _ => "",
    };
    format!("{mark}{}", plain(&step.said.label))
}

/// Cut to `room` columns.
fn clip(text: &str, room: usize) -> String {
    if text.width() <= room {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > room {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

#[derive(Clone, Copy)]
struct Paint {
    color: bool,
}

impl Paint {
    fn dim(self) -> (&'static str, &'static str) {
        if self.color { ("\x1b[2m", "\x1b[0m") } else { ("", "") }
    }

    fn bold(self) -> (&'static str, &'static str) {
        if self.color { ("\x1b[1m", "\x1b[0m") } else { ("", "") }
    }

    fn step(self, step: &Step) -> (&'static str, &'static str) {
        match step.said.worst {
            _ if !self.color => ("", ""),
            Some(Severity::Error) => ("\x1b[31m", "\x1b[0m"),
            Some(Severity::Warning) => ("\x1b[33m", "\x1b[0m"),
            _ => ("", ""),
        }
    }
}
