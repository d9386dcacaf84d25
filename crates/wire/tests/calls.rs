//! Calls: what signaling says, and what later packets mean by it.

use std::net::SocketAddr;
use std::time::Duration;

use wire::stun::message_integrity;
use wire::trace::Event;
use wire::websocket::mask;
use wire::{Dissection, Session, Severity};

mod common;
use common::{complaints, text, tiles};

const PAGE: &str = "127.0.0.1:40000";
const SERVER: &str = "127.0.0.1:8080";
const BROWSER: &str = "127.0.0.1:5001";
const PEER: &str = "127.0.0.1:6001";

const UPGRADE: &str = "GET /signal HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
const SWITCHING: &str = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

fn sdp(ufrag: &str, password: &str, more: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:{ufrag}\r\na=ice-pwd:{password}\r\n\
         a=fingerprint:sha-256 {}\r\na=setup:actpass\r\na=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\n\
         a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level\r\na=sendrecv\r\n{more}",
        ["AB"; 32].join(":")
    )
}

fn offer() -> String {
    sdp("brow", "browser-password-of-24-ch", "")
}

fn answer() -> String {
    sdp("peer", "peer-password-of-24-chars", "a=candidate:1 1 udp 2130706431 127.0.0.1 6001 typ host\r\n")
}

/// A JSON string, quotes and all.
fn string(text: &str) -> String {
    format!(
        "\"{}\"",
        text.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r").replace('\n', "\\n")
    )
}

fn description(kind: &str, sdp: &str) -> String {
    format!("{{\"type\":\"{kind}\",\"sdp\":{}}}", string(sdp))
}

fn frame(message: &str, masked: bool) -> Vec<u8> {
    let len = message.len();
    let mut frame = vec![0x81];
    match len {
        ..126 => frame.push(len as u8 | if masked { 0x80 } else { 0 }),
        _ => {
            frame.push(126 | if masked { 0x80 } else { 0 });
            frame.extend((len as u16).to_be_bytes());
        }
    }
    let mut payload = message.as_bytes().to_vec();
    if masked {
        frame.extend([1, 2, 3, 4]);
        mask(&mut payload, [1, 2, 3, 4]);
    }
    [frame, payload].concat()
}

struct Trace {
    session: Session,
    count: u64,
}

impl Trace {
    fn new() -> Self {
        Self { session: Session::new(None), count: 0 }
    }

    /// With a WebSocket: packets 1 and 2.
    fn signaling() -> Self {
        let mut trace = Self::new();
        trace.tcp(PAGE, SERVER, UPGRADE.as_bytes());
        trace.tcp(SERVER, PAGE, SWITCHING.as_bytes());
        trace
    }

    /// With offer, answer and candidates: packets 3 to 5.
    fn signaled() -> Self {
        let mut trace = Self::signaling();
        trace.up(&description("offer", &offer()));
        trace.down(&description("answer", &answer()));
        trace.up(r#"{"type":"candidate","candidate":"candidate:1 1 udp 2113937151 127.0.0.1 5001 typ host generation 0","sdpMid":"0","sdpMLineIndex":0}"#);
        trace
    }

    fn event(&mut self, udp: bool, from: &str, to: &str, bytes: &[u8]) -> Dissection<'static> {
        self.count += 1;
        let (from, to): (SocketAddr, SocketAddr) = (from.parse().unwrap(), to.parse().unwrap());
        let at = Duration::from_millis(self.count);
        let event =
            if udp { Event::udp(at, from, to, bytes.to_vec()) } else { Event::tcp(at, from, to, bytes) };
        let d = self.session.dissect(&event).into_owned();
        tiles(&d);
        d
    }

    fn tcp(&mut self, from: &str, to: &str, bytes: &[u8]) -> Dissection<'static> {
        self.event(false, from, to, bytes)
    }

    fn udp(&mut self, from: &str, to: &str, bytes: &[u8]) -> Dissection<'static> {
        self.event(true, from, to, bytes)
    }

    fn up(&mut self, message: &str) -> Dissection<'static> {
        self.tcp(PAGE, SERVER, &frame(message, true))
    }

    fn down(&mut self, message: &str) -> Dissection<'static> {
        self.tcp(SERVER, PAGE, &frame(message, false))
    }
}

fn said<'d>(d: &'d Dissection<'_>) -> Vec<&'d str> {
    d.notes().iter().map(|note| &*note.text).collect()
}

fn says(d: &Dissection<'_>, what: &str) -> bool {
    said(d).iter().any(|text| text.contains(what))
}

/// A Binding message whose integrity is keyed with `password`.
fn stun(kind: u16, attributes: &[(u16, &[u8])], password: &str) -> Vec<u8> {
    let mut message = [&kind.to_be_bytes()[..], &[0, 0], b"\x21\x12\xa4\x42ping-pong-01"].concat();
    for (kind, value) in attributes {
        message.extend([kind.to_be_bytes(), (value.len() as u16).to_be_bytes()].concat());
        message.extend(*value);
        message.resize(message.len().next_multiple_of(4), 0);
    }
    let sum = message_integrity(&message, password.as_bytes());
    message.extend([&[0, 8, 0, 20][..], &sum].concat());
    let len = message.len() as u16 - 20;
    message[2..4].copy_from_slice(&len.to_be_bytes());
    message
}

