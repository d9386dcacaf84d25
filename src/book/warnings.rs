//! What mdBook says of a page and goes on: an HTML tag left open, a footnote that nothing refers to. Here
//! that is a mistake like any other.

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::with_default;
use tracing::{Event, Level, Metadata, Subscriber};

use super::problem::{Complaint, Problem};

/// Where mdBook turns a page into HTML. What it says elsewhere is not of a page: that the search index is
/// large, for example.
const OF_PAGES: &str = "mdbook_html::html";

/// Runs `render`, and gives what mdBook warned of meanwhile. `folder` is that of the pages.
pub(super) fn heard<T>(folder: &Path, render: impl FnOnce() -> T) -> (T, Vec<Problem>) {
    let said = Arc::new(Mutex::new(Vec::new()));
    let result = with_default(Listener { said: Arc::clone(&said) }, render);
    let said = std::mem::take(&mut *said.lock().unwrap_or_else(PoisonError::into_inner));
    (result, said.iter().map(|text| problem(text, folder)).collect())
}

fn problem(text: &str, folder: &Path) -> Problem {
    let (what, help) = text.split_once('\n').map_or((text, None), |(what, help)| (what, Some(help)));
    let page =
        what.split(|c: char| c.is_whitespace() || c == '`' || c == ':').find(|word| word.ends_with(".md"));
    let mut complaint = Complaint::new(what);
    complaint.help = help.map(|help| help.split_whitespace().collect::<Vec<_>>().join(" "));
    complaint.at(page.map_or_else(|| folder.to_owned(), |page| folder.join(page)), None)
}

struct Listener {
    said: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Listener {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN && metadata.target().starts_with(OF_PAGES)
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        self.said.lock().unwrap_or_else(PoisonError::into_inner).push(message.0);
    }

    // Spans say nothing here.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.0 = format!("{value:?}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_names_its_page_and_says_what_to_do_after_a_line_break() {
        let problem = problem(
            "unclosed HTML tag `<p>` found in `a/b.md` while\nHTML tags must\nbe closed.",
            Path::new("book"),
        );
        assert_eq!(problem.file, Path::new("book/a/b.md"));
        assert_eq!(problem.help.as_deref(), Some("HTML tags must be closed."));
    }
}
