//! Packets as HTML: whole, well-formed, and safe whatever the wire held.

mod rfc5769_samples;

use std::collections::HashSet;
use std::time::Duration;

use rfc5769_samples::{IPV4, IPV6, LONG_TERM, LONG_TERM_PASSWORD, REQUEST, SHORT_TERM_PASSWORD};
use wire::render::html::{PacketView, packet};
use wire::stun::STUN;
use wire::trace::Event;
use wire::{Context, Cursor, Dissection, Field, Layer, Session, Severity, Spec, Step, Tree, rfc};

const ALL: [(&[u8], &str); 4] = [
    (REQUEST, SHORT_TERM_PASSWORD),
    (IPV4, SHORT_TERM_PASSWORD),
    (IPV6, SHORT_TERM_PASSWORD),
    (LONG_TERM, LONG_TERM_PASSWORD),
];

fn checked<'a>(bytes: &'a [u8], password: &str) -> Dissection<'a> {
    STUN.dissect_in(Tree::default(), bytes, &Context { password: Some(password), ..Context::default() })
}

fn html(d: &Dissection<'_>, view: &PacketView<'_>) -> String {
    let mut out = String::new();
    packet(d, view, &mut out).unwrap();
    sound(&out);
    out
}

#[test]
fn a_response_with_every_field_lit() {
    let d = checked(IPV4, SHORT_TERM_PASSWORD);
    let caption = Some("RFC 5769 §2.2");
    let detail = Some("Binding success response");
    insta::assert_snapshot!("packet", html(&d, &PacketView { caption, detail, ..PacketView::new("p2") }));
}

#[test]
fn only_one_attribute() {
    let d = checked(IPV4, SHORT_TERM_PASSWORD);
    let view = PacketView { only: Some("XOR-MAPPED-ADDRESS"), ..PacketView::new("p2-xor") };
    insta::assert_snapshot!("only", html(&d, &view));
}

#[test]
fn only_one_field_that_is_a_word_of_bits() {
    let d = STUN.dissect(IPV4);
    let out = html(&d, &PacketView { only: Some("Message Type"), ..PacketView::new("p") });
    assert!(out.contains("Class") && out.contains(".... ...1 ...0 ....") && !out.contains("Magic Cookie"));
    // The first field has nothing before it, and yet it is not the whole.
    assert!(out.contains("bytes 0 to 1 of 80"), "{out}");
}

#[test]
fn a_name_that_is_not_there_shows_the_whole() {
    let d = STUN.dissect(IPV4);
    let out = html(&d, &PacketView { only: Some("REALM"), ..PacketView::new("p") });
    assert_eq!(out, html(&d, &PacketView::new("p")));
}

#[test]
fn groups_open_where_something_is_wrong_and_where_asked() {
    let open = |d: &Dissection<'_>, open| {
        html(d, &PacketView { open, ..PacketView::new("p") }).matches("<details open>").count()
    };
    let (right, wrong) = (checked(IPV4, SHORT_TERM_PASSWORD), checked(IPV4, "wrong"));
    assert_eq!((open(&right, false), open(&right, true)), (0, 4));
    assert_eq!(open(&wrong, false), 1);
    let out = html(&wrong, &PacketView::new("p"));
    assert!(out.contains("packet-worst error\">1 error<"), "{out}");
    assert!(out.contains("<li class=\"note error\"><b>Error</b>"), "{out}");
}

#[test]
fn one_message_of_a_connection_stands_open_and_each_header_field_is_known_by_its_value() {
    let piece = |messages: usize| {
        let text = "GET /news HTTP/1.1\r\nHost: pong.example\r\n\r\n".repeat(messages);
        let (from, to) = ("127.0.0.1:50000".parse().unwrap(), "127.0.0.1:8080".parse().unwrap());
        Event::tcp(Duration::ZERO, from, to, text.as_bytes())
    };
    for (messages, open) in [(1, 1), (3, 3), (4, 0)] {
        let piece = piece(messages);
        let out = html(&Session::new(None).dissect(&piece), &PacketView::new("p"));
        assert_eq!(out.matches("<details open>").count(), open, "of {messages} messages");
        let known = "<span class=\"key\">Host</span> <span class=\"val\">&quot;pong.example&quot;</span>";
        assert!(out.contains(known), "{out}");
    }
}

