//! `{{#glossary}}`: all words and their meanings.

use std::fmt::Write;

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::glossary::Term;
use crate::book::html::{escape, prose};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static GLOSSARY: Directive = Directive {
    name: "glossary",
    shape: Shape::Block,
    example: "{{#glossary}}",
    words: Some(0),
    options: &[],
    render,
};

fn render(_: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let mut html = "<dl class=\"glossary\">\n".to_owned();
    for term in page.shelf.glossary()?.terms() {
        entry(term, page, &mut html);
    }
    html.push_str("</dl>");
    Ok(html)
}

fn entry(term: &Term, page: &Page<'_>, html: &mut String) {
    let _ = write!(html, "<dt id=\"{}\">{}", term.id(), escape(term.name()));
    if let Some(expansion) = &term.expansion {
        let _ = write!(html, " <span class=\"term-expansion\">{}</span>", escape(expansion));
    }
    let _ = write!(html, "</dt>\n<dd>{}", prose(&term.meaning));
    let more: Vec<String> = source(term).into_iter().chain(first_met(term, page)).collect();
    if !more.is_empty() {
        let _ = write!(html, " <span class=\"term-more\">{}</span>", more.join(" · "));
    }
    html.push_str("</dd>\n");
}

fn source(term: &Term) -> Option<String> {
    let number = term.rfc?;
    let section = term.section.as_deref().unwrap_or_default();
    let url = format!("https://www.rfc-editor.org/rfc/rfc{number}");
    Some(match section.chars().next() {
        None => format!("<a href=\"{url}\">RFC {number}</a>"),
        Some(first) => {
            let kind = if first.is_ascii_alphabetic() { "appendix" } else { "section" };
            let section = escape(section);
            format!("<a href=\"{url}#{kind}-{section}\">RFC {number} §{section}</a>")
        }
    })
}

/// A chapter that is not there is a mistake of the glossary's, and reported as that.
fn first_met(term: &Term, page: &Page<'_>) -> Option<String> {
    let chapter = term.chapter.as_ref()?;
    let title = page.title_of(chapter)?;
    Some(format!("<a href=\"{}{}\">{}</a>", page.to_root(), escape(chapter), escape(title)))
}
