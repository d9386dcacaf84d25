//! Turns directives into HTML, before mdBook's own preprocessors see the page.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use super::cards;
use super::directives::{Directive, MDBOOK, Shape};
use super::first_use::{self, Names};
use super::glossary::Glossary;
use super::includes;
use super::packets;
use super::page::Page;
use super::places::{self, Figures, Place};
use super::problem::{Complaint, Problem, line_at};
use super::scan::{Found, scan, unclosed};
use super::shelf::Shelf;
use crate::workbook::Workbook;

/// What preprocessors are called in book.toml: `[preprocessor.wirebook]`.
pub(crate) const NAME: &str = "wirebook";

/// The preprocessor. It never fails: what is wrong goes into `mistakes`, so that one build finds all.
pub(crate) struct Directives {
    pub(crate) mistakes: Rc<RefCell<Mistakes>>,
}

/// What was wrong with the directives.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    pub(crate) problems: Vec<Problem>,
    /// The pages that lack what a wrong directive would have made, as paths from the folder of the pages: a
    /// link to such a part is not another mistake.
    pub(crate) incomplete: BTreeSet<PathBuf>,
}

impl Preprocessor for Directives {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, mut book: Book) -> anyhow::Result<Book> {
        let workbook = Workbook::at(&context.root);
        let source = context.config.book.src.clone();
        let titles = titles(&book);
        let shelf = Shelf::new(workbook);
        let sources = Sources::take(&mut book);
        let pages = sources.scanned();
        let mistakes = &mut self.mistakes.borrow_mut();
        let words = Words::of(&shelf, &titles, &pages, mistakes);
        book.for_each_chapter_mut(|chapter| {
            let Some((path, (text, found))) =
                chapter.path.as_ref().and_then(|path| pages.get_key_value(&**path))
            else {
                return;
            };
            let file = source.join(chapter.source_path.as_deref().unwrap_or(Path::new("")));
            let whole = Whole { shelf: &shelf, titles: &titles, words: &words, file };
            chapter.content = expand(path, text, found, &whole, mistakes);
        });
        Ok(book)
    }
}

/// The pages as they are written.
struct Sources(BTreeMap<PathBuf, String>);

/// Each page's text, and what it asks for.
type Scanned<'s> = BTreeMap<&'s Path, (&'s str, Vec<Found<'s>>)>;

impl Sources {
    fn take(book: &mut Book) -> Self {
        let mut texts = BTreeMap::new();
        book.for_each_chapter_mut(|chapter| {
            if let Some(path) = chapter.path.clone() {
                texts.insert(path, std::mem::take(&mut chapter.content));
            }
        });
        Self(texts)
    }

    fn scanned(&self) -> Scanned<'_> {
        self.0.iter().map(|(path, text)| (&**path, (&**text, scan(text)))).collect()
    }
}

/// What all pages together say of the glossary's words.
struct Words<'s> {
    /// None in a book without a page for them.
    names: Option<Names<'s>>,
    /// Where the bytes of each can be seen, in the order of the glossary.
    places: Vec<Option<Place>>,
}

impl<'s> Words<'s> {
    fn of(
        shelf: &'s Shelf,
        titles: &BTreeMap<String, String>,
        pages: &Scanned<'_>,
        mistakes: &mut Mistakes,
    ) -> Self {
        // One that is not there, or cannot be read, is a mistake of the page that asks for it.
        let glossary = shelf.glossary().ok().filter(|_| titles.contains_key(Glossary::PAGE));
        let Some(glossary) = glossary else { return Self { names: None, places: Vec::new() } };
        let mut figures = Figures::default();
        for (path, (_, found)) in pages {
            figures.add(&path.to_string_lossy(), found);
        }
        let (places, problems) = places::places(glossary, &figures, shelf);
        mistakes.problems.extend(problems);
        match shelf.rfcs() {
            Ok(rfcs) => mistakes.problems.extend(glossary.mistakes(titles, rfcs)),
            Err(complaint) => mistakes.problems.push(complaint.at(super::rfcs::Rfcs::FILE, None)),
        }
        Self { names: Some(Names::of(glossary)), places }
    }
}

/// Every page's path and title.
fn titles(book: &Book) -> BTreeMap<String, String> {
    book.chapters()
        .filter_map(|chapter| Some((chapter.path.as_ref()?.to_str()?.to_owned(), chapter.name.clone())))
        .collect()
}

/// What is the same for every directive of one file.
struct Whole<'a> {
    shelf: &'a Shelf,
    titles: &'a BTreeMap<String, String>,
    words: &'a Words<'a>,
    /// From the root of the checkout.
    file: PathBuf,
}

