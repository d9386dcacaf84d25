//! What a rendered page holds that others depend on: ids, links, scripts.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer};

/// The parts of one HTML page.
#[derive(Debug, Default)]
pub(crate) struct Anatomy {
    /// What a fragment may name.
    pub(crate) ids: BTreeSet<String>,
    /// The values of `href` and `src`, in order.
    pub(crate) links: Vec<String>,
    /// The text of each script that stands in the page itself.
    pub(crate) scripts: Vec<String>,
    /// What relative links start from, if the page says so.
    pub(crate) base: Option<String>,
    /// What the browser fetches by itself once the page is open.
    pub(crate) loads: Vec<String>,
    /// The style sheets and rules that stand in the page itself.
    pub(crate) styles: Vec<String>,
    /// Where each `a` leads, and the words to click.
    pub(crate) anchors: Vec<(String, String)>,
    /// Prose in which the Markdown of a link was left as it is.
    pub(crate) unlinked: Vec<String>,
}

/// Takes a page apart.
pub(crate) fn anatomy(html: &str) -> Anatomy {
    let tokenizer = Tokenizer::new(Reader::default(), html5ever::tokenizer::TokenizerOpts::default());
    let input = BufferQueue::default();
    input.push_back(html.into());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.anatomy.into_inner()
}

#[derive(Default)]
struct Reader {
    anatomy: RefCell<Anatomy>,
    /// Whether what follows is the text of a script.
    in_script: Cell<bool>,
    in_style: Cell<bool>,
    in_anchor: Cell<bool>,
    /// How many elements are open whose text is no prose.
    quoted: Cell<usize>,
}

/// Elements whose text is no prose: code, drawings, and what only looks like text.
const QUOTED: [&str; 5] = ["code", "pre", "svg", "title", "textarea"];

