//! The ladder for a page. Every text stands at or above 12 units in a drawing that is never shown smaller
//! than its own size; the page scrolls one that is too wide.

use std::fmt::{self, Write};

use super::{Host, Ladder, Since, Step};
use crate::render::html::escape;
use crate::render::plain;
use crate::tree::Severity;

/// Units from the left edge to the first line: where the times stand.
const LEFT: usize = 62;
/// From the last line to the right edge.
const RIGHT: usize = 52;
/// From line to line. With two lines the drawing fits a phone.
const GAP: usize = 200;
/// With more than two lines.
const GAP_MANY: usize = 168;
/// What one letter of a label takes, on average and with some room.
const LETTER: usize = 6;
const LINE: usize = 15;
/// So many letters of a name or an address stand in a line: an IPv4 address does.
const HOST: usize = 15;
/// So many lines a label may take.
const MOST_LINES: usize = 3;

impl Ladder {
    /// Writes the drawing in its figure, with a caption. The id is the figure's, and the beginning of all
    /// ids inside it.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn figure(&self, id: &str, caption: Option<&str>, out: &mut impl Write) -> fmt::Result {
        out.write_str("<figure class=\"ladder\" id=\"")?;
        escape(id, out)?;
        out.write_str("\">\n")?;
        if let Some(caption) = caption {
            out.write_str("<figcaption>")?;
            escape(caption, out)?;
            out.write_str("</figcaption>\n")?;
        }
        // What is wider than a phone is scrolled; with no link inside, the keys need a place to go.
        let keys = if self.lines() > 2 && !self.linked() { " tabindex=\"0\"" } else { "" };
        writeln!(out, "<div class=\"ladder-scroll\"{keys}>")?;
        self.svg(id, out)?;
        out.write_str("</div>\n</figure>\n")
    }

    /// Writes the drawing alone, as one `<svg>` that takes its colors from its surroundings.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn svg(&self, id: &str, out: &mut impl Write) -> fmt::Result {
        let draw = Draw::of(self);
        let head = self.hosts.iter().take(self.lines()).map(|host| host_lines(host).len()).max();
        let top = head.unwrap_or(0) * LINE + 12;
        let heights = self.drawn().map(|step| draw.height(step));
        let bottom = top + heights.sum::<usize>() + 14;
        let height = bottom + if self.left_out() > 0 { 20 } else { 4 };
        // Links inside a picture would be lost to a screen reader.
        let role = if self.linked() { "group" } else { "img" };
        write!(
            out,
            "<svg class=\"lines-{}\" viewBox=\"0 0 {} {height}\" width=\"{}\" role=\"{role}\" aria-labelledby=\"",
            self.lines(),
            draw.width,
            draw.width
        )?;
        escape(id, out)?;
        out.write_str("-title ")?;
        escape(id, out)?;
        out.write_str("-desc\">\n<title id=\"")?;
        escape(id, out)?;
        out.write_str("-title\">")?;
        self.title(out)?;
        out.write_str("</title>\n<desc id=\"")?;
        escape(id, out)?;
        out.write_str("-desc\">")?;
        self.desc(out)?;
        out.write_str("</desc>\n")?;
        draw.hosts(top, bottom, out)?;
        let mut y = top + 6;
        for step in self.drawn() {
            y += draw.height(step);
            draw.step(step, y, out)?;
        }
        if self.left_out() > 0 {
            writeln!(
                out,
                "<text class=\"more\" x=\"{LEFT}\" y=\"{}\">… {} more</text>",
                bottom + 14,
                self.left_out()
            )?;
        }
        out.write_str("</svg>\n")
    }

    fn linked(&self) -> bool {
        self.drawn().any(|step| step.said.link.is_some())
    }

    fn title(&self, out: &mut impl Write) -> fmt::Result {
        let steps = self.steps.len() + self.more;
        write!(out, "{steps} packet{} between ", if steps == 1 { "" } else { "s" })?;
        for (at, host) in self.hosts.iter().take(self.lines()).enumerate() {
            let before = match at {
                0 => "",
                _ if at + 1 == self.lines() => " and ",
                _ => ", ",
            };
            out.write_str(before)?;
            escape(host.called(), out)?;
            if host.name.is_some() {
                out.write_str(" (")?;
                escape(&host.address, out)?;
                out.write_char(')')?;
            }
        }
        Ok(())
    }

    fn desc(&self, out: &mut impl Write) -> fmt::Result {
        for (at, step) in self.drawn().enumerate() {
            out.write_str(if at == 0 { "" } else { ". " })?;
            escape(&self.sentence(step).to_string(), out)?;
        }
        Ok(())
    }
}

