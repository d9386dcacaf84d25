//! Whatever the bytes: no panic, no hang, findings within the text.

use wire::sdp::lint::{MOST, Role, annotate, lint};
use wire::sdp::negotiation::{negotiate, revise};
use wire::sdp::{Description, SDP};

use super::rules::{ANSWER, OFFER};

fn all(text: &[u8], other: &[u8]) {
    let mut tree = SDP.dissect(text);
    let findings = lint(&tree, Some(Role::Answer));
    assert!(findings.len() <= MOST);
    for found in &findings {
        assert!(found.span.start <= found.span.end && found.span.end as usize <= text.len(), "{found:?}");
    }
    annotate(&mut tree, &findings);
    let (tree, other) = (SDP.dissect(text), SDP.dissect(other));
    if let (Some(one), Some(other)) = (Description::of(&tree), Description::of(&other)) {
        for comparison in [negotiate(&other, &one), negotiate(&one, &other), revise(&other, &one)] {
            assert!(comparison.findings.len() <= MOST);
        }
    }
}

#[test]
fn every_truncation_is_read() {
    for end in 0..ANSWER.len() {
        all(&ANSWER.as_bytes()[..end], OFFER.as_bytes());
    }
}

#[test]
fn every_damaged_byte_is_read() {
    let mut bytes = ANSWER.as_bytes().to_vec();
    let damage = [0, b' ', b'\n', b'=', b':', 0xff];
    for at in 0..bytes.len() {
        let before = std::mem::replace(&mut bytes[at], damage[at % damage.len()]);
        all(&bytes, OFFER.as_bytes());
        bytes[at] = before;
    }
}

/// What grows by the square of the lines would take minutes here.
#[test]
fn many_lines_of_a_kind_take_no_longer_than_their_number() {
    for line in [
        "a=candidate:1 1 udp 1 192.0.2.1 1 typ host",
        "a=ssrc:1 msid:a b",
        "a=ssrc-group:FID 1 2",
        "a=rtpmap:96 VP8/90000",
        "a=fmtp:96 apt=97",
        "a=rtcp-fb:96 nack",
        "a=extmap:1 urn:x",
        "a=rid:a send",
        "a=group:BUNDLE a b c",
        "a=mid:a",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=fingerprint:sha-256 AA",
        "a=simulcast:send a;b",
        "",
    ] {
        let text = format!("{OFFER}{}", format!("{line}\r\n").repeat(5000));
        all(text.as_bytes(), text.as_bytes());
    }
    let words = format!(
        "{OFFER}a=group:BUNDLE{}\r\nm=audio 9 UDP/TLS/RTP/SAVPF{}\r\n",
        " a".repeat(30_000),
        " 96".repeat(30_000)
    );
    all(words.as_bytes(), words.as_bytes());
}
