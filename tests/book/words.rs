//! The book's words and RFCs: nothing is used that is not explained, nothing is explained that is not used, and
//! nothing that is obsolete passes for what is in force. Each check is tried on a tiny book that breaks it.

#[path = "words/checks.rs"]
mod checks;
#[path = "words/prose.rs"]
mod prose;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;
use wirebook::book::{self, Site};
use wirebook::workbook::Workbook;

use crate::checkout::{Checkout, copy};
use checks::Whole;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The workbook's own book, built once.
static BOOK: LazyLock<Whole> = LazyLock::new(|| Whole::of(Path::new(ROOT)));

/// What a check finds in the workbook's own book.
fn found(check: fn(&Whole) -> Vec<String>) -> String {
    check(&BOOK).join("\n")
}

#[test]
fn every_word_of_the_glossary_has_a_card_on_some_page() {
    assert_eq!(found(Whole::orphans), "");
}

#[test]
fn every_word_has_a_card_on_the_page_where_it_is_said_to_be_met() {
    assert_eq!(found(Whole::unmet), "");
}

#[test]
fn no_word_is_used_that_the_glossary_does_not_explain() {
    assert_eq!(found(Whole::strangers), "");
}

#[test]
fn every_abbreviation_is_expanded() {
    assert_eq!(found(Whole::unexpanded), "");
}

#[test]
fn every_rfc_that_is_named_is_in_force_or_said_to_be_replaced() {
    assert_eq!(found(Whole::rfcs_of_pages), "");
    assert_eq!(found(Whole::rfcs_of_words), "");
    assert_eq!(found(Whole::rfcs_of_fields), "");
}

#[test]
fn there_are_words_enough_and_the_outlines_are_among_them() {
    assert!(BOOK.terms.len() >= 120, "{} words", BOOK.terms.len());
    for (name, expansion) in [
        ("ICE", "Interactive Connectivity Establishment"),
        ("RTC", "Real-Time Communication"),
        ("SDP", "Session Description Protocol"),
        ("API", "Application Programming Interface"),
        ("NAT", "Network Address Translation"),
    ] {
        let term = BOOK.terms.iter().find(|term| term.name == name);
        assert_eq!(term.and_then(|term| term.expansion.as_deref()), Some(expansion), "{name}");
    }
}

/// With and without them, the pages are the same but for the links.
#[test]
fn cards_leave_every_page_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["traces", "examples", "exercises", "crates", "src", "book.toml"] {
        std::os::unix::fs::symlink(Path::new(ROOT).join(name), folder.path().join(name)).unwrap();
    }
    copy(&Path::new(ROOT).join("book"), &folder.path().join("book"));
    let glossary = folder.path().join("book/glossary.toml");
    let words = fs::read_to_string(&glossary).unwrap();
    let by_hand = Regex::new(r"(?m)^(auto|only) = .*\n").unwrap().replace_all(&words, "");
    fs::write(&glossary, by_hand.replace("\nlayer = ", "\nauto = false\nlayer = ")).unwrap();
    let without = book::build(&Workbook::at(folder.path())).unwrap_or_else(|broken| panic!("{broken}"));
    let (with, without) = (plain(BOOK.site()), plain(&without.site));
    assert!(BOOK.site().pages().any(|(_, html)| html.matches("<a class=\"term\"").count() > 30));
    assert_eq!(with.keys().collect::<Vec<_>>(), without.keys().collect::<Vec<_>>());
    for (page, html) in &with {
        assert_eq!(html, &without[page], "{page}");
    }
}

