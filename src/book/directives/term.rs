//! `{{#term STUN}}`, `{{#term NAT|the box in between}}`: a word with its meaning on it.

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::html::{escape, prose};
use crate::book::page::Page;
use crate::book::problem::Complaint;

pub(super) static TERM: Directive = Directive {
    name: "term",
    shape: Shape::Inline,
    example: "{{#term NAT|the box in between}}",
    words: None,
    options: &[],
    render,
};

fn render(call: &Call, page: &Page<'_>) -> Result<String, Complaint> {
    let (name, shown) = call.raw.split_once('|').unwrap_or((&call.raw, &call.raw));
    let term = page.shelf.glossary()?.find(name.trim())?;
    let id = term.id();
    let card = page.new_numbered_id(&id);
    let expansion = term.expansion.as_ref().map(|text| format!(" {}.", escape(text))).unwrap_or_default();
    Ok(format!(
        "<span class=\"term\"><a href=\"{}glossary.html#{id}\" aria-describedby=\"{card}\">{}</a>\
         <span class=\"term-card\" id=\"{card}\" role=\"tooltip\"><b>{}</b>{expansion} <span>{}</span></span></span>",
        page.to_root(),
        escape(shown.trim()),
        escape(term.name()),
        prose(&term.meaning),
    ))
}
