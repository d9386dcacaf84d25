//! Each mistake fails the build, with its file, its line and what to do.

use insta::assert_snapshot;
use wirebook::book::{self, Broken};
use wirebook::workbook::Workbook;

use crate::checkout::Checkout;

/// What is said of a book of these pages.
fn mistakes(pages: &[(&str, &str)]) -> String {
    said(&Checkout::of(pages))
}

fn said(checkout: &Checkout) -> String {
    match book::build(&Workbook::at(checkout.path())) {
        Ok(_) => "the book builds".to_owned(),
        Err(broken) => broken.to_string().replace(&checkout.path().display().to_string(), "CHECKOUT"),
    }
}

/// A page each, and what is wrong with it. What is said of them stands in
/// `snapshots/book__mistakes__each_mistake_is_told_where_it_stands.snap`.
const MISTAKES: &[(&str, &str)] = &[
    ("a trace that is not there", "# A\n\n{{#packet rfc5679.pcapng 1}}\n"),
    ("a packet out of range", "{{#packet rfc5769.pcapng 13}}\n"),
    ("a packet that is no number", "{{#packet rfc5769.pcapng first}}\n"),
    ("a field that the packet lacks", "{{#packet rfc5769.pcapng 2 only=\"XOR-MAPED-ADDRESS\"}}\n"),
    ("an option misspelt", "{{#packet rfc5769.pcapng 1 captoin=\"x\"}}\n"),
    ("a word too few", "{{#packet rfc5769.pcapng}}\n"),
    ("a quote left open", "{{#packet rfc5769.pcapng 1 caption=\"x}}\n"),
    ("a ladder backward", "{{#ladder rfc5769.pcapng packets=\"3-1\"}}\n"),
    ("a ladder with more names than hosts", "{{#ladder rfc5769.pcapng packets=\"1\" names=\"a, b, c\"}}\n"),
    ("an exercise misspelt", "{{#exercise stun::xor_adress}}\n"),
    ("a lab that is not there", "{{#lab turn}}\n"),
    ("a term misspelt", "The {{#term NTA|box}}.\n"),
    ("a directive misspelt", "{{#pakcet rfc5769.pcapng 1}}\n"),
    ("a directive left open", "{{#packet rfc5769.pcapng 1\n\nmore\n"),
    ("a block within a sentence", "Look: {{#packet rfc5769.pcapng 1}}\n"),
    ("a file that is not there", "```rust\n{{#include ../examples/stun/main.rs:ask}}\n```\n"),
    ("a page that is not there", "[b](b.md)\n"),
    ("a fragment that is not there", "# One Heading\n\n[b](#one-headin)\n"),
    ("a picture that is not there", "line\n\n![b](b.svg)\n"),
    ("a link out of the book", "[b](../README.md)\n"),
    ("a link with a strange scheme", "[b](javascript:alert)\n"),
    ("a link to an rfc that the book does not know", "[x](https://www.rfc-editor.org/rfc/rfc8498)\n"),
    ("a link to no section of an rfc", "[x](https://www.rfc-editor.org/rfc/rfc8489#14.2)\n"),
    ("a link to a copy of an rfc", "[x](https://datatracker.ietf.org/doc/html/rfc8489)\n"),
    ("a link that markdown did not take", "line\n\nsee [x](https://a.example/b c)\n"),
    ("a link without encryption", "[x](http://a.example/)\n"),
    ("a link that tells where its reader was", "[x](https://a.example/?utm_source=b)\n"),
    ("a link that took the full stop along", "[x](https://a.example/b.)\n"),
    ("a link whose words say nothing", "line\n\nsee [here](https://a.example/)\n"),
    ("a picture from another host", "line\n\n![b](https://a.example/b.svg)\n"),
    ("a script from another host", "<script src=\"https://a.example/b.js\"></script>\n"),
    ("an sdp of a packet that has none", "{{#sdp trace=rfc5769.pcapng packet=1}}\n"),
    ("an sdp from nowhere", "{{#sdp}}\n"),
    ("an sdp of no packet", "{{#sdp trace=rfc5769.pcapng}}\n"),
    ("an sdp that is not there", "{{#sdp file=offer.sdp}}\n"),
    ("a matrix of no kind", "{{#matrix tables}}\n"),
    ("a matrix of a trace that is none", "{{#matrix table trace=rfc5769.pcapng}}\n"),
    ("a call of one", "{{#topology members=\"1 2\"}}\n"),
    ("journeys of packets that say no way", "{{#journeys rfc5769.pcapng}}\n"),
    ("a tag left open", "<div>\n\ntext\n"),
];

