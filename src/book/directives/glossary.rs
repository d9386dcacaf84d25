//! `{{#glossary}}`: all words and their meanings, by letter. `{{#glossary by=layer}}`: by the layer that they belong to.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::glossary::{Glossary, Term};
use crate::book::html::{escape, prose};
use crate::book::page::Page;
use crate::book::places::Place;
use crate::book::problem::Complaint;
use crate::book::stack::STACK;

pub(super) static GLOSSARY: Directive = Directive {
    name: "glossary",
    shape: Shape::Block,
    example: "{{#glossary by=layer}}",
    words: Some(0),
    options: &["by"],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let glossary = page.shelf.glossary()?;
    match call.option_named("by").unwrap_or("letter") {
        "letter" => Ok(by_letter(glossary, page)),
        "layer" => Ok(by_layer(glossary, page)),
        other => Err(Complaint::new(format!("no glossary by `{other}`")).choose(other, &["letter", "layer"])),
    }
}

fn by_letter(glossary: &Glossary, page: &Page<'_>) -> String {
    let mut letters: BTreeMap<char, Vec<(usize, &Term)>> = BTreeMap::new();
    for (at, term) in glossary.terms().iter().enumerate() {
        let first = term.name().chars().next().unwrap_or('?').to_ascii_uppercase();
        letters.entry(first).or_default().push((at, term));
    }
    let mut html = switch(page, Glossary::PAGE);
    html.push_str("<nav class=\"glossary-letters\" aria-label=\"Letters\">\n");
    for letter in letters.keys() {
        let _ = writeln!(html, "<a href=\"#letter-{}\">{letter}</a>", letter.to_ascii_lowercase());
    }
    html.push_str("</nav>\n");
    for (letter, terms) in letters {
        let id = letter.to_ascii_lowercase();
        let _ = writeln!(html, "<h2 id=\"letter-{id}\">{letter}</h2>\n<dl class=\"glossary\">");
        terms.into_iter().for_each(|(at, term)| entry(at, term, page, &mut html));
        html.push_str("</dl>\n");
    }
    html
}

/// The drawing of the stack, each layer leading to its words; then the words, layer by layer.
fn by_layer(glossary: &Glossary, page: &Page<'_>) -> String {
    let of = |layer| glossary.terms().iter().filter(move |term| term.layer == layer);
    let mut html = switch(page, Glossary::BY_LAYER);
    html.push_str("<nav class=\"stack\" aria-label=\"Layers, from the top of the stack to its foot\">\n");
    let layers = STACK.iter().filter(|(layer, ..)| of(*layer).next().is_some());
    for (layer, key, title, _) in layers.clone() {
        let (id, count) = (layer.id(), of(*layer).count());
        let words = if count == 1 { "word" } else { "words" };
        let _ = writeln!(
            html,
            "<a class=\"stack-{key}\" href=\"#{id}\"><b>{}</b> <span>{count} {words}</span></a>",
            escape(title)
        );
    }
    html.push_str("</nav>\n");
    for (layer, _, title, about) in layers {
        let _ = writeln!(html, "<h2 id=\"{}\">{}</h2>\n<p>{}</p>", layer.id(), escape(title), escape(about));
        html.push_str("<dl class=\"glossary\">\n");
        of(*layer).for_each(|term| short(term, page, &mut html));
        html.push_str("</dl>\n");
    }
    html
}

/// Leads from one order to the other, where the book has both.
fn switch(page: &Page<'_>, here: &str) -> String {
    let orders = [(Glossary::PAGE, "By letter"), (Glossary::BY_LAYER, "By layer")];
    if orders.iter().any(|(path, _)| page.title_of(path).is_none()) {
        return String::new();
    }
    let mut html = "<nav class=\"glossary-switch\" aria-label=\"Order of the words\">\n".to_owned();
    for (path, words) in orders {
        let current = if path == here { " aria-current=\"page\"" } else { "" };
        let _ = writeln!(html, "<a href=\"{}{path}\"{current}>{words}</a>", page.to_root());
    }
    html.push_str("</nav>\n");
    html
}