impl TokenSink for Reader {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => return self.start(&tag),
            Token::TagToken(tag) => self.end(&tag),
            Token::CharacterTokens(text) => self.text(&text),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Reader {
    fn start(&self, tag: &Tag) -> TokenSinkResult<()> {
        let mut anatomy = self.anatomy.borrow_mut();
        for attribute in &tag.attrs {
            let value = attribute.value.to_string();
            match &*attribute.name.local {
                "id" => drop(anatomy.ids.insert(value)),
                "name" if &*tag.name == "a" => drop(anatomy.ids.insert(value)),
                "href" if &*tag.name == "base" => anatomy.base = Some(value),
                "style" => anatomy.styles.push(value),
                "href" | "src" | "xlink:href" => anatomy.links.push(value),
                _ => {}
            }
        }
        anatomy.loads.extend(loads(tag));
        if QUOTED.contains(&&*tag.name) && !tag.self_closing {
            self.quoted.set(self.quoted.get() + 1);
        }
        match &*tag.name {
            "a" => {
                let leads = attribute(tag, "href");
                self.in_anchor.set(leads.is_some());
                anatomy.anchors.extend(leads.map(|leads| (leads, String::new())));
                TokenSinkResult::Continue
            }
            "script" => {
                let inline = !tag.attrs.iter().any(|attribute| &*attribute.name.local == "src");
                if inline {
                    anatomy.scripts.push(String::new());
                }
                self.in_script.set(inline);
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "style" => {
                anatomy.styles.push(String::new());
                self.in_style.set(true);
                TokenSinkResult::RawData(RawKind::Rawtext)
            }
            _ => TokenSinkResult::Continue,
        }
    }

    fn end(&self, tag: &Tag) {
        if QUOTED.contains(&&*tag.name) {
            self.quoted.set(self.quoted.get().saturating_sub(1));
        }
        match &*tag.name {
            "script" => self.in_script.set(false),
            "style" => self.in_style.set(false),
            "a" => self.in_anchor.set(false),
            _ => {}
        }
    }

    fn text(&self, text: &str) {
        let mut anatomy = self.anatomy.borrow_mut();
        if self.in_script.get() || self.in_style.get() {
            let texts = if self.in_script.get() { &mut anatomy.scripts } else { &mut anatomy.styles };
            if let Some(last) = texts.last_mut() {
                last.push_str(text);
            }
            return;
        }
        if self.in_anchor.get()
            && let Some((_, words)) = anatomy.anchors.last_mut()
        {
            words.push_str(text);
        }
        if self.quoted.get() == 0
            && let Some(at) = text.find("](").or_else(|| text.find("]["))
        {
            anatomy.unlinked.push(text[at..].split_whitespace().next().unwrap_or_default().to_owned());
        }
    }
}

fn attribute(tag: &Tag, name: &str) -> Option<String> {
    let found = tag.attrs.iter().find(|attribute| &*attribute.name.local == name)?;
    Some(found.value.to_string())
}

/// What an element makes the browser fetch, or connect to, without a click.
fn loads(tag: &Tag) -> Vec<String> {
    let named = |names: &[&str]| names.contains(&&*tag.name);
    let mut loads = Vec::new();
    for attribute in &tag.attrs {
        let value = attribute.value.to_string();
        match &*attribute.name.local {
            "src" | "poster" | "background" | "ping" | "manifest" => loads.push(value),
            "data" if named(&["object"]) => loads.push(value),
            "href" | "xlink:href" if named(&["base", "use", "image", "feimage", "script"]) => {
                loads.push(value);
            }
            "href" if named(&["link"]) && is_fetched(&attribute_or_empty(tag, "rel")) => loads.push(value),
            "srcset" | "imagesrcset" => {
                let candidates = value.split(',').filter_map(|one| one.split_whitespace().next());
                loads.extend(candidates.map(str::to_owned));
            }
            "content" if attribute_or_empty(tag, "http-equiv").eq_ignore_ascii_case("refresh") => {
                loads.extend(value.split_once('=').map(|(_, to)| to.trim().to_owned()));
            }
            _ => {}
        }
    }
    loads
}

fn attribute_or_empty(tag: &Tag, name: &str) -> String {
    attribute(tag, name).unwrap_or_default()
}

/// Whether a `link` of that relation is more than a remark.
fn is_fetched(rel: &str) -> bool {
    const REMARKS: [&str; 9] =
        ["canonical", "alternate", "author", "license", "next", "prev", "help", "search", "me"];
    rel.split_whitespace().any(|one| !REMARKS.contains(&one.to_ascii_lowercase().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_links_and_inline_scripts_are_found_and_a_script_is_not_taken_for_markup() {
        let page = r##"<h2 id="a">A</h2><a name=b href="x.html#y">x</a><img src='p.png'>
            <script>let s = "<a href='no'>";</script><script src="s.js"></script>
            <svg><a xlink:href="#a"></a></svg>"##;
        let anatomy = anatomy(page);
        assert_eq!(anatomy.ids.into_iter().collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(anatomy.links, ["x.html#y", "p.png", "s.js", "#a"]);
        assert_eq!(anatomy.scripts, [r#"let s = "<a href='no'>";"#]);
    }

    #[test]
    fn what_is_fetched_without_a_click_is_told_from_what_is_linked() {
        let page = r##"<base href="b/"><link rel="stylesheet alternate" href=s.css><link rel=canonical href=no>
            <link rel="preconnect" href="p"><meta http-equiv="Refresh" content="3; url=r"><meta content="a=no">
            <img src=i srcset="j 1x, k 2x"><a href=no ping=l></a><object data=o></object><b data=no></b>
            <svg><use xlink:href="#u"/><image href=v /><a xlink:href=no></a></svg><form action=no></form>
            <video poster=w><source src=x></video><script src=y></script><iframe src=z></iframe>"##;
        let expected = ["b/", "s.css", "p", "r", "i", "j", "k", "l", "o", "#u", "v", "w", "x", "y", "z"];
        assert_eq!(anatomy(page).loads, expected);
    }

    #[test]
    fn styles_words_of_links_and_links_that_are_none_are_found() {
        let page = r##"<style>a { b: url(c) }</style><p style="d: e">See <a href=f>the <b>page</b></a>, [g](h i)
            and [<b>j</b>](k).</p><pre>[l](m)</pre><code>[n](o)</code><svg><text>[p](q)</text></svg> [r](s)
            <p>[t][u], a[0]</p>"##;
        let anatomy = anatomy(page);
        assert_eq!(anatomy.styles, ["a { b: url(c) }", "d: e"]);
        assert_eq!(anatomy.anchors, [("f".to_owned(), "the page".to_owned())]);
        assert_eq!(anatomy.unlinked, ["](h", "](k).", "](s)", "][u],"]);
    }
}
