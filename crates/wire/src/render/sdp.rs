//! A session description line by line, as it is written, each line with what it says.
//!
//! Unlike a packet's bytes, its text can be read as it stands; what is to be told is what it means. So the text
//! leads, and the explanation follows it. The tree is the one that every other renderer reads.

mod html;
mod text;

pub use html::html;
pub use text::text;

use crate::sdp::{MEDIA_DESCRIPTION, SDP};
use crate::tree::{Dissection, Field, Node};

/// Which description of a tree is shown, and which of its lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct SdpView<'a> {
    /// For HTML: the figure's id, and the beginning of every id inside it. Unique on its page.
    pub id: &'a str,
    /// What the author says of it. Plain text.
    pub caption: Option<&'a str>,
    /// Where it is from. Plain text.
    pub detail: Option<&'a str>,
    /// How the lines begin that are shown, separated by commas: `a=candidate, m=`. None shows all.
    pub lines: Option<&'a str>,
    /// The mid of the one media description that is shown.
    pub mid: Option<&'a str>,
}

/// Where in a tree its first session description stands.
#[must_use]
pub fn place(d: &Dissection<'_>) -> Option<u32> {
    (0..).zip(d.nodes()).find(|(_, node)| std::ptr::eq(node.field, SDP.root)).map(|(at, _)| at)
}

/// How the lines of a tree's description begin, up to the colon of an attribute, each once: what
/// [`SdpView::lines`] may say.
#[must_use]
pub fn beginnings(d: &Dissection<'_>) -> Vec<String> {
    let all = Sheet::new(d, &SdpView::default());
    let mut names: Vec<String> = Vec::new();
    for line in all.sections.iter().flat_map(|section| &section.lines) {
        let name = line.text.split(':').next().unwrap_or_default();
        let name = if line.text.starts_with("a=") { name } else { name.get(..2).unwrap_or(name) };
        if !names.iter().any(|known| known == name) {
            names.push(name.to_owned());
        }
    }
    names
}

/// Whether a view shows anything of a tree.
#[must_use]
pub fn shows(d: &Dissection<'_>, view: &SdpView<'_>) -> bool {
    Sheet::new(d, view).sections.iter().any(|section| !section.lines.is_empty())
}

/// What is shown, in sections.
struct Sheet<'d> {
    d: &'d Dissection<'d>,
    sections: Vec<Section<'d>>,
    /// How many lines the whole has.
    lines: usize,
}

/// The session's lines, or those of one media description.
struct Section<'d> {
    /// `audio, mid 0`; nothing for the session.
    title: String,
    lines: Vec<Line<'d>>,
}

/// One line that is shown.
struct Line<'d> {
    /// Its node, and one past the last below it.
    at: u32,
    end: u32,
    /// Counted from 1.
    number: usize,
    /// Without its end. What is not UTF-8 is replaced.
    text: std::borrow::Cow<'d, str>,
}

/// A part of a line.
#[derive(Clone, Copy)]
struct Part {
    at: u32,
    /// What it is.
    field: &'static Field,
    /// Whether it is the value of a parameter, and its field the parameter's.
    parameter: bool,
}

impl<'d> Sheet<'d> {
    fn new(d: &'d Dissection<'_>, view: &SdpView<'_>) -> Self {
        let mut sheet = Self { d, sections: Vec::new(), lines: 0 };
        let Some(root) = place(d) else { return sheet };
        let mut session = Section { title: String::new(), lines: Vec::new() };
        let mut media = Vec::new();
        for child in d.children(root) {
            let node = &d.nodes()[child as usize];
            if std::ptr::eq(node.field, &MEDIA_DESCRIPTION) {
                let lines = d.children(child).map(|line| sheet.line(line)).collect();
                media.push(sheet.section(child, lines));
            } else {
                let line = sheet.line(child);
                session.lines.push(line);
            }
        }
        if view.mid.is_none() {
            sheet.sections.push(session);
        }
        sheet
            .sections
            .extend(media.into_iter().filter(|(mid, _)| view.mid.is_none_or(|m| m == mid)).map(|(_, s)| s));
        if let Some(wanted) = view.lines {
            let wanted: Vec<&str> =
                wanted.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
            for section in &mut sheet.sections {
                section.lines.retain(|line| wanted.iter().any(|word| begins(&line.text, word)));
            }
        }
        sheet.sections.retain(|section| !section.lines.is_empty());
        sheet
    }

    fn line(&mut self, at: u32) -> Line<'d> {
        self.lines += 1;
        let node = &self.d.nodes()[at as usize];
        let bytes = self.d.bytes(node.span).trim_ascii_end();
        let end = at + node.size;
        Line { at, end, number: self.lines, text: String::from_utf8_lossy(bytes) }
    }

    /// Its mid, and the section.
    fn section(&self, at: u32, lines: Vec<Line<'d>>) -> (String, Section<'d>) {
        let value =
            |start: &str| lines.iter().find_map(|line| line.text.strip_prefix(start)).unwrap_or_default();
        let kind = value("m=").split(' ').next().unwrap_or_default().to_owned();
        let mid = value("a=mid:").to_owned();
        let title = match (&*kind, &*mid) {
            ("", _) => format!("media description at node {at}"),
            (kind, "") => kind.to_owned(),
            (kind, mid) => format!("{kind}, mid {mid}"),
        };
        (mid, Section { title, lines })
    }

    fn node(&self, at: u32) -> &'d Node {
        &self.d.nodes()[at as usize]
    }

    /// The parts of a line that say something: all but its frame.
    fn parts(&self, line: &Line<'_>) -> Vec<Part> {
        let mut parts = Vec::new();
        // The group that the next node is in, and where it ends.
        let mut group: Option<(&'static Field, u32)> = None;
        for at in line.at + 1..line.end {
            let node = self.node(at);
            group = group.filter(|(_, end)| at < *end);
            if node.field.mask != 0 || FRAME.contains(&node.field.name) {
                continue;
            }
            if !self.d.is_leaf(at) {
                group = Some((node.field, at + node.size));
                continue;
            }
            // The value of a parameter is known by the parameter.
            let parameter = group.map(|(field, _)| field).filter(|_| node.field.name == "parameter value");
            parts.push(Part { at, field: parameter.unwrap_or(node.field), parameter: parameter.is_some() });
        }
        parts
    }

    /// The text of a node.
    fn text(&self, at: u32) -> std::borrow::Cow<'d, str> {
        String::from_utf8_lossy(self.d.bytes(self.node(at).span))
    }
}

/// Whether a line is meant by a word: `a=rtp` is not `a=rtpmap`, but `a=rtpmap:111` is one of those.
fn begins(line: &str, word: &str) -> bool {
    line.strip_prefix(word).is_some_and(|rest| {
        word.ends_with(['=', ':', ' '])
            || rest.is_empty()
            || !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-')
    })
}

/// What holds a line together and says nothing of its own. The name of an attribute is what the line is called.
const FRAME: [&str; 8] = ["type", "=", ":", "attribute-name", "SP", "separator", "CRLF", "parameter name"];
