//! Finds the first use of each word of the glossary in the running prose of a page.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::glossary::{Glossary, Term};
use super::scan::Found;

/// A word in a page that is to get a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    /// In bytes of the page.
    pub(crate) range: Range<usize>,
    /// Its place among the glossary's words.
    pub(crate) term: usize,
}

/// The names of all words, by the letters and digits that they begin with, in lower case.
pub(crate) struct Names<'g> {
    glossary: &'g Glossary,
    by_start: HashMap<String, Vec<(&'g str, usize)>>,
}

impl<'g> Names<'g> {
    pub(crate) fn of(glossary: &'g Glossary) -> Self {
        let mut by_start: HashMap<String, Vec<(&str, usize)>> = HashMap::new();
        for (place, term) in glossary.terms().iter().enumerate() {
            for name in term.names() {
                by_start.entry(start_of(name).to_lowercase()).or_default().push((name, place));
            }
        }
        // "ICE restart" before "ICE".
        by_start.values_mut().for_each(|names| names.sort_by_key(|(name, _)| std::cmp::Reverse(name.len())));
        Self { glossary, by_start }
    }

    /// The first use of each word that `page` marks, in its order. What a `{{#term}}` of `directives` marked before is marked.
    pub(crate) fn first_uses(&self, page: &str, text: &str, directives: &[Found<'_>]) -> Vec<Use> {
        let mut met = HashSet::new();
        let mut uses = Vec::new();
        let mut by_hand = directives.iter().filter(|one| !one.quoted).peekable();
        for run in prose(text) {
            for one in self.in_run(text, run) {
                while let Some(hand) = by_hand.next_if(|hand| hand.range.start < one.range.start) {
                    met.extend(self.named_by(hand));
                }
                let inside = is_in_braces(&text[..one.range.start]);
                let term = self.glossary.terms().get(one.term);
                if !inside && term.is_some_and(|term| term.is_marked_on(page)) && met.insert(one.term) {
                    uses.push(one);
                }
            }
        }
        uses
    }

    fn named_by(&self, directive: &Found<'_>) -> Option<usize> {
        let (name, _) = by_hand(directive.rest);
        self.glossary.place(name).filter(|_| directive.name == "term")
    }

    /// Every use of a word in a run of prose, none inside another: the longest counts.
    fn in_run(&self, text: &str, run: Range<usize>) -> Vec<Use> {
        let mut found = Vec::new();
        let mut at = run.start;
        while at < run.end {
            let here = &text[at..run.end];
            let start = start_of(here);
            if start.is_empty() {
                at += here.chars().next().map_or(1, char::len_utf8);
                continue;
            }
            let one = if is_open(&text[..at]) { self.longest(text, at..run.end) } else { None };
            at = one.as_ref().map_or(at + start.len(), |one| one.range.end);
            found.extend(one);
        }
        found
    }

    fn longest(&self, text: &str, rest: Range<usize>) -> Option<Use> {
        let here = &text[rest.clone()];
        let start = start_of(here).to_lowercase();
        let names = |start: &str| self.by_start.get(start).into_iter().flatten();
        let all = names(&start).chain(start.strip_suffix('s').into_iter().flat_map(names));
        let ends = all.filter_map(|(name, term)| Some((length(name, here)?, *term)));
        let (length, term) = ends.max_by_key(|(length, _)| *length)?;
        let range = rest.start..rest.start + length;
        is_free(text, &range).then_some(Use { range, term })
    }
}

/// The letters and digits that a text begins with.
fn start_of(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len())]
}

/// Whether a word may begin after this: not in the middle of another.
fn is_open(before: &str) -> bool {
    let mut back = before.chars().rev();
    match back.next() {
        None => true,
        Some('-' | '.' | '’' | '\'') => !back.next().is_some_and(char::is_alphanumeric),
        Some(c) => !(c.is_alphanumeric() || "_@#&\\$".contains(c)),
    }
}

/// Whether this ends within a directive, or one that is shown by an escape.
fn is_in_braces(before: &str) -> bool {
    before.rfind("{{#").is_some_and(|open| !before[open..].contains("}}"))
}

/// Whether a word may end before this.
fn is_closed(after: &str) -> bool {
    let mut on = after.chars();
    match on.next() {
        None => true,
        Some('-' | '.' | ':') => !on.next().is_some_and(char::is_alphanumeric),
        Some(c) => !(c.is_alphanumeric() || c == '_'),
    }
}

