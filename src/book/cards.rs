//! What the cards of a page's words say: data at its end, once for each word, of which `term.js` makes the cards.
//!
//! As data of a script it is no text of the page: neither the search index nor a reader without script meets it.

use serde_json::{Map, Value, json};

use super::glossary::Term;
use super::page::Page;

/// Empty for a page that marks no word.
pub(crate) fn of(page: &Page<'_>) -> String {
    let terms = page.shelf.glossary().map_or(&[][..], |glossary| glossary.terms());
    let cards: Map<String, Value> =
        page.cards().into_iter().filter_map(|at| terms.get(at)).map(|term| (term.id(), card(term))).collect();
    if cards.is_empty() {
        return String::new();
    }
    // Nothing in it may end the script.
    let data = Value::Object(cards).to_string().replace('<', "\\u003c");
    format!("\n\n<script type=\"application/json\" class=\"term-cards\">{data}</script>\n")
}

/// Name, meaning, and the expansion if there is one.
fn card(term: &Term) -> Value {
    match &term.expansion {
        Some(expansion) => json!([term.name(), term.meaning, expansion]),
        None => json!([term.name(), term.meaning]),
    }
}