fn check(password: &str) -> Vec<u8> {
    let attributes: &[(u16, &[u8])] =
        &[(0x0006, b"peer:brow"), (0x0024, &0x6e00_1eff_u32.to_be_bytes()), (0x802a, &[7; 8]), (0x0025, &[])];
    stun(0x0001, attributes, password)
}

const RESPONSE: &[(u16, &[u8])] = &[(0x0020, b"\x00\x01\x32\x9b\x5e\x12\xa4\x43")];

#[test]
fn signaling_is_read_wherever_browsers_put_it() {
    let candidate = "candidate:1 1 udp 2113937151 127.0.0.1 5001 typ host";
    let cases = [
        (description("offer", &offer()), "Text: SDP offer"),
        (description("answer", &answer()), "Text: SDP answer"),
        (offer(), "Text: SDP"),
        (format!("{{\"description\":{}}}", description("offer", &offer())), "Text: SDP offer"),
        (format!("{{\"to\":7,\"sdp\":{}}}", description("answer", &offer())), "Text: SDP answer"),
        (format!("{{\"candidate\":{}}}", string(candidate)), "Text: candidate host 127.0.0.1:5001"),
        (
            format!("{{\"candidate\":{{\"candidate\":{},\"sdpMid\":\"0\"}}}}", string(candidate)),
            "Text: candidate host 127.0.0.1:5001",
        ),
        (
            String::from("{\"candidate\":\"\",\"sdpMid\":\"0\",\"sdpMLineIndex\":0}"),
            "Text: no more candidates",
        ),
        // What only looks so stays text.
        (String::from("{\"candidate\":\"Bob\"}"), "Text \"{\\\"candidate\\\":\\\"Bob\\\"}\""),
        (String::from("{\"sdp\":7}"), "Text \"{\\\"sdp\\\":7}\""),
        (String::from("{\"sdp\":\"v=0\""), "Text \"{\\\"sdp\\\":\\\"v=0\\\"\""),
        (String::from("{\"type\":\"bye\"}"), "Text \"{\\\"type\\\":\\\"bye\\\"}\""),
    ];
    for (message, summary) in cases {
        let mut trace = Trace::signaling();
        assert_eq!([trace.up(&message).summary(), trace.down(&message).summary()], [summary, summary]);
    }
}

#[test]
fn a_message_shows_its_members_and_the_description_in_it() {
    let mut trace = Trace::signaling();
    let short = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\nc=IN IP4 0.0.0.0\r\n";
    insta::assert_snapshot!("offer", text(&trace.up(&description("offer", short))));
    let candidate = "{\"type\":\"candidate\",\"candidate\":\"candidate:1 1 udp 2130706431 127.0.0.1 6001 typ host\",\
                     \"sdpMid\":\"0\",\"sdpMLineIndex\":0}";
    insta::assert_snapshot!("candidate", text(&trace.down(candidate)));
}

#[test]
fn http_carries_it_too() {
    for (content_type, body, summary) in [
        ("application/json", description("offer", &offer()), "SDP offer"),
        ("application/sdp", offer(), "SDP"),
    ] {
        let mut trace = Trace::new();
        let head = format!(
            "POST /offer HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let d = trace.tcp(PAGE, SERVER, [head.as_bytes(), body.as_bytes()].concat().as_slice());
        assert!(d.summary().ends_with(summary), "{}", d.summary());
        let reply = description("answer", &answer());
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            reply.len()
        );
        trace.tcp(SERVER, PAGE, [head.as_bytes(), reply.as_bytes()].concat().as_slice());
        let d = trace.udp(BROWSER, PEER, &check("peer-password-of-24-chars"));
        assert!(
            said(&d).contains(&"is the HMAC under the password of the one asked, from the SDP of packet 2"),
            "{:?}",
            said(&d)
        );
    }
}

#[test]
fn a_check_is_keyed_with_the_password_of_the_one_asked_and_so_is_its_response() {
    let mut trace = Trace::signaled();
    let d = trace.udp(BROWSER, PEER, &check("peer-password-of-24-chars"));
    assert_eq!(d.summary(), "Binding request, nominates");
    assert_eq!(
        said(&d),
        [
            "is the HMAC under the password of the one asked, from the SDP of packet 4",
            "an ICE check of the pair 127.0.0.1:5001 (host, announced in packet 5) to 127.0.0.1:6001 (host, announced in \
             packet 4), and nominates it: if the answer comes, the call uses this pair",
        ]
    );
    let d = trace.udp(PEER, BROWSER, &stun(0x0101, RESPONSE, "peer-password-of-24-chars"));
    assert_eq!(said(&d)[0], "is the HMAC under the password of the one asked, from the SDP of packet 4");
    assert!(complaints(&d).is_empty(), "{:?}", d.notes());
    for wrong in ["browser-password-of-24-ch", "other"] {
        let d = trace.udp(BROWSER, PEER, &check(wrong));
        assert_eq!(d.worst(), Some(Severity::Error));
        assert!(said(&d)[0].contains("with the password of the SDP of packet 4"), "{:?}", said(&d));
    }
}

