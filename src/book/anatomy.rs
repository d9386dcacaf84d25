//! What a rendered page holds that others depend on: ids, links, scripts.

use std::cell::RefCell;
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
    in_script: RefCell<bool>,
}

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
                "href" | "src" | "xlink:href" => anatomy.links.push(value),
                _ => {}
            }
        }
        match &*tag.name {
            "script" => {
                let inline = !tag.attrs.iter().any(|attribute| &*attribute.name.local == "src");
                if inline {
                    anatomy.scripts.push(String::new());
                }
                *self.in_script.borrow_mut() = inline;
                TokenSinkResult::RawData(RawKind::ScriptData)
            }
            "style" => TokenSinkResult::RawData(RawKind::Rawtext),
            _ => TokenSinkResult::Continue,
        }
    }

    fn end(&self, tag: &Tag) {
        if &*tag.name == "script" {
            *self.in_script.borrow_mut() = false;
        }
    }

    fn text(&self, text: &str) {
        if *self.in_script.borrow()
            && let Some(script) = self.anatomy.borrow_mut().scripts.last_mut()
        {
            script.push_str(text);
        }
    }
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
}
