//! Finds what stands between `{{#` and `}}` in a page.

use std::ops::Range;
use std::sync::LazyLock;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

/// Something between `{{#` and `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    /// All of it, in bytes of the page.
    pub(crate) range: Range<usize>,
    /// The word after `#`.
    pub(crate) name: &'a str,
    /// What follows the word, as written, without the space around it.
    pub(crate) rest: &'a str,
    /// Whether it stands in a code block, in code within a line, or in a comment.
    pub(crate) quoted: bool,
}

static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?x) (?<escape>\\)? \{\{ \s* \# (?<name>[A-Za-z0-9_-]*) (?<rest>[^}]*) \}\}")
        .expect("the pattern is a constant")
});

/// All of them, in the order of the page. One that a backslash escapes is not among them.
pub(crate) fn scan(page: &str) -> Vec<Found<'_>> {
    let quoted = quoted(page);
    DIRECTIVE
        .captures_iter(page)
        .filter(|captures| captures.name("escape").is_none())
        .map(|captures| {
            let range = captures.get_match().range();
            Found {
                quoted: quoted.iter().any(|quote| quote.contains(&range.start)),
                range,
                name: captures.name("name").map_or("", |name| name.as_str()),
                rest: captures.name("rest").map_or("", |rest| rest.as_str().trim()),
            }
        })
        .collect()
}

/// Where a `{{#` stands that nothing closes.
pub(crate) fn unclosed(page: &str) -> Vec<usize> {
    let closed: Vec<_> = DIRECTIVE.find_iter(page).map(|directive| directive.range()).collect();
    let quoted = quoted(page);
    page.match_indices("{{#")
        .map(|(start, _)| start)
        .filter(|start| !closed.iter().chain(&quoted).any(|range| range.contains(start)))
        .filter(|start| !page[..*start].ends_with('\\'))
        .collect()
}

/// Where the page shows text rather than says it: code, and comments.
fn quoted(page: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut block = None;
    for (event, range) in Parser::new_ext(page, Options::ENABLE_TABLES).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(_)) => block = Some(range.start),
            Event::End(TagEnd::CodeBlock) => ranges.extend(block.take().map(|start| start..range.end)),
            Event::Code(_) => ranges.push(range),
            _ => {}
        }
    }
    ranges.extend(comments(page));
    ranges
}

fn comments(page: &str) -> impl Iterator<Item = Range<usize>> {
    page.match_indices("<!--").map(|(start, _)| {
        let length = page[start..].find("-->").unwrap_or(page.len() - start);
        start..start + length
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(page: &str) -> Vec<(&str, &str)> {
        scan(page).into_iter().filter(|found| !found.quoted).map(|found| (found.name, found.rest)).collect()
    }

    #[test]
    fn a_directive_is_a_word_and_the_rest() {
        assert_eq!(
            live("see {{#term NAT|a box}} and\n{{#glossary}}"),
            [("term", "NAT|a box"), ("glossary", "")]
        );
        assert_eq!(live("{{ #packet a.pcapng 1\n  only=\"x\" }}"), [("packet", "a.pcapng 1\n  only=\"x\"")]);
    }

    #[test]
    fn code_comments_and_escapes_are_left_alone() {
        for page in [
            "```\n{{#packet a 1}}\n```\n",
            "~~~text\n{{#packet a 1}}\n~~~\n",
            "    {{#packet a 1}}\n",
            "write `{{#packet a 1}}` for one",
            "<!-- {{#packet a 1}} -->",
            "\\{{#packet a 1}}",
            "> ```\n> {{#packet a 1}}\n> ```\n",
        ] {
            assert_eq!(live(page), [], "{page}");
        }
    }

    #[test]
    fn one_that_nothing_closes_is_found_unless_it_is_quoted_or_escaped() {
        assert_eq!(unclosed("a {{#packet x 1\n\nb"), [2]);
        assert!(unclosed("a {{#packet x 1}} `{{#` \\{{#").is_empty());
    }

    #[test]
    fn what_stands_in_code_is_found_all_the_same_for_includes() {
        let page = "```rust\n{{#include main.rs:ask}}\n```\n";
        let found = scan(page);
        assert_eq!((found[0].name, found[0].rest, found[0].quoted), ("include", "main.rs:ask", true));
        assert_eq!(&page[found[0].range.clone()], "{{#include main.rs:ask}}");
    }
}