struct Draw<'l> {
    ladder: &'l Ladder,
    gap: usize,
    width: usize,
}

impl<'l> Draw<'l> {
    fn of(ladder: &'l Ladder) -> Self {
        let lines = ladder.lines();
        let gap = if lines > 2 { GAP_MANY } else { GAP };
        Self { ladder, gap, width: LEFT + lines.saturating_sub(1).max(1) * gap + RIGHT }
    }

    fn x(&self, line: usize) -> usize {
        LEFT + line * self.gap
    }

    /// To which side of a line there is room: 1 is right.
    fn inward(&self, line: usize) -> i64 {
        if line > 0 && line + 1 == self.ladder.lines() { -1 } else { 1 }
    }

    fn hosts(&self, top: usize, bottom: usize, out: &mut impl Write) -> fmt::Result {
        out.write_str("<g class=\"hosts\">\n")?;
        for (line, host) in self.ladder.hosts.iter().take(self.ladder.lines()).enumerate() {
            let x = self.x(line);
            let texts = host_lines(host);
            let first = top - 10 - (texts.len() - 1) * LINE;
            for (row, text) in texts.iter().enumerate() {
                let class = if row == 0 && host.name.is_some() { "name" } else { "address" };
                write!(out, "<text class=\"{class}\" x=\"{x}\" y=\"{}\">", first + row * LINE)?;
                escape(text, out)?;
                out.write_str("</text>")?;
            }
            writeln!(out, "<path class=\"line\" d=\"M{x} {top}V{bottom}\"/>")?;
        }
        out.write_str("</g>\n")
    }

    fn texts(&self, step: &Step) -> Vec<(&'static str, String)> {
        let span = self.x(step.from).abs_diff(self.x(step.to)).max(self.gap);
        let room = (span - 14) / LETTER;
        let mark = match step.said.worst {
            Some(Severity::Error) => "✗ ",
            Some(Severity::Warning) => "! ",
            _ => "",
        };
        let lost = if step.lost { " (lost)" } else { "" };
        let label = format!("{mark}{}{lost}", plain(&step.said.label));
        let mut texts: Vec<_> = lines(&label, room).into_iter().map(|line| ("label", line)).collect();
        if let Some(detail) = &step.said.detail {
            texts.extend(lines(&plain(detail), room).into_iter().map(|line| ("detail", line)));
        }
        texts
    }

    fn height(&self, step: &Step) -> usize {
        self.texts(step).len() * LINE + 17 + if step.from == step.to { 12 } else { 0 }
    }

    /// The texts, and below them the arrow, at `y`.
    fn step(&self, step: &Step, y: usize, out: &mut impl Write) -> fmt::Result {
        let tag = if step.said.link.is_some() { "a" } else { "g" };
        let class = match step.said.worst {
            Some(Severity::Error) => " error",
            Some(Severity::Warning) => " warning",
            _ => "",
        };
        let lost = if step.lost { " lost" } else { "" };
        write!(out, "<{tag} class=\"step{class}{lost}\"")?;
        if let Some(link) = &step.said.link {
            out.write_str(" href=\"")?;
            escape(link, out)?;
            out.write_char('"')?;
        }
        out.write_str("><title>")?;
        escape(&self.ladder.sentence(step).to_string(), out)?;
        write!(out, "</title><text class=\"time\" x=\"2\" y=\"{}\">", y + 4)?;
        write!(out, "{}</text>", Since(step.at.saturating_sub(self.ladder.start())))?;
        let (from, to) = (self.x(step.from), self.x(step.to));
        let inward = self.inward(step.from);
        let (left, right) = match (from == to, inward) {
            (false, _) => (from.min(to), from.max(to)),
            (true, 1) => (from, from + self.gap),
            (true, _) => (from - self.gap, from),
        };
        let texts = self.texts(step);
        let loop_height = if from == to { 12 } else { 0 };
        // Something to point at, and what the theme draws the focus around.
        let height = texts.len() * LINE + 12 + loop_height;
        write!(
            out,
            "<rect class=\"target\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{height}\" rx=\"3\"/>",
            left + 3,
            y + 7 - height,
            right - left - 6
        )?;
        let middle = (left + right) / 2;
        if right - left > self.gap {
            // The texts stand on lines that the arrow crosses: those give way.
            let widest = texts.iter().map(|(_, text)| text.chars().count()).max().unwrap_or(0);
            let width = (widest * (LETTER + 1)).min(right - left - 6);
            write!(
                out,
                "<rect class=\"patch\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{}\"/>",
                middle - width / 2,
                y - 5 - texts.len() * LINE,
                texts.len() * LINE + 1
            )?;
        }
        for (row, (class, text)) in texts.iter().enumerate() {
            // A cross stands higher than an arrow.
            let room = if step.lost { 10 } else { 7 };
            let up = y - room - loop_height - (texts.len() - 1 - row) * LINE;
            write!(out, "<text class=\"{class}\" x=\"{middle}\" y=\"{up}\">")?;
            escape(text, out)?;
            out.write_str("</text>")?;
        }
        arrow(from, to, y, step.lost, inward, out)?;
        writeln!(out, "</{tag}>")
    }
}

