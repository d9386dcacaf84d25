//! Conversations as pictures, on a page and on a terminal.

use std::net::SocketAddr;
use std::time::Duration;

use wire::Severity;
use wire::render::ladder::{Host, Ladder, Said, Step};
use wire::trace::Event;

const REQUEST: &[u8] = b"\x00\x01\x00\x00\x21\x12\xa4\x42ping-pong-01";
/// Its length field claims four bytes that are not there.
const CUT: &[u8] = b"\x00\x01\x00\x04\x21\x12\xa4\x42ping-pong-02";
const RESPONSE: &[u8] = b"\x01\x01\x00\x0c\x21\x12\xa4\x42ping-pong-01\
\x00\x20\x00\x08\x00\x01\x32\x9a\x5e\x12\xa4\x43";

fn client() -> SocketAddr {
    "127.0.0.1:5000".parse().unwrap()
}

fn server(port: u16) -> SocketAddr {
    SocketAddr::new("127.0.0.1".parse().unwrap(), port)
}

fn name(addr: SocketAddr) -> Option<String> {
    match addr.port() {
        5000 => Some("ping".to_owned()),
        3478 => Some("server".to_owned()),
        _ => None,
    }
}

/// A request, its response from the server's other port, and one that was cut short.
fn ladder() -> Ladder {
    let at = Duration::from_micros;
    let events = [
        Event::udp(at(1_000_000), client(), server(3478), REQUEST),
        Event::udp(at(1_000_340), server(3479), client(), RESPONSE),
        Event::udp(at(1_250_000), client(), server(3478), CUT),
    ];
    let mut number = 0;
    let mut ladder = Ladder::of(&events, &name, &mut |event| {
        number += 1;
        Said::guess(event).with_link(format!("#packet-{number}"))
    });
    ladder.steps.push(Step {
        at: at(1_750_000),
        from: 0,
        to: 1,
        said: Said { label: "Binding request".to_owned(), ..Said::default() },
        lost: true,
    });
    ladder
}

fn svg(ladder: &Ladder) -> String {
    let mut out = String::new();
    ladder.figure("talk", Some("A request & what became of it"), &mut out).unwrap();
    out
}

fn text(ladder: &Ladder, width: usize, color: bool) -> String {
    let mut out = String::new();
    ladder.text(width, color, &mut out).unwrap();
    out
}

#[test]
fn a_page_gets_a_drawing_with_links() {
    insta::assert_snapshot!("svg", svg(&ladder()));
}

#[test]
fn a_terminal_gets_one_line_a_packet() {
    insta::assert_snapshot!("terminal_100", text(&ladder(), 100, false));
    insta::assert_snapshot!("terminal_60", text(&ladder(), 60, false));
    insta::assert_snapshot!("terminal_30", text(&ladder(), 30, false));
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    use unicode_width::UnicodeWidthStr;
    let mut ladder = ladder();
    ladder.steps[0].said.label = "日本語とても長い説明".repeat(9);
    ladder.hosts[1].name = Some("名前".repeat(30));
    ladder.steps.push(Step { from: 2, to: 2, ..ladder.steps[0].clone() });
    ladder.steps.push(Step { from: 0, to: 2, ..ladder.steps[0].clone() });
    ladder.steps.push(Step { from: 2, to: 0, lost: true, ..ladder.steps[0].clone() });
    ladder.steps.push(Step { at: Duration::MAX, ..ladder.steps[0].clone() });
    for width in 8..140 {
        for line in text(&ladder, width, false).lines() {
            assert!(line.width() <= width, "{} columns of {width}: {line}", line.width());
        }
    }
}

#[test]
fn color_is_only_added() {
    let colored = text(&ladder(), 80, true);
    let mut bare = String::new();
    let mut rest = &*colored;
    while let Some((before, escape)) = rest.split_once('\x1b') {
        bare.push_str(before);
        rest = escape.split_once('m').unwrap().1;
    }
    assert_eq!(bare + rest, text(&ladder(), 80, false));
    assert!(colored.contains("\x1b[31m"));
}

#[test]
fn ports_of_one_address_are_lines_of_their_own_in_order_of_appearance() {
    let hosts: Vec<String> = ladder().hosts.into_iter().map(|host| host.address).collect();
    assert_eq!(hosts, ["127.0.0.1:5000", "127.0.0.1:3478", "127.0.0.1:3479"]);
}