#[test]
fn an_sdp_that_lacks_what_is_asked_for_is_told() {
    let pages = ["lines=\"a=canditate\"", "mid=vidio", "packet=1", "line=\"m=\""]
        .map(|option| format!("{{{{#sdp file=offer.sdp {option}}}}}\n"));
    let pages: Vec<(String, &str)> =
        pages.iter().enumerate().map(|(at, text)| (format!("{at}.md"), text.as_str())).collect();
    let pages: Vec<(&str, &str)> = pages.iter().map(|(name, text)| (name.as_str(), *text)).collect();
    let offer = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 0\r\na=mid:audio\r\na=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n\
                 m=video 0 UDP/TLS/RTP/SAVPF 96\r\na=mid:video\r\n";
    let checkout = Checkout::of(&pages).file("traces/offer.sdp", offer).file("traces/answer.sdp", "v=1");
    assert_snapshot!(said(&checkout));
}

#[test]
fn scripts_and_styles_are_looked_through_too() {
    let checkout = Checkout::of(&[("a.md", "# A\n")])
        .file("book/theme/term.js", "\nfetch(\"https://a.example/b\");\n")
        .file("book/theme/wirebook.css", "a {}\n\nb { background: url(//a.example/b.png) }\n");
    assert_snapshot!(said(&checkout));
    let checkout = Checkout::of(&[("a.md", "# A\n")])
        .file("book/theme/term.js", "let a = {\n href: \"https://a.example/b.\" };\n");
    assert_snapshot!(said(&checkout));
}

#[test]
fn each_mistake_is_told_where_it_stands() {
    let names: Vec<String> =
        MISTAKES.iter().map(|(what, _)| format!("{}.md", what.replace(' ', "_"))).collect();
    let pages: Vec<(&str, &str)> =
        names.iter().zip(MISTAKES).map(|(name, (_, text))| (name.as_str(), *text)).collect();
    let Err(Broken::Pages(problems)) = book::build(&Workbook::at(Checkout::of(&pages).path())) else {
        panic!("a book of mistakes builds");
    };
    let told = pages.iter().map(|(name, text)| {
        let of_page = problems.iter().filter(|problem| problem.file.ends_with(name));
        let said: Vec<String> = of_page.map(ToString::to_string).collect();
        assert!(!said.is_empty(), "nothing is said of {name}");
        format!("{}\n\n{}", text.trim_end(), said.join("\n"))
    });
    assert_snapshot!(told.collect::<Vec<_>>().join("\n\n--------\n\n"));
}

#[test]
fn all_mistakes_are_told_at_once_in_the_order_of_files_and_lines() {
    let pages =
        [("a.md", "[b](c.md)\n\n{{#term x}}\n\n[d](#e)\n"), ("b.md", "\n{{#lab x}}\n[a](a.md#nowhere)\n")];
    assert_snapshot!(mistakes(&pages));
}

#[test]
fn a_link_to_what_a_wrong_directive_would_have_made_is_no_second_mistake() {
    let pages = [("a.md", "{{#packet rfc5769.pcapng 99}}\n\n[it](#packet-rfc5769-99) [but](#this)\n")];
    assert_snapshot!(mistakes(&pages));
}

#[test]
fn an_include_must_have_its_anchor_and_the_end_of_it() {
    let code = "// ANCHOR: ask\nask();\n// ANCHOR_END: ask\n// ANCHOR: open\n";
    let page =
        "```rust\n{{#include main.rs:aks}}\n{{#include main.rs:open}}\n{{#include main.rs:2:9}}\n```\n";
    assert_snapshot!(said(&Checkout::of(&[("a.md", page)]).file("book/main.rs", code)));
}

#[test]
fn a_directive_in_an_included_file_is_refused_rather_than_shown_raw() {
    let checkout =
        Checkout::of(&[("a.md", "{{#include part.txt}}\n")]).file("book/part.txt", "{{#lab stun}}\n");
    assert_snapshot!(said(&checkout));
}