/// From line to line, from a line to itself, or to a cross on the way.
fn arrow(from: usize, to: usize, y: usize, lost: bool, inward: i64, out: &mut impl Write) -> fmt::Result {
    let shift = |x: usize, by: i64| x as i64 + by;
    if from == to {
        let (out_to, back_to) = (shift(from, inward * 40), shift(from, inward * 8));
        write!(out, "<path class=\"arrow\" d=\"M{from} {}H{out_to}V{y}H{back_to}\"/>", y - 12)?;
        return head(from, y, inward, out);
    }
    let back = if to > from { -1 } else { 1 };
    if lost {
        let end = shift(to, back * 40);
        write!(out, "<path class=\"arrow\" d=\"M{from} {y}H{}\"/>", end + back * 6)?;
        return write!(out, "<path class=\"cross\" d=\"M{} {}l10 10m0 -10l-10 10\"/>", end - 5, shift(y, -5));
    }
    write!(out, "<path class=\"arrow\" d=\"M{from} {y}H{}\"/>", shift(to, back * 8))?;
    head(to, y, back, out)
}

/// The tip at `x`; `back` is 1 where the arrow comes from the right.
fn head(x: usize, y: usize, back: i64, out: &mut impl Write) -> fmt::Result {
    write!(out, "<path class=\"head\" d=\"M{x} {y}l{} -5v10z\"/>", back * 9)
}

/// The name, and the address in as many lines as it takes: the first and the last line of the ladder have
/// no more room than their margin.
fn host_lines(host: &Host) -> Vec<String> {
    let mut texts = Vec::new();
    if let Some(name) = &host.name {
        texts.push(clip(&plain(name), HOST));
    }
    let address = plain(&host.address);
    let (ip, port) = match address.rsplit_once(':') {
        Some((ip, _)) if address.chars().count() > HOST => address.split_at(ip.len()),
        _ => (&*address, ""),
    };
    let ip: Vec<char> = ip.chars().collect();
    texts.extend(ip.chunks(HOST).take(MOST_LINES).map(|piece| piece.iter().collect()));
    if !port.is_empty() {
        texts.push(clip(port, HOST));
    }
    texts
}

/// Broken at spaces; words too long for a line are broken anywhere. What is too much ends in an ellipsis.
fn lines(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text;
    while lines.len() + 1 < MOST_LINES {
        // One letter more than fits, if it is a space, still lets all before it fit.
        let Some((full, _)) = rest.char_indices().nth(room) else { break };
        let over = full + rest[full..].chars().next().map_or(0, char::len_utf8);
        let (line, next) = match rest[..over].rsplit_once(' ') {
            Some((line, _)) if !line.is_empty() => (line, line.len() + 1),
            _ => (&rest[..full], full),
        };
        lines.push(line.to_owned());
        rest = &rest[next..];
    }
    lines.push(clip(rest, room));
    lines
}

fn clip(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    text.chars().take(room.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_break_before_the_port() {
        let host =
            |address: &str| host_lines(&Host { name: Some("a".to_owned()), address: address.to_owned() });
        assert_eq!(host("127.0.0.1:5000"), ["a", "127.0.0.1:5000"]);
        assert_eq!(host("255.255.255.255:65535"), ["a", "255.255.255.255", ":65535"]);
        assert_eq!(host("[2001:db8:1:2::33]:9"), ["a", "[2001:db8:1:2::", "33]", ":9"]);
    }

    #[test]
    fn labels_break_at_spaces_and_end_in_an_ellipsis() {
        assert_eq!(lines("a bc def", 4), ["a bc", "def"]);
        assert_eq!(lines("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(lines("", 4), [""]);
        let many = lines(&"word ".repeat(1000), 9);
        assert_eq!(many, ["word word", "word word", "word wor…"]);
    }
}