/// How much of the start of a text is that name, an s of the plural included.
///
/// A name with a capital must have its capitals; one without may begin a sentence.
fn length(name: &str, text: &str) -> Option<usize> {
    let exact = name.chars().any(char::is_uppercase);
    let mut rest = text;
    for (place, part) in name.split(' ').enumerate() {
        if place > 0 {
            let next = rest.trim_start();
            // A blank line is the end of a paragraph, and never within a run.
            (next.len() < rest.len()).then_some(())?;
            rest = next;
        }
        rest = match rest.strip_prefix(part) {
            Some(rest) => rest,
            None if place == 0 && !exact => {
                let mut letters = rest.chars();
                let first = letters.next()?;
                let lower = part.chars().next()?;
                first.to_lowercase().eq([lower]).then_some(())?;
                letters.as_str().strip_prefix(&part[lower.len_utf8()..])?
            }
            None => return None,
        };
    }
    if !is_closed(rest) {
        rest = rest.strip_prefix('s').filter(|rest| is_closed(rest) && !name.ends_with('s'))?;
    }
    Some(text.len() - rest.len())
}

/// Whether a link can take the place of the word, and `**` beside it still begins or ends what it did.
fn is_free(text: &str, range: &Range<usize>) -> bool {
    let emphasis = |c: char| c == '*' || c == '_' || c == '~';
    let apart = |c: Option<char>| c.is_none_or(|c| c.is_whitespace() || c.is_ascii_punctuation());
    let before = text[..range.start].trim_end_matches(emphasis);
    let after = text[range.end..].trim_start_matches(emphasis);
    let fine_before = before.len() == range.start || apart(before.chars().next_back());
    fine_before && (after.len() == text.len() - range.end || apart(after.chars().next()))
}

/// Where a page says something in sentences: no code, heading, link, picture or HTML, and no head of a table.
fn prose(text: &str) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    // How many things that are no prose are open: Markdown's, and tags within a line.
    let (mut closed, mut tags) = (0usize, 0usize);
    let mut broken = false;
    for (event, range) in Parser::new_ext(text, as_mdbook()).into_offset_iter() {
        match &event {
            Event::Start(tag) if is_no_prose(tag) => closed += 1,
            Event::End(tag) if is_end_of_no_prose(*tag) => closed = closed.saturating_sub(1),
            Event::Start(Tag::Paragraph) => tags = 0,
            Event::InlineHtml(tag) => match () {
                () if tag.starts_with("</") => tags = tags.saturating_sub(1),
                () if tag.ends_with("/>") || is_void(tag) => {}
                () => tags += 1,
            },
            Event::Text(said) if closed == 0 && tags == 0 && text[range.clone()] == **said => {
                match runs.last_mut() {
                    Some(last)
                        if last.end == range.start || (broken && is_blank(text, last.end, range.start)) =>
                    {
                        last.end = range.end;
                    }
                    _ => runs.push(range),
                }
                broken = false;
                continue;
            }
            _ => {}
        }
        broken = matches!(event, Event::SoftBreak);
    }
    runs
}

/// As mdBook reads pages.
fn as_mdbook() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_DEFINITION_LIST
        | Options::ENABLE_GFM
}

fn is_no_prose(tag: &Tag<'_>) -> bool {
    matches!(
        tag,
        Tag::Heading { .. }
            | Tag::CodeBlock(_)
            | Tag::HtmlBlock
            | Tag::Link { .. }
            | Tag::Image { .. }
            | Tag::TableHead
            | Tag::MetadataBlock(_)
    )
}

fn is_end_of_no_prose(tag: TagEnd) -> bool {
    matches!(
        tag,
        TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::Link
            | TagEnd::Image
            | TagEnd::TableHead
            | TagEnd::MetadataBlock(_)
    )
}

fn is_void(tag: &str) -> bool {
    ["<br", "<wbr", "<img", "<hr", "<!--"].iter().any(|void| tag.starts_with(void))
}

fn is_blank(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to).is_some_and(|gap| gap.chars().all(char::is_whitespace))
}

/// What a `{{#term}}` names, and what it shows. In a table the bar between them is escaped.
pub(crate) fn by_hand(rest: &str) -> (&str, &str) {
    let (name, shown) = rest.split_once('|').unwrap_or((rest, rest));
    (name.trim_end_matches('\\').trim(), shown.trim())
}