#[test]
fn a_check_from_an_address_that_nobody_announced_is_peer_reflexive() {
    let mut trace = Trace::signaled();
    let d = trace.udp("127.0.0.1:7777", PEER, &check("peer-password-of-24-chars"));
    assert!(says(&d, "127.0.0.1:7777 (not announced: peer reflexive, or not yet)"), "{:?}", said(&d));
    trace.up(r#"{"candidate":"candidate:1 1 udp 2113937151 0f1e2d3c.local 7777 typ host","sdpMid":"0"}"#);
    let d = trace.udp("127.0.0.1:7777", PEER, &check("peer-password-of-24-chars"));
    assert!(says(&d, "(by its port the .local candidate of packet 7)"), "{:?}", said(&d));
}

#[test]
fn without_signaling_nothing_is_claimed_of_a_check() {
    let mut trace = Trace::new();
    let d = trace.udp(BROWSER, PEER, &check("peer-password-of-24-chars"));
    assert!(d.notes().iter().all(|note| note.severity < Severity::Warning), "{:?}", d.notes());
    assert!(!said(&d).iter().any(|text| text.contains("HMAC")), "{:?}", said(&d));
}

#[test]
fn numbers_in_rtp_are_called_by_the_names_that_the_sdp_gives() {
    let mut trace = Trace::signaled();
    let d = trace.udp(
        BROWSER,
        PEER,
        b"\x90\x6f\x00\x01\x00\x00\x03\xc0\xde\xad\xbe\xef\xbe\xde\x00\x01\x10\xff\x00\x00opus",
    );
    assert_eq!(
        said(&d),
        [
            "opus/48000/2 by the SDP of packet 4",
            "urn:ietf:params:rtp-hdrext:ssrc-audio-level by the SDP of packet 4: how loud it is"
        ]
    );
}

/// Two calls in one trace, each with numbers of its own.
#[test]
fn a_number_that_two_descriptions_give_to_two_codecs_is_not_called_by_either() {
    let packet = b"\x90\x6f\x00\x01\x00\x00\x03\xc0\xde\xad\xbe\xef\xbe\xde\x00\x01\x10\xff\x00\x00opus";
    let other = sdp("else", "another-password-of-24-ch", "");
    let other = other.replace("opus/48000/2", "H264/90000").replace("ssrc-audio-level", "sdes:mid");
    for (second, count) in [
        (other.clone(), 0),
        (sdp("else", "another-password-of-24-ch", "").replace("opus", "OPUS"), 2),
        // A section that is not wanted says nothing, but one that is bundled does.
        (other.replace("m=audio 9", "m=audio 0"), 2),
        (other.replace("m=audio 9", "m=audio 0").replace("a=mid:0\r\n", "a=mid:0\r\na=bundle-only\r\n"), 0),
    ] {
        let mut trace = Trace::signaled();
        trace.up(&description("offer", &second));
        let d = trace.udp(BROWSER, PEER, packet);
        let named = said(&d).iter().filter(|text| text.contains("by the SDP of")).count();
        assert_eq!(named, count, "{second}: {:?}", said(&d));
        // Nor after the first has been said once more.
        trace.up(&description("offer", &offer()));
        let d = trace.udp(BROWSER, PEER, packet);
        assert_eq!(says(&d, "by the SDP of"), count > 0, "{:?}", said(&d));
    }
}

#[test]
fn signaling_that_is_damaged_anywhere_is_still_shown_whole() {
    let message = description("offer", &offer());
    for at in (0..message.len()).step_by(7) {
        for with in ["\"", "{", "\\", "\0", "}"] {
            let mut damaged = message.clone();
            damaged.replace_range(at..=at, with);
            // Tiling is checked by whoever takes the event.
            drop(Trace::signaling().up(&damaged).summary());
        }
    }
}

#[test]
fn what_is_remembered_is_bounded_and_the_latest_counts() {
    let mut trace = Trace::signaling();
    for n in 0..3000 {
        trace.down(&description("offer", &sdp(&format!("u{n:05}"), "peer-password-of-24-chars", "")));
    }
    let asks = |ufrag: &str| {
        stun(0x0001, &[(0x0006, format!("{ufrag}:brow").as_bytes())], "peer-password-of-24-chars")
    };
    let good = |d: &Dissection<'_>| d.worst() == Some(Severity::Good);
    assert!(good(&trace.udp(BROWSER, PEER, &asks("u02999"))));
    assert!(!good(&trace.udp(BROWSER, PEER, &asks("u00000"))));
}
