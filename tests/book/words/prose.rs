//! What a page says in words: all that is no code, wherever it stands.

use std::sync::LazyLock;

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use regex::Regex;

/// A page's words, a line for each piece of text; what is in bold stands between `**`.
pub(crate) fn of(page: &str) -> String {
    let page = without_directives(page);
    let mut out = String::new();
    let mut in_code = false;
    let mut html = String::new();
    for event in Parser::new_ext(&page, Options::all() - Options::ENABLE_SMART_PUNCTUATION) {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(_) | CodeBlockKind::Indented)) => {
                in_code = true;
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Start(Tag::Strong) | Event::End(TagEnd::Strong) => html.push_str("**"),
            Event::Text(text) if !in_code => html.push_str(&text.replace('<', " ")),
            // A tag may stand within a word, and does not end it.
            Event::Html(tag) | Event::InlineHtml(tag) => html.push_str(&tag),
            Event::SoftBreak | Event::HardBreak | Event::Code(_) => html.push(' '),
            Event::End(_) => html.push('\n'),
            _ => {}
        }
    }
    out.push_str(&without_tags(&html));
    out
}

/// Directives are no words, but what their captions say.
fn without_directives(page: &str) -> String {
    static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\{\{#(?<rest>[^}]*)\}\}").unwrap());
    static CAPTION: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"caption="(?<said>(\\"|[^"])*)""#).unwrap());
    DIRECTIVE
        .replace_all(page, |captures: &regex::Captures<'_>| {
            let rest = &captures["rest"];
            match rest.strip_prefix("term ") {
                Some(term) => term.rsplit('|').next().unwrap_or(term).to_owned(),
                None => CAPTION.captures(rest).map_or(String::new(), |caption| caption["said"].to_owned()),
            }
        })
        .into_owned()
}

/// HTML as it is read: without its tags, and without code, script and style.
fn without_tags(html: &str) -> String {
    static UNSAID: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?s)<!--.*?-->|<code\b.*?</code>|<script\b.*?</script>|<style\b.*?</style>|<[^>]*>")
            .unwrap()
    });
    UNSAID.replace_all(html, " ").into_owned()
}

/// The words that look like names of protocols: in capitals anywhere, in CamelCase where they stand out in bold.
pub(crate) fn names(words: &str) -> Vec<String> {
    static CAPITALS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[A-Z][A-Z0-9]+(?:[-.][A-Z0-9]+)*s?").unwrap());
    static BOLD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\*\*([^*\n]+)\*\*").unwrap());
    static CAMEL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Z][a-z0-9]+[A-Z]\w*").unwrap());
    let whole = |text: &str, found: regex::Match<'_>| {
        let inside = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        let mut before = text[..found.start()].chars().rev();
        // "Socket.IO" is one word.
        let first = before.next();
        let joined = matches!(first, Some('.' | '-')) && inside(before.next());
        !joined && !inside(first) && !inside(text[found.end()..].chars().next())
    };
    let capitals = CAPITALS.find_iter(words).filter(|found| whole(words, *found)).map(|found| found.as_str());
    let bold = BOLD.captures_iter(words).flat_map(|bold| {
        let bold = bold.get(1).map_or("", |bold| bold.as_str());
        CAMEL
            .find_iter(bold)
            .filter(|found| whole(bold, *found))
            .map(|found| found.as_str())
            .collect::<Vec<_>>()
    });
    let mut names: Vec<String> = capitals.chain(bold).map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}