#[test]
fn connections_of_one_name_are_one_line() {
    let events: Vec<Event> =
        (0..30).map(|n| Event::tcp(Duration::ZERO, server(6000 + n), server(3478), b"")).collect();
    let named = |addr| name(addr).or(Some("pong".to_owned()));
    let ladder = Ladder::of(&events, &named, &mut Said::guess);
    let hosts: Vec<_> = ladder.hosts.iter().map(|host| (host.called(), &*host.address)).collect();
    assert_eq!(hosts, [("pong", "127.0.0.1:6000 …"), ("server", "127.0.0.1:3478")]);
    assert!(ladder.steps.iter().all(|step| (step.from, step.to) == (0, 1)));
}

#[test]
fn the_last_line_stands_for_all_hosts_that_are_too_many() {
    let events: Vec<Event> =
        (0..30).map(|n| Event::udp(Duration::ZERO, client(), server(6000 + n), REQUEST)).collect();
    let ladder = Ladder::of(&events, &|_| None, &mut Said::guess);
    assert_eq!(ladder.hosts.len(), Ladder::MOST_HOSTS);
    assert_eq!(ladder.hosts[7], Host { name: None, address: "24 others".to_owned() });
    assert_eq!(ladder.steps[29].to, 7);
}

#[test]
fn thousands_of_packets_are_counted_and_not_dissected() {
    let event = Event::udp(Duration::ZERO, client(), server(3478), REQUEST);
    let events = vec![event; 50_000];
    let mut asked = 0;
    let ladder = Ladder::of(&events, &name, &mut |_| {
        asked += 1;
        Said::default()
    });
    assert_eq!(asked, Ladder::MOST_STEPS);
    assert_eq!(ladder.more, 50_000 - asked);
    assert!(svg(&ladder).contains("… 49800 more"));
    assert!(text(&ladder, 80, false).ends_with("… 49800 more\n"));
}

#[test]
fn steps_between_lines_that_are_not_there_are_left_out() {
    let mut ladder = ladder();
    ladder.steps[0].from = 99;
    assert!(svg(&ladder).contains("… 1 more"));
    assert!(text(&ladder, 80, false).contains("… 1 more"));
    assert!(svg(&Ladder::default()).contains("</svg>"));
    assert!(text(&Ladder::default(), 80, false).is_empty());
}

#[test]
fn a_host_that_talks_to_itself_is_drawn_inside_the_picture() {
    for hosts in 1..4 {
        let host = Host { name: None, address: "127.0.0.1:1".to_owned() };
        let step = |line| Step { from: line, to: line, ..Step::default() };
        let ladder = Ladder { hosts: vec![host; hosts], steps: (0..hosts).map(step).collect(), more: 0 };
        let svg = svg(&ladder);
        let number =
            |text: &str| text.split(|c: char| !c.is_ascii_digit() && c != '-').next().unwrap().parse::<i64>();
        let width = number(svg.split(" width=\"").nth(1).unwrap()).unwrap();
        let mut checked = 0;
        for start in [" x=\"", "d=\"M", "H"] {
            for x in svg.split(start).skip(1).filter_map(|rest| number(rest).ok()) {
                assert!((0..=width).contains(&x), "{x} of {width} in {svg}");
                checked += 1;
            }
        }
        assert!(checked > hosts * 6, "{checked}");
    }
}

#[test]
fn hostile_text_is_spelled_out() {
    let hostile = "<script>'\"&\u{202e}\u{0}\n\n\x1b[2J";
    let said = Said {
        label: hostile.to_owned(),
        detail: Some(hostile.to_owned()),
        link: Some("\"><b>".to_owned()),
        worst: Some(Severity::Error),
    };
    let host = |address: &str| Host { name: Some(hostile.to_owned()), address: address.to_owned() };
    let step = Step { from: 0, to: 1, said, ..Step::default() };
    let ladder = Ladder { hosts: vec![host("a"), host("b")], steps: vec![step], more: 0 };
    let svg = svg(&ladder);
    assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains("\n\n"), "{svg}");
    for out in [svg, text(&ladder, 200, false), text(&ladder, 20, false)] {
        assert!(!out.contains(['\u{202e}', '\0', '\x1b']), "{out}");
    }
}