/// The card's link around the word, as it stands in the page.
pub(crate) fn link(term: &Term, shown: &str, to_root: &str) -> String {
    format!("<a class=\"term\" href=\"{to_root}glossary.html#{}\">{shown}</a>", term.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::glossary::tests::words;
    use crate::book::scan::scan;

    /// A page with its marked words in brackets.
    fn marked(text: &str) -> String {
        let glossary = words(&[
            "ICE\naka = ['ICE agent']",
            "ICE restart",
            "NAT",
            "check list\naka = ['checklist']",
            "Engine.IO",
            "base\nauto = false",
            "frame\nonly = ['other.md', 'page.md']",
            "stream\nonly = ['other.md']",
            "offer/answer",
            "offer",
            "Binding",
            "alias",
        ]);
        let mut out = text.to_owned();
        for one in Names::of(&glossary).first_uses("page.md", text, &scan(text)).iter().rev() {
            out.insert(one.range.end, ']');
            out.insert(one.range.start, '[');
        }
        out
    }

    #[test]
    fn the_first_use_is_marked_and_no_other() {
        for (text, expected) in [
            ("An ICE, ICE and NATs. A NAT.", "An [ICE], ICE and [NATs]. A NAT."),
            ("- Check lists\n- check list\n", "- [Check lists]\n- check list\n"),
            ("Two\ncheck\nlists", "Two\n[check\nlists]"),
            ("> a check\n> list, a checklist", "> a check\n> list, a [checklist]"),
            ("An ICE restart, then ICE.", "An [ICE restart], then [ICE]."),
            ("Engine.IO's way", "[Engine.IO]'s way"),
            ("By *offer/answer* and **offers**", "By *[offer/answer]* and **[offers]**"),
            ("a frame, a stream, a base", "a [frame], a stream, a base"),
            ("| ICE |\n|---|\n| ICE, NAT |\n", "| ICE |\n|---|\n| [ICE], [NAT] |\n"),
            ("(NAT) “ICE”", "([NAT]) “[ICE]”"),
            ("two aliases, one alias", "two aliases, one [alias]"),
        ] {
            assert_eq!(marked(text), expected);
        }
    }

    #[test]
    fn what_is_no_running_prose_is_left_alone() {
        for text in [
            "# ICE\n",
            "ICE\n===\n",
            "`ICE` and ``NAT``",
            "```\nICE\n```\n",
            "    ICE\n",
            "[ICE](x.md) ![NAT](y.svg) <https://ICE.example>",
            "[*ICE*][x]\n\n[x]: ICE\n",
            "<p>ICE</p>\n<p>NAT</p>\n",
            "a <b>NAT</b>, <code>ICE</code> and <a href=\"ICE\">x <i>ICE</i> NAT</a>",
            "{{#lab ICE}}",
            "\\{{#lab NAT}}",
            "<!-- ICE -->",
            "a <!-- NAT --> b",
        ] {
            assert_eq!(marked(text), text);
        }
    }

    #[test]
    fn a_part_of_another_word_is_not_the_word() {
        for text in [
            "NICE NATO ice nat Nat",
            "ICE-lite, pre-NAT, NAT64, NAT_x, x_NAT, NAT.rs, a.NAT, #NAT, @NAT",
            "binding Offering framework xNAT",
            "don’t ’NAT x’NAT",
        ] {
            assert_eq!(marked(text).replace("’[NAT]", "’NAT"), text);
        }
    }

    #[test]
    fn emphasis_around_a_part_of_a_word_stays_what_it_was() {
        assert_eq!(marked("x*NAT*y"), "x*NAT*y");
        assert_eq!(marked("**NAT**ing and **NAT**, **ICE**"), "**NAT**ing and **[NAT]**, **[ICE]**");
    }

    #[test]
    fn after_a_mark_by_hand_there_is_none_by_itself() {
        assert_eq!(marked("{{#term NAT|boxes}} and NAT, ICE"), "{{#term NAT|boxes}} and NAT, [ICE]");
        assert_eq!(
            marked("NAT before {{#term NAT}}, `{{#term ICE}}` ICE"),
            "[NAT] before {{#term NAT}}, `{{#term ICE}}` [ICE]"
        );
        assert_eq!(
            marked("| x |\n|---|\n| {{#term NAT\\|box}}, NAT |\n"),
            "| x |\n|---|\n| {{#term NAT\\|box}}, NAT |\n"
        );
        assert_eq!(marked("{{#term ICE agent}} and ICE"), "{{#term ICE agent}} and ICE");
    }
}