#[test]
fn each_byte_is_shown_once_on_samples_and_their_truncations() {
    for (bytes, password) in ALL {
        for len in 0..=bytes.len() {
            let d = checked(&bytes[..len], password);
            assert_eq!(digits(&html(&d, &PacketView::new("p"))), hex(&bytes[..len]));
        }
    }
}

#[test]
fn hostile_bytes_are_text() {
    let mut message = b"\x00\x01\x00\x54\x21\x12\xa4\x42ping-pong-01\x80\x22\x00\x50".to_vec();
    message.extend(
        "<script>alert('1')</script>\"&amp;\u{202e}\u{2066}\0\r\n\n\x1b[2J<!-- ]]> \u{feff}javascript:x"
            .bytes(),
    );
    message.resize(104, b'<');
    let d = STUN.dissect(&message[..]);
    let hostile = "\"><script>\n\n'\u{202e}";
    let view = PacketView { caption: Some(hostile), detail: Some(hostile), ..PacketView::new(hostile) };
    let out = html(&d, &view);
    assert!(!out.contains("<script") && !out.contains("<!--"), "{out}");
    assert!(!out.contains(['\u{202e}', '\u{2066}', '\u{feff}', '\0', '\r', '\x1b']), "{out}");
}

#[test]
fn whatever_the_bytes_the_markup_is_sound() {
    for (bytes, _) in ALL {
        for bit in (0..bytes.len() * 8).step_by(5) {
            let mut flipped = bytes.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            html(&STUN.dissect(&flipped[..]), &PacketView::new("p"));
        }
    }
}

#[test]
fn size_is_bounded_for_many_fields_and_for_long_ones() {
    // A datagram of nothing but empty attributes, all of them a surprise.
    let mut many = b"\x00\x01\xff\xf0\x21\x12\xa4\x42ping-pong-01".to_vec();
    many.resize(20 + 0xfff0, 0);
    let d = STUN.dissect(&many[..]);
    assert!(d.nodes().len() > 40_000);
    let out = html(&d, &PacketView::new("p"));
    assert!(out.len() < 2_000_000, "{}", out.len());
    assert!(out.contains("more fields</li>"));

    let long = vec![0xff; 1 << 20];
    let out = html(&wire::protocols::DATA.dissect(&long[..]), &PacketView::new("p"));
    assert!(out.len() < 200_000, "{}", out.len());
    assert!(out.contains("1047552 more bytes of this field"), "{out}");
}

