//! What filters let pass, and what they say when they cannot be understood.

use std::time::Duration;

use proptest::prelude::*;
use wire::Session;
use wire::filter::{Filter, Packet};
use wire::trace::Event;

const ERROR: &[u8] = b"\x01\x11\x00\x14\x21\x12\xa4\x42ping-pong-01\
\x00\x09\x00\x07\x00\x00\x04\x14bad\0\x00\x0a\x00\x02\x7f\x01\0\0";

fn passes(filter: &str) -> bool {
    let addr = |text: &str| text.parse().unwrap();
    let event = Event::udp(Duration::ZERO, addr("127.0.0.1:3478"), addr("192.0.2.7:5000"), ERROR);
    let dissection = Session::new(None).dissect(&event);
    Filter::parse(filter).unwrap().matches(Packet { number: 4, event: &event, dissection: &dissection })
}

#[test]
fn filters_pass_what_they_say() {
    for filter in [
        "stun",
        "udp and STUN",
        "not tcp",
        "error-code",
        "ERROR-CODE == 420",
        "error-code >= 400 && error-code < 500",
        "class == \"error response\"",
        "\"message type\" == 0x0111",
        "message_type == 273",
        "method == binding",
        "port == 3478 and port == 5000",
        "from == 127.0.0.1",
        "to == 192.0.2.7:5000",
        "ip != 10.0.0.1",
        "packet == 4",
        "reason-phrase contains BA",
        "transaction-id contains 70:6f:6e:67",
        "tcp or (udp and not (tcp))",
        "! tcp || tcp",
    ] {
        assert!(passes(filter), "{filter}");
        let inverse = format!("not ({filter})");
        assert!(!passes(&inverse), "{inverse}");
    }
    for filter in ["tcp", "error-code == 401", "ip != 127.0.0.1", "packet > 4", "nonce", "error-code < hello"]
    {
        assert!(!passes(filter), "{filter}");
    }
}

#[test]
fn an_error_says_what_was_expected_and_where() {
    for (filter, message) in [
        ("", "at column 1: expected a protocol, a field or `(`, found the end"),
        ("stun and", "at column 9: expected a protocol, a field or `(`, found the end"),
        ("stun udp", "at column 6: expected `and`, `or` or the end, found `udp`"),
        ("port == ", "at column 9: expected a value to compare with, found the end"),
        ("(stun", "at column 6: expected `)`, found the end"),
        ("stun and \u{e9}t\u{e9} == \"x", "at column 17: expected a value to compare with, found `\"x`"),
        ("port = 3478", "at column 6: expected `and`, `or` or the end, found `=`"),
    ] {
        let error = Filter::parse(filter).unwrap_err().to_string();
        assert_eq!(error, format!("in the filter `{filter}`, {message}"));
    }
    for endless in ["(".repeat(100_000), "stun ".repeat(100_000), format!("stun {}", "x".repeat(100_000))] {
        let error = Filter::parse(&endless).unwrap_err().to_string();
        assert!(error.chars().count() < 400, "a page of what was typed helps nobody: {error}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in "\\PC{0,40}") {
        drop(Filter::parse(&text));
    }
}
