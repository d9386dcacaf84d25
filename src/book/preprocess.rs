//! Turns directives into HTML, before mdBook's own preprocessors see the page.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use mdbook_preprocessor::book::{Book, Chapter};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use super::directives::{Directive, MDBOOK, Shape};
use super::includes;
use super::packets;
use super::page::Page;
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
        book.for_each_chapter_mut(|chapter| {
            let mistakes = &mut self.mistakes.borrow_mut();
            let file = source.join(chapter.source_path.as_deref().unwrap_or(Path::new("")));
            expand(chapter, &Whole { shelf: &shelf, titles: &titles, file }, mistakes);
        });
        // One that is not there, or cannot be read, is a mistake of the page that asks for it.
        if let Ok(glossary) = shelf.glossary() {
            self.mistakes.borrow_mut().problems.extend(glossary.strays(&titles));
        }
        Ok(book)
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
    /// From the root of the checkout.
    file: PathBuf,
}

fn expand(chapter: &mut Chapter, whole: &Whole<'_>, mistakes: &mut Mistakes) {
    let Some(path) = chapter.path.clone() else { return };
    let text = std::mem::take(&mut chapter.content);
    let found = scan(&text);
    let page = Page::new(whole.shelf, &path, whole.titles, packets_shown(&found));
    let mut done = 0;
    for one in &found {
        let html = match replacement(one, &text, &page, whole) {
            Ok(None) => continue,
            Ok(Some(html)) => html,
            Err(complaint) => {
                mistakes.problems.push(complaint.at(&whole.file, line_at(&text, one.range.start)));
                mistakes.incomplete.insert(path.clone());
                String::new()
            }
        };
        chapter.content.push_str(&text[done..one.range.start]);
        chapter.content.push_str(&html);
        done = one.range.end;
    }
    chapter.content.push_str(&text[done..]);
    for start in unclosed(&text) {
        let complaint = Complaint::new("`{{#` without `}}`").help("write `\\{{#` to show it");
        mistakes.problems.push(complaint.at(&whole.file, line_at(&text, start)));
    }
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
