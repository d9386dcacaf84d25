//! What directives become.

use std::time::Duration;

use insta::assert_snapshot;
use wire::trace::{Event, Trace};
use wirebook::book;
use wirebook::workbook::Workbook;

use crate::checkout::Checkout;

/// What stands in the `<main>` of the page `a.html`.
fn page(text: &str) -> String {
    main_of(&Checkout::of(&[("a.md", text), ("glossary.md", "# Words\n\n{{#glossary}}\n")]), "a.html")
}

fn main_of(checkout: &Checkout, page: &str) -> String {
    let built = book::build(&Workbook::at(checkout.path())).unwrap_or_else(|broken| panic!("{broken}"));
    let html = String::from_utf8(built.site.file(page).unwrap().to_vec()).unwrap();
    let (_, main) = html.split_once("<main>").unwrap();
    let lines = main.split_once("</main>").unwrap().0.lines().map(str::trim_end);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_term_carries_its_meaning_and_leads_to_the_glossary() {
    assert_snapshot!(page("A {{#term NAT}}, two {{#term NATs}}, a {{#term nat|box | \"x\"}}.\n"));
}

#[test]
fn an_exercise_is_a_card_with_its_hints() {
    assert_snapshot!(page("{{#exercise stun::xor_address}}\n"));
}

#[test]
fn a_lab_says_how_to_get_it() {
    assert_snapshot!(page("{{#lab stun}}\n"));
}

/// One edge with itself: three packets, one of which is twice there, and one dropped.
#[test]
fn a_matrix_is_a_table_that_leads_to_drawings() {
    let server = "192.0.2.1:3478".parse().unwrap();
    let event = |ms, from: &str, comment: &str| {
        let bytes = *b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
        Event::udp(Duration::from_millis(ms), from.parse().unwrap(), server, bytes).with_comment(comment)
    };
    let twice =
        "right 7 ms, right's NAT 8 ms as 203.0.113.1:4: dropped, <filtered>\n9 more like it, until 2 s";
    let trace: Trace = [
        event(
            0,
            "192.168.1.2:5",
            "eim-eif -- eim-eif: connects after 121.5 ms; it <won>\n\
             left 0 ms, left's NAT 1 ms as 198.51.100.1:4, server 11 ms",
        ),
        event(7, "10.0.0.2:5", twice),
        event(7, "10.0.0.2:5", twice),
    ]
    .into_iter()
    .collect();
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).unwrap();
    let pages = [("ice.md", "{{#matrix table}}\n"), ("matrix.md", "# M\n\n{{#matrix ladders}}\n")];
    let checkout = Checkout::of(&pages).bytes("traces/matrix.pcapng", &file);
    assert_snapshot!(format!("{}\n\n{}", main_of(&checkout, "ice.html"), main_of(&checkout, "matrix.html")));
}

/// Two drawings of a page share their arrowheads; packets that do and go alike share a line.
#[test]
fn journeys_end_where_the_packet_did() {
    let server = "192.0.2.1:3478".parse().unwrap();
    let event = |comment: &str| {
        let bytes = *b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
        Event::udp(Duration::ZERO, "10.0.0.2:5".parse().unwrap(), server, bytes).with_comment(comment)
    };
    let dropped = "right 7 ms, right's NAT 8 ms: dropped, <filtered>";
    let trace: Trace =
        [event("right 0 ms, server 9 ms"), event(dropped), event(dropped)].into_iter().collect();
    let mut file = Vec::new();
    trace.write_pcapng(&mut file).unwrap();
    let page = "{{#journeys j.pcapng caption=\"Both <ends>\" names=\"right=pong\"}}\n\n{{#journeys j.pcapng packets=1}}\n";
    let checkout = Checkout::of(&[("a.md", page)]).bytes("traces/j.pcapng", &file);
    assert_snapshot!(main_of(&checkout, "a.html"));
}

const WORDS: &str = r#"
[[term]]
name = "STUN"
expansion = "Session Traversal Utilities for NAT"
meaning = "A tool: `stun`."
rfc = 8489
section = "1"
chapter = "a.md"
layer = "stun"
bytes = { packet = "rfc5769.pcapng 2", field = "X-Port" }

[[term]]
name = "NAT"
meaning = "A <box>."
source = "https://www.example.org/nat?a&b"
chapter = "a.md"
layer = "nat"
bytes = { trace = "rfc5769.pcapng", filter = "stun and class == request" }

[[term]]
name = "full cone"
meaning = "An old word."
rfc = 3489
section = "5"
chapter = "in/b.md"
layer = "nat"
bytes = { none = "It is a <rule>." }
"#;

fn of_words() -> Checkout {
    let pages = [
        (
            "a.md",
            "# A\n\n{{#packet rfc5769.pcapng 2 only=\"FINGERPRINT\"}}\n\n{{#packet rfc5769.pcapng 2}}\n",
        ),
        ("in/b.md", "# B\n"),
        ("glossary.md", "{{#glossary}}\n"),
        ("glossary-layers.md", "{{#glossary by=layer}}\n"),
    ];
    Checkout::of(&pages).file("book/glossary.toml", WORDS)
}

#[test]
fn the_glossary_lists_every_word() {
    assert_snapshot!(main_of(&of_words(), "glossary.html"));
}

#[test]
fn the_layers_are_drawn_and_list_their_words() {
    assert_snapshot!(main_of(&of_words(), "glossary-layers.html"));
}

