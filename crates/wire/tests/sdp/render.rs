//! The renderers that show a description as the text that it is.

use wire::render::sdp::{SdpView, html, text};
use wire::render::text::Style;
use wire::render::{json, sdp};
use wire::sdp::SDP;

use crate::samples::{ALL, DATA, MEDIA};

fn as_text(sdp: &str, width: usize) -> String {
    let (d, mut out) = (SDP.dissect(sdp.as_bytes()), String::new());
    text(&d, Style { color: false, width }, &SdpView::default(), &mut out).unwrap();
    out
}

fn as_html(sdp: &[u8], view: &SdpView<'_>) -> String {
    let (d, mut out) = (SDP.dissect(sdp), String::new());
    html(&d, view, &mut out).unwrap();
    out
}

#[test]
fn a_terminal_shows_each_line_and_what_it_says_once() {
    insta::assert_snapshot!("data", as_text(DATA, 80));
    insta::assert_snapshot!("media", as_text(MEDIA, 80));
    for width in [0, 30, 80] {
        let widest = as_text(DATA, width).lines().map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= width.max(60), "{width}: {widest}");
    }
}

#[test]
fn a_page_shows_each_line_whole_and_each_part_leads_to_what_it_is() {
    for sample in ALL {
        let page = as_html(sample.as_bytes(), &SdpView { id: "x", ..SdpView::default() });
        assert!(!page.contains("\n\n"), "a blank line would end the block");
        let mut ids: Vec<&str> =
            page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all, "ids are unique");
        for link in page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
            assert!(ids.binary_search(&link).is_ok(), "{link} leads somewhere");
        }
        // Without its markup, the summaries are the text.
        let lines =
            page.split("<summary><code>").skip(1).filter_map(|rest| rest.split("</code></summary>").next());
        let bare: Vec<String> = lines
            .map(|line| line.split('<').map(|s| s.split_once('>').map_or(s, |(_, t)| t)).collect())
            .collect();
        assert_eq!(bare, sample.lines().collect::<Vec<_>>());
    }
}

#[test]
fn parts_of_a_line_are_bounded_and_the_rest_is_counted() {
    let formats: String = (0..30_000).map(|n| format!(" {}", n % 10)).collect();
    let one = format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF{formats}\r\n"
    );
    let page = as_html(one.as_bytes(), &SdpView::default());
    assert!(page.len() < 60_000 && page.contains("<li>… 29939 more</li>"), "{} bytes", page.len());
    let line = format!("m=audio 9 UDP/TLS/RTP/SAVPF{}\r\n", " 0".repeat(80));
    let many = format!("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n{}", line.repeat(340));
    let page = as_html(many.as_bytes(), &SdpView::default());
    assert!(page.len() < 2 << 20, "{} bytes", page.len());
}

#[test]
fn a_part_of_it_is_shown_by_how_lines_begin_and_by_mid() {
    let numbers = |view: &SdpView<'_>| -> Vec<u32> {
        let page = as_html(MEDIA.as_bytes(), view);
        page.split("<li id=\"-l").skip(1).filter_map(|rest| rest.split('"').next()?.parse().ok()).collect()
    };
    let lines = |lines| SdpView { lines: Some(lines), ..SdpView::default() };
    let line_of = |text: &str| 1 + MEDIA.lines().position(|line| line == text).unwrap() as u32;
    assert_eq!(numbers(&lines("a=mid")), [line_of("a=mid:audio"), line_of("a=mid:video")]);
    assert_eq!(numbers(&lines("a=rtpmap:98, m=video")).len(), 2);
    assert_eq!(numbers(&lines("a=ssrc")).len(), 2, "not ssrc-group");
    assert_eq!(numbers(&lines("a=rtcp")).len(), 1, "not rtcp-mux or rtcp-fb");
    assert_eq!(numbers(&SdpView { mid: Some("video"), ..lines("a=mid") }), [line_of("a=mid:video")]);
    let d = SDP.dissect(MEDIA.as_bytes());
    assert!(sdp::shows(&d, &lines("c=")) && !sdp::shows(&d, &lines("a=candidate")));
    assert!(sdp::beginnings(&d).contains(&"a=rtcp-fb".to_owned()));
}

#[test]
fn nothing_from_the_text_is_obeyed() {
    let hostile = b"v=0\r\ns=<script>\x1b[31m\x00\xff\r\nm=\"><img src=x onerror=a> 9 '& x\r\na=mid:<b>\r\na=fmtp:<i> <i>=<i>\r\n";
    let view = SdpView { id: "\"><i>", caption: Some("<i>"), detail: Some("<i>"), ..SdpView::default() };
    let page = as_html(hostile, &view);
    for markup in ["<script", "<img", "<i>", "\x1b", "\0"] {
        assert!(!page.contains(markup), "{markup:?} in {page}");
    }
    let d = SDP.dissect(&hostile[..]);
    let mut out = String::new();
    text(&d, Style { color: false, width: 80 }, &SdpView::default(), &mut out).unwrap();
    assert!(!out.contains(['\x1b', '\0']), "{out}");
    let mut bytes = Vec::new();
    json::packet(&d, &mut bytes);
    assert!(bytes.starts_with(b"{"));
}