/// An entry each, and what is wrong with it.
const WRONG_WORDS: &[(&str, &str)] = &[
    ("a page that is not there", "chapter = 'b.md'\nrfc = 8489\nbytes = { none = 'w' }"),
    ("an rfc that the book does not know", "chapter = 'a.md'\nrfc = 8498\nbytes = { none = 'w' }"),
    ("no rfc and no source", "chapter = 'a.md'\nbytes = { none = 'w' }"),
    ("a source that is none", "chapter = 'a.md'\nsource = 'socket.io'\nbytes = { none = 'w' }"),
    ("no reason", "chapter = 'a.md'\nrfc = 8489\nbytes = { none = '' }"),
    (
        "a trace misspelt",
        "chapter = 'a.md'\nrfc = 8489\nbytes = { packet = 'rfc5796.pcapng 1', field = 'Type' }",
    ),
    ("no number", "chapter = 'a.md'\nrfc = 8489\nbytes = { packet = 'rfc5769.pcapng', field = 'Type' }"),
    (
        "no such packet",
        "chapter = 'a.md'\nrfc = 8489\nbytes = { packet = 'rfc5769.pcapng 99', field = 'Type' }",
    ),
    (
        "no such field",
        "chapter = 'a.md'\nrfc = 8489\nbytes = { packet = 'rfc5769.pcapng 1', field = 'Magic Cooky' }",
    ),
    ("not shown", "chapter = 'a.md'\nrfc = 8489\nbytes = { packet = 'rfc5769.pcapng 2', field = 'Type' }"),
    ("no sdp", "chapter = 'a.md'\nrfc = 8489\nbytes = { sdp = 'rfc5769.pcapng 1', line = 'a=mid' }"),
    ("no filter", "chapter = 'a.md'\nrfc = 8489\nbytes = { trace = 'rfc5769.pcapng', filter = 'port ==' }"),
    ("none passes", "chapter = 'a.md'\nrfc = 8489\nbytes = { trace = 'rfc5769.pcapng', filter = 'sctp' }"),
];

#[test]
fn mistakes_in_the_glossary_are_told_of_the_glossary() {
    let checkout =
        || Checkout::of(&[("a.md", "{{#packet rfc5769.pcapng 1}}\n"), ("glossary.md", "{{#glossary}}\n")]);
    let entry = |(name, rest): &(&str, &str)| {
        format!("[[term]]\nname = '{name}'\nmeaning = 'M.'\nlayer = 'ip'\n{rest}\n")
    };
    let wrong: String = WRONG_WORDS.iter().map(entry).collect();
    assert_snapshot!(said(&checkout().file("book/glossary.toml", &wrong)));
    for (what, text) in [
        ("a key misspelt", "[[term]]\nname = \"A\"\nmaening = \"x\"\n".to_owned()),
        ("a layer misspelt", entry(&("A", "")).replace("'ip'", "'udp'")),
        ("two kinds of bytes", entry(&("A", "chapter = 'a.md'\nbytes = { none = 'w', field = 'x' }"))),
    ] {
        assert_snapshot!(what.replace(' ', "_"), said(&checkout().file("book/glossary.toml", &text)));
    }
}

/// The field is in the packet, and the figure leaves it out.
#[test]
fn bytes_that_a_figure_does_not_show_are_a_dead_link() {
    let pages =
        [("a.md", "{{#packet rfc5769.pcapng 1 only=\"FINGERPRINT\"}}\n"), ("glossary.md", "{{#glossary}}\n")];
    let word = "[[term]]\nname = 'A'\nmeaning = 'M.'\nlayer = 'ip'\nchapter = 'a.md'\nrfc = 8489\n\
                bytes = { packet = 'rfc5769.pcapng 1', field = 'PRIORITY' }\n";
    assert_snapshot!(said(&Checkout::of(&pages).file("book/glossary.toml", word)));
}

#[test]
fn a_list_of_rfcs_that_leads_nowhere_is_told() {
    let list = "[[rfc]]\nnumber = 1\ntitle = 'A'\nstatus = 'obsolete'\nreplaced_by = [2]\n\
                [[rfc]]\nnumber = 2\ntitle = 'B'\nstatus = 'obsolete'\nreplaced_by = [1]\n";
    assert_snapshot!(said(&Checkout::of(&[("a.md", "# A\n")]).file("book/rfcs.toml", list)));
}

#[test]
fn a_trace_that_is_no_capture_is_told_as_that() {
    let checkout = Checkout::of(&[("a.md", "{{#packet x.pcapng 1}}\n")]).file("traces/x.pcapng", "hello");
    assert_snapshot!(said(&checkout));
}

#[test]
fn a_summary_that_names_a_missing_page_is_told_as_that() {
    let checkout = Checkout::of(&[("a.md", "# A\n")]).file("book/SUMMARY.md", "- [A](a.md)\n- [B](b.md)\n");
    assert_snapshot!(said(&checkout));
}