#[test]
fn the_first_use_of_a_word_gets_a_card_and_the_page_carries_what_it_says() {
    let text = "# STUN\n\nA full\ncone, a *NAT*, `STUN`, STUN and STUN.\n\n```text\nNAT\n```\n\n- [NAT](b.md)\n- <b>NAT</b> NAT\n";
    assert_snapshot!(main_of(
        &of_words().file("book/in/b.md", &text.replace("b.md", "../a.md")),
        "in/b.html"
    ));
}

/// What a card says is data of a script: no text of the page, and nothing in it ends the script.
#[test]
fn what_a_card_says_is_in_no_search_index() {
    let words = WORDS.replace("An old word.", "Ferrets </script><b> && more.");
    let pages = [
        ("a.md", "{{#packet rfc5769.pcapng 2}}\n"),
        ("in/b.md", "A full cone.\n"),
        ("glossary.md", "{{#glossary}}\n"),
    ];
    let checkout = Checkout::of(&pages).file("book/glossary.toml", &words);
    let built = book::build(&Workbook::at(checkout.path())).unwrap_or_else(|broken| panic!("{broken}"));
    let text = |path: &str| String::from_utf8(built.site.file(path).unwrap().to_vec()).unwrap();
    let (_, data) = text("in/b.html")
        .split_once("class=\"term-cards\">")
        .map(|(a, b)| (a.to_owned(), b.to_owned()))
        .unwrap();
    let data = data.split_once("</script>").unwrap().0;
    let cards: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(cards["term-full-cone"][1], "Ferrets </script><b> && more.");
    let index = built.site.files().find(|(path, _)| path.starts_with("searchindex")).unwrap().0.to_owned();
    // Once of the glossary itself.
    assert_eq!(text(&index).matches("Ferrets").count(), 1);
}

#[test]
fn a_packet_has_an_id_that_a_ladder_leads_to() {
    let html = page(
        "{{#ladder rfc5769.pcapng packets=\"1-2\" names=\"client, server\" caption=\"Both\"}}\n\n\
         {{#packet rfc5769.pcapng 2 caption=\"The answer\"}}\n\n[up](#packet-rfc5769-2)\n",
    );
    assert!(html.contains("<figure class=\"packet\" id=\"packet-rfc5769-2\">"), "{html}");
    assert!(html.contains("href=\"#packet-rfc5769-2\""), "{html}");
    assert!(!html.contains("href=\"#packet-rfc5769-1\""), "packet 1 is not on the page: {html}");
    assert!(html.contains("client") && html.contains("The answer"), "{html}");
}

#[test]
fn a_packet_shown_twice_has_two_ids() {
    let html = page("{{#packet rfc5769.pcapng 1}}\n\n{{#packet rfc5769.pcapng 1}}\n");
    for id in ["id=\"packet-rfc5769-1\"", "id=\"packet-rfc5769-1-2\""] {
        assert_eq!(html.matches(id).count(), 1, "{id}");
    }
}

#[test]
fn an_sdp_is_explained_line_by_line_and_shown_in_part() {
    let offer = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=<b>\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n\
                 a=mid:0\r\na=candidate:1 1 udp 2122260223 192.0.2.1 54400 typ host\r\na=setup:actpas\r\n";
    let page = |directive: &str| {
        let checkout = Checkout::of(&[("a.md", directive)]).file("traces/offer.sdp", offer);
        main_of(&checkout, "a.html")
    };
    let part = page("{{#sdp file=offer.sdp lines=\"a=candidate, a=setup\" caption=\"The way <in>\"}}\n");
    assert_snapshot!(part);
    let whole = page("{{#sdp file=offer.sdp}}\n\n{{#sdp file=offer.sdp mid=0}}\n\n[line](#sdp-offer-l7)\n");
    assert!(whole.contains("id=\"sdp-offer-2-l7\"") && !whole.contains("<b>\""), "{whole}");
    assert!(whole.contains("&lt;b&gt;") && !whole.contains("id=\"sdp-offer-2-l1\""), "{whole}");
}

#[test]
fn a_password_checks_the_integrity_of_a_packet() {
    let with = |password| page(&format!("{{{{#packet rfc5769.pcapng 2 password=\"{password}\"}}}}\n"));
    assert_ne!(with("VOkJxbRl1RmTxUk/WvJxBt"), with("wrong"));
}

#[test]
fn code_and_escaped_directives_stay_as_they_are() {
    let html = page("`{{#lab x}}` \\{{#lab y}}\n\n```text\n{{#lab z}}\n```\n");
    for shown in ["{{#lab x}}", "{{#lab y}}", "{{#lab z}}"] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
}

#[test]
fn a_block_stays_inside_its_list_and_quotation_and_what_follows_is_markdown_again() {
    assert_snapshot!(page(
        "1. one\n\n   {{#lab stun}}\n\n   *two*\n2. three\n\n> {{#exercise stun::xor_address}}\n> *four*\n"
    ));
}

#[test]
fn a_page_in_a_folder_finds_the_glossary() {
    let pages = [("glossary.md", "{{#glossary}}\n"), ("a.md", "# A\n"), ("in/a.md", "{{#term NATs}}, NAT\n")];
    let html = main_of(&Checkout::of(&pages), "in/a.html");
    assert_eq!(html.matches("href=\"../glossary.html#term-nat\"").count(), 1, "{html}");
}

#[test]
fn a_topology_is_computed_for_the_members_that_the_page_names() {
    let text = "{{#topology members=\"2 10\" kbps=1250 caption=\"What ten cost\"}}\n";
    assert_snapshot!(main_of(&Checkout::of(&[("a.md", text)]), "a.html"));
}
