//! `{{#term STUN}}`, `{{#term NAT|the box in between}}`: a word with its meaning on it.

use super::{Directive, Shape};
use crate::book::call::Call;
use crate::book::first_use::{by_hand, link};
use crate::book::html::escape;
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
    let (name, shown) = by_hand(&call.raw);
    let glossary = page.shelf.glossary()?;
    let term = glossary.find(name)?;
    glossary.place(name).into_iter().for_each(|place| page.needs_card(place));
    Ok(link(term, &escape(shown), &page.to_root()))
}