/// Every page without the links of its words, and without what their cards say.
fn plain(site: &Site) -> BTreeMap<String, String> {
    let cards = Regex::new(r#"\s*<script type="application/json" class="term-cards">.*?</script>"#).unwrap();
    let links = Regex::new(r#"(?s)<a class="term" href="[^"]*">(.*?)</a>"#).unwrap();
    let plain = |html: &str| links.replace_all(&cards.replace_all(html, ""), "$1").into_owned();
    // The search index differs by nothing that is read, but its name is a hash.
    let index = Regex::new(r"searchindex-[0-9a-f]+\.js").unwrap();
    let lines = |html: &str| {
        let html = index.replace_all(html, "");
        html.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    site.pages().map(|(page, html)| (page.to_owned(), lines(&plain(html)))).collect()
}

const GLOSSARY: (&str, &str) = ("glossary.md", "# Words\n\n{{#glossary}}\n");

/// A word of a tiny book; `more` is more of its entry.
fn word(name: &str, more: &str) -> String {
    let chapter = if more.contains("chapter") { "" } else { "chapter = \"a.md\"\n" };
    let rfc = if more.contains("rfc") { "" } else { "rfc = 8489\n" };
    format!(
        "[[term]]\nname = \"{name}\"\nmeaning = \"M.\"\nlayer = \"nat\"\nbytes = {{ none = \"W.\" }}\n{chapter}{rfc}{more}\n"
    )
}

/// What a check finds in a book of one page and these words.
fn found_in(page: &str, words: &[String], check: fn(&Whole) -> Vec<String>) -> Vec<String> {
    let checkout = Checkout::of(&[("a.md", page), ("b.md", "# B\n"), GLOSSARY])
        .file("book/glossary.toml", &words.concat())
        .file(
            "crates/wire/src/x.rs",
            "Field::new(\"ERROR-CODE\", rfc(8489, \"14.8\"), \"x\"), (0x0001, \"BINDING\")",
        );
    check(&Whole::of(checkout.path()))
}

#[test]
fn an_orphan_is_named() {
    let words = [word("NAT", "expansion = \"N\""), word("STUN", "expansion = \"S\"")];
    let said =
        ["the term `STUN` has no card on any page: use it, mark it with {{#term STUN}}, or take it out"];
    assert_eq!(found_in("A NAT.\n", &words, Whole::orphans), said);
    // A word in code, a heading or a part of another word is not its use.
    assert_eq!(found_in("# STUN\n\nA NAT, `STUN`, STUN-like.\n", &words, Whole::orphans), said);
    assert!(found_in("A NAT, {{#term stun}}.\n", &words, Whole::orphans).is_empty());
}

#[test]
fn a_word_that_is_not_met_where_it_says_is_named() {
    let words = [word("NAT", "chapter = \"b.md\"")];
    let said = ["the term `NAT` says that it is met on b.md, where it has no card"];
    assert_eq!(found_in("A NAT.\n", &words, Whole::unmet), said);
}

#[test]
fn a_stranger_is_named_wherever_it_stands() {
    let words = [word("NAT", "expansion = \"N\"\naka = [\"NAPT\"]")];
    let strangers = |page: &str| found_in(page, &words, Whole::strangers);
    for page in [
        "A NAT with UPNP.\n",
        "# UPNP\n",
        "[UPNP](b.md)\n",
        "| UPNP |\n|---|\n| x |\n",
        "<div>UPNP</div>\n",
        "{{#lab stun}}\n\n{{#packet rfc5769.pcapng 1 caption=\"UPNP\"}}\n",
        "two UPNPs\n",
    ] {
        let said = ["a.md uses `UPNP`: add a [[term]], or a reason to tests/book/words/exceptions.toml"];
        assert_eq!(strangers(page), said, "{page}");
    }
    assert_eq!(strangers("**UpNp** and **Once Upon**, UpNp\n").len(), 1);
    for page in
        ["NATs, NAPT, ERROR-CODE, BINDING", "`UPNP`", "```\nUPNP\n```", "<code>UPNP</code> x", "A B C I"]
    {
        assert!(strangers(page).is_empty(), "{page}");
    }
}

#[test]
fn an_exception_that_nothing_needs_is_named() {
    let text = "[[exception]]\nwords = [\"GB\", \"NAT\"]\nwhy = \"w\"\n[[exception]]\nwords = [\"KB\"]\nwhy = \"\"\n";
    let checkout = Checkout::of(&[("a.md", "A NAT of 1 KB.\n"), GLOSSARY])
        .file("book/glossary.toml", &word("NAT", ""))
        .file("tests/book/words/exceptions.toml", text);
    let said = [
        "exceptions.toml: no page uses `GB`",
        "exceptions.toml: `NAT` is in the glossary",
        "exceptions.toml: `KB` has no reason",
    ];
    assert_eq!(Whole::of(checkout.path()).strangers(), said);
}

#[test]
fn an_abbreviation_without_its_words_is_named() {
    let unexpanded = |words: &[String]| found_in("x\n", words, Whole::unexpanded);
    for name in ["NAT", "mDNS", "SD-RTN", "full NAT"] {
        let said = format!("the term `{name}` does not say what its letters stand for");
        assert_eq!(unexpanded(&[word(name, "")]), [said], "{name}");
    }
    assert!(
        unexpanded(&[word("NAT", "expansion = \"N\""), word("full NAT", ""), word("Binding", "")]).is_empty()
    );
}

#[test]
fn an_obsolete_rfc_that_passes_for_another_is_named() {
    let rfcs = |page: &str| found_in(page, &[word("NAT", "")], Whole::rfcs_of_pages);
    for page in [
        "RFC 3489 says so.\n",
        "[there](https://www.rfc-editor.org/rfc/rfc3489#section-5)\n",
        "RFC 3489 says so. RFC 8489 is another.\n\nSomething was replaced.\n",
        "RFC 3489 was replaced by something.\n",
        "RFC\n3489 says so.\n",
        "RFC 8489/3489 says so.\n",
        "RFCs 8489, 8445, and 3489 say so.\n",
        "| RFC | replaced by |\n|---|---|\n| x | RFC 8489 |\n\n| RFC 3489 | y |\n|---|---|\n",
    ] {
        let said = ["a.md names RFC 3489, and no line of it says that it was replaced, by RFC 8489"];
        assert_eq!(rfcs(page), said, "{page}");
    }
    assert_eq!(rfcs("RFC 8498\n"), ["a.md names RFC 8498, which book/rfcs.toml lacks"]);
    for page in [
        "RFC 3489 is obsolete: read RFC 8489.\n\nRFC 3489 again.\n",
        "| RFC | replaced by |\n|---|---|\n| RFC 3489 | RFC 8489 |\n",
        "RFC 8489\n",
    ] {
        assert!(rfcs(page).is_empty(), "{page}");
    }
}

#[test]
fn an_rfc_that_a_meaning_or_a_field_names_is_held_to_the_same() {
    let words = |meaning: &str| word("NAT", "").replace("\"M.\"", &format!("\"{meaning}\""));
    let said = |meaning: &str| found_in("x\n", &[words(meaning)], Whole::rfcs_of_words);
    assert_eq!(
        said("As in RFC 3489."),
        ["the term `NAT` names RFC 3489 and does not say that it was replaced"]
    );
    assert_eq!(said("As in RFC 8498."), ["the term `NAT` names RFC 8498, which book/rfcs.toml lacks"]);
    assert!(said("As in RFC 3489, replaced by RFC 8489.").is_empty());
    let of_field = |code: &str| {
        let checkout = Checkout::of(&[("a.md", "x\n")]).file("crates/wire/src/y/z.rs", code);
        let said = Whole::of(checkout.path()).rfcs_of_fields();
        said.into_iter().filter(|line| line.contains("z.rs")).collect::<Vec<_>>()
    };
    assert_eq!(
        of_field("rfc(8498, \"1\")"),
        ["crates/wire/src/y/z.rs cites RFC 8498, which book/rfcs.toml lacks"]
    );
    let obsolete =
        "crates/wire/src/y/z.rs cites RFC 4566, which is obsolete, and book/rfcs.toml does not say why still";
    assert_eq!(of_field("rfc(\n    4566, \"1\")"), [obsolete]);
    assert!(of_field("rfc(6347, \"1\")").is_empty());
}