#[test]
fn a_derived_source_has_bytes_of_its_own() {
    let d = MASKED.dissect(&b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"[..]);
    assert_eq!(d.sources(), 2);
    let out = html(&d, &PacketView { open: true, ..PacketView::new("p") });
    assert_eq!(out.matches("<div class=\"hex\"").count(), 2);
    assert_eq!(digits(&out), "818537fa213d7f9f4d515848656c6c6f");
    insta::assert_snapshot!("derived", out);
}

/// The masked "Hello" of RFC 6455 section 5.7, as far as it shows a derived source.
static MASKED: Layer = Layer {
    id: "masked",
    root: &Field::new("Frame", rfc(6455, "5.2"), "A header, a key, and data under the key."),
    claims: |_| true,
    dissect: masked,
    summary: |_| String::new(),
};

fn masked(c: &mut Cursor<'_>) -> Step {
    static HEADER: Field = Field::new("Header", rfc(6455, "5.2"), "Flags and length.").hex();
    static KEY: Field = Field::new("Masking-key", rfc(6455, "5.3"), "XORed over the data.").hex();
    static DATA: Field = Field::new("Payload", rfc(6455, "5.2"), "As it travels.");
    static CLEAR: Field = Field::new("Unmasked payload", rfc(6455, "5.3"), "The payload XORed with the key.");
    static TEXT: Field = Field::new("Text", rfc(6455, "5.6"), "UTF-8.");
    c.u16(&HEADER)?;
    let key = (c.u32(&KEY)?.value() as u32).to_be_bytes();
    let data =
        c.rest(&DATA)?.note(Severity::Good, "masked, as a client must", Some(rfc(6455, "5.1"))).value();
    let clear = c.slice(data).iter().zip(key.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    c.derive(&CLEAR, clear, |c| c.text(&TEXT).map(drop))
}

#[test]
fn a_specification_that_is_no_rfc_is_linked_by_its_title() {
    static ROOT: Field = Field::new(
        "Packet",
        Spec::Page { title: "A <b> protocol", url: "https://example.com/?a=1&b=\"2\"" },
        "About.",
    );
    static LAYER: Layer =
        Layer { id: "x", root: &ROOT, claims: |_| true, dissect: |_| Ok(()), summary: |_| String::new() };
    let out = html(&LAYER.dissect(&b"x"[..]), &PacketView::new("p"));
    assert!(
        out.contains("<a href=\"https://example.com/?a=1&amp;b=&quot;2&quot;\">A &lt;b&gt; protocol</a>"),
        "{out}"
    );
}

#[test]
fn bytes_under_a_note_are_marked() {
    let mut request = REQUEST.to_vec();
    // The software's name is no longer UTF-8 from its third byte on.
    request[26] = 0xff;
    let out = html(&STUN.dissect(&request[..]), &PacketView::new("p"));
    assert!(out.contains("53 54 <b class=\"error\">ff"), "{out}");
}

/// What the hex part shows, without what is around it.
fn digits(out: &str) -> String {
    let blocks = out.split("<div class=\"hex-row\">").skip(1);
    let rows = blocks.map(|row| {
        let row = row.split_once("hex-bytes\">").unwrap().1.split_once("<span class=\"hex-text").unwrap().0;
        let mut text = String::new();
        let mut inside = false;
        for c in row.chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside && !c.is_whitespace() => text.push(c),
                _ => {}
            }
        }
        text
    });
    rows.collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Checks what a browser would silently repair: nesting, ids, links within the figure, blank lines,
/// handlers and styles.
fn sound(out: &str) {
    assert!(!out.contains("\n\n") && !out.starts_with('\n'), "a blank line ends a block in Markdown");
    let (mut open, mut ids, mut links) = (Vec::<&str>::new(), HashSet::new(), Vec::new());
    for piece in out.split('<').skip(1) {
        let (tag, _) = piece.split_once('>').unwrap_or_else(|| panic!("a tag is not closed: {piece}"));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "in {out}");
            continue;
        }
        let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        let parent = open.last().copied();
        let fits = match name {
            "li" => parent == Some("ul"),
            "summary" => parent == Some("details"),
            "figcaption" => parent == Some("figure"),
            "a" => !open.contains(&"a") && !open.contains(&"summary"),
            "ul" | "div" | "p" | "details" => !open.contains(&"p") && !open.contains(&"span"),
            "figure" | "span" | "b" | "i" => parent != Some("ul"),
            other => panic!("<{other}> is not expected"),
        };
        assert!(fits, "<{name}> in {parent:?}");
        let mut quoted = attributes.split('"');
        while let (Some(name), Some(value)) = (quoted.next(), quoted.next()) {
            let name = name.trim().trim_end_matches('=');
            assert!(!name.starts_with("on") && name != "style", "{name} in {tag}");
            match name.trim_start_matches("open ").trim() {
                "id" => assert!(ids.insert(value), "{value} twice"),
                "href" if value.starts_with('#') => links.push(&value[1..]),
                _ => {}
            }
        }
        open.push(name);
    }
    assert!(open.is_empty(), "{open:?} left open");
    for link in links {
        assert!(ids.contains(link), "#{link} leads nowhere in {out}");
    }
}