fn entry(at: usize, term: &Term, page: &Page<'_>, html: &mut String) {
    let _ = write!(html, "<dt id=\"{}\">{}", term.id(), escape(term.name()));
    expansion(term, html);
    let _ = write!(html, "</dt>\n<dd>{}", prose(&term.meaning));
    let more: Vec<String> =
        [source(term, page), first_met(term, page), layer(term, page)].into_iter().flatten().collect();
    if !more.is_empty() {
        let _ = write!(html, " <span class=\"term-more\">{}</span>", more.join(" · "));
    }
    if let Some(place) = page.place_of(at) {
        let _ = write!(html, " <span class=\"term-bytes\">{}</span>", bytes(place, page));
    }
    html.push_str("</dd>\n");
}

/// An entry among those of its layer: the rest stands in the order by letter.
fn short(term: &Term, page: &Page<'_>, html: &mut String) {
    let (root, id) = (page.to_root(), term.id());
    let _ = write!(html, "<dt><a href=\"{root}{}#{id}\">{}</a>", Glossary::PAGE, escape(term.name()));
    expansion(term, html);
    let _ = writeln!(html, "</dt>\n<dd>{}</dd>", prose(&term.meaning));
}

fn expansion(term: &Term, html: &mut String) {
    if let Some(expansion) = &term.expansion {
        let _ = write!(html, " <span class=\"term-expansion\">{}</span>", escape(expansion));
    }
}

/// Where it is defined, and what to read instead if that is obsolete.
fn source(term: &Term, page: &Page<'_>) -> Option<String> {
    let Some(number) = term.rfc else {
        let url = term.source.as_deref()?;
        let host = url.strip_prefix("https://")?.split('/').next()?;
        return Some(format!("<a href=\"{}\">{}</a>", escape(url), escape(host.trim_start_matches("www."))));
    };
    let mut html = rfc(number, term.section.as_deref().unwrap_or_default());
    let instead = page.shelf.rfcs().map_or(&[][..], |rfcs| rfcs.replacements(number));
    if !instead.is_empty() {
        let links: Vec<String> = instead.iter().map(|number| rfc(*number, "")).collect();
        let _ = write!(html, " (replaced by {})", links.join(", "));
    }
    Some(html)
}

fn rfc(number: u16, section: &str) -> String {
    let url = format!("https://www.rfc-editor.org/rfc/rfc{number}");
    match section.chars().next() {
        None => format!("<a href=\"{url}\">RFC {number}</a>"),
        Some(first) => {
            let kind = if first.is_ascii_alphabetic() { "appendix" } else { "section" };
            let section = escape(section);
            format!("<a href=\"{url}#{kind}-{section}\">RFC {number} §{section}</a>")
        }
    }
}

/// A chapter that is not there is a mistake of the glossary's, and reported as that.
fn first_met(term: &Term, page: &Page<'_>) -> Option<String> {
    let title = page.title_of(&term.chapter)?;
    Some(format!("<a href=\"{}{}\">{}</a>", page.to_root(), escape(&term.chapter), escape(title)))
}

fn layer(term: &Term, page: &Page<'_>) -> Option<String> {
    page.title_of(Glossary::BY_LAYER)?;
    let (_, title, _) = term.layer.said();
    let link = format!("{}{}#{}", page.to_root(), Glossary::BY_LAYER, term.layer.id());
    Some(format!("layer: <a href=\"{link}\">{}</a>", escape(title)))
}

fn bytes(place: &Place, page: &Page<'_>) -> String {
    match place {
        Place::Figure { link, part, figure } => format!(
            "In the bytes: <a href=\"{}{}\"><code>{}</code></a>, {}",
            page.to_root(),
            escape(link),
            escape(part),
            escape(figure)
        ),
        Place::Inspect { trace, filter } => format!(
            "In the bytes: <code>cargo run -- inspect traces/{} --filter '{}'</code>",
            escape(trace),
            escape(filter)
        ),
        Place::Nowhere { why } => format!("In no bytes: {}", prose(why)),
    }
}