/// A page with its directives expanded and its words marked.
fn expand(
    path: &Path,
    text: &str,
    found: &[Found<'_>],
    whole: &Whole<'_>,
    mistakes: &mut Mistakes,
) -> String {
    let page = Page::new(whole.shelf, path, whole.titles, &whole.words.places, packets_shown(found));
    let mut parts: Vec<(Range<usize>, String)> = Vec::new();
    for one in found {
        match replacement(one, text, &page, whole) {
            Ok(None) => {}
            Ok(Some(html)) => parts.push((one.range.clone(), html)),
            Err(complaint) => {
                mistakes.problems.push(complaint.at(&whole.file, line_at(text, one.range.start)));
                mistakes.incomplete.insert(path.to_owned());
                parts.push((one.range.clone(), String::new()));
            }
        }
    }
    for start in unclosed(text) {
        let complaint = Complaint::new("`{{#` without `}}`").help("write `\\{{#` to show it");
        mistakes.problems.push(complaint.at(&whole.file, line_at(text, start)));
    }
    if !found.iter().any(|one| one.name == "glossary" && !one.quoted) {
        parts.extend(first_uses(path, text, found, &page, whole));
    }
    parts.sort_by_key(|(range, _)| range.start);
    let mut content = joined(text, &parts);
    content.push_str(&cards::of(&page));
    content
}

/// The links that the first uses of words become.
fn first_uses(
    path: &Path,
    text: &str,
    found: &[Found<'_>],
    page: &Page<'_>,
    whole: &Whole<'_>,
) -> Vec<(Range<usize>, String)> {
    let (Some(names), Ok(glossary)) = (&whole.words.names, whole.shelf.glossary()) else { return Vec::new() };
    let uses = names.first_uses(&path.to_string_lossy(), text, found).into_iter();
    uses.filter_map(|one| {
        let term = glossary.terms().get(one.term)?;
        page.needs_card(one.term);
        let shown = &text[one.range.clone()];
        Some((one.range, first_use::link(term, shown, &page.to_root())))
    })
    .collect()
}

/// The text with each part in the place of what stood there.
fn joined(text: &str, parts: &[(Range<usize>, String)]) -> String {
    let mut content =
        String::with_capacity(text.len() + parts.iter().map(|(_, html)| html.len()).sum::<usize>());
    let mut done = 0;
    for (range, html) in parts {
        content.push_str(&text[done..range.start]);
        content.push_str(html);
        done = range.end;
    }
    content.push_str(&text[done..]);
    content
}

/// What `one` becomes; `None` where it stays as it is.
fn replacement(
    one: &Found<'_>,
    text: &str,
    page: &Page<'_>,
    whole: &Whole<'_>,
) -> Result<Option<String>, Complaint> {
    if MDBOOK.contains(&one.name) {
        if one.name != "title" {
            let root = whole.shelf.workbook().root();
            let folder = root.join(&whole.file);
            includes::check(one, folder.parent().unwrap_or(root), root)?;
        }
        return Ok(None);
    }
    if one.quoted {
        return Ok(None);
    }
    let directive = Directive::named(one.name)?;
    let call = directive.read(one.rest)?;
    match directive.shape {
        Shape::Inline => (directive.render)(&call, page).map(Some),
        Shape::Block => {
            let margin = margin(one, text, directive)?;
            Ok(Some(block(&(directive.render)(&call, page)?, &margin)))
        }
    }
}

/// The packets that a page shows, for figures that link to them.
fn packets_shown(found: &[Found<'_>]) -> Vec<(String, u32)> {
    found
        .iter()
        .filter(|one| one.name == "packet" && !one.quoted)
        .filter_map(|one| {
            let mut words = one.rest.split_whitespace();
            Some((words.next()?.to_owned(), packets::number(words.next()?).ok()?))
        })
        .collect()
}

/// What each line of a block must begin with, to stay inside the list or the quotation that it stands in.
fn margin(one: &Found<'_>, text: &str, directive: &Directive) -> Result<String, Complaint> {
    let start = text[..one.range.start].rfind('\n').map_or(0, |at| at + 1);
    let before = &text[start..one.range.start];
    let after = text[one.range.end..].lines().next().unwrap_or_default();
    let marker = before.trim_matches(|c: char| c.is_whitespace() || c == '>');
    if !(after.trim().is_empty() && (marker.is_empty() || is_list_marker(marker))) {
        return Err(Complaint::new(format!("`{{{{#{}}}}}` stands on a line of its own", directive.name))
            .help("put what is before or after it on another line"));
    }
    Ok(before.chars().map(|c| if c == '>' { '>' } else { ' ' }).collect())
}

fn is_list_marker(text: &str) -> bool {
    matches!(text, "-" | "*" | "+")
        || text.strip_suffix(['.', ')']).is_some_and(|n| n.chars().all(|c| c.is_ascii_digit()))
}

/// HTML that Markdown takes for one block: no blank line within, one after.
fn block(html: &str, margin: &str) -> String {
    let lines = html.lines().filter(|line| !line.trim().is_empty());
    let joined = lines.collect::<Vec<_>>().join(&format!("\n{margin}"));
    format!("{joined}\n{}", margin.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_keeps_the_margin_of_its_list_or_quotation() {
        for (page, expected) in [
            ("{{#lab x}}", Ok("")),
            ("text\n\n> {{#lab x}}\n", Ok("> ")),
            ("1. {{#lab x}}", Ok("   ")),
            ("- a\n\n  {{#lab x}}  \n", Ok("  ")),
            ("see {{#lab x}}", Err("`{{#lab}}` stands on a line of its own")),
            ("{{#lab x}} here", Err("`{{#lab}}` stands on a line of its own")),
        ] {
            let found = scan(page);
            let lab = Directive::named("lab").unwrap();
            let margin = margin(&found[0], page, lab);
            assert_eq!(margin.as_deref().map_err(|complaint| complaint.what.as_str()), expected, "{page}");
        }
    }

    #[test]
    fn a_block_has_no_blank_line_that_would_end_it() {
        assert_eq!(block("<div>\n\n<p>\n</div>", "> "), "<div>\n> <p>\n> </div>\n>");
    }
}
