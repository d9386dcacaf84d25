//! Whatever comes: a tree that covers it, and time in proportion to its length.

use proptest::prelude::*;
use wire::sdp::{CANDIDATE, Description, Places, SDP};

use crate::common::tiles;
use crate::samples::MEDIA;

/// Everything that reads a description, to its end.
fn read(bytes: &[u8]) {
    let d = SDP.dissect(bytes);
    tiles(&d);
    let description = Description::of(&d).unwrap();
    let places = Places::of(bytes);
    for line in description.lines() {
        assert!(places.place(line.span).line >= 1);
        assert!(line.value_span.end <= line.span.end);
    }
    for section in std::iter::once(&description.session).chain(&description.media) {
        let _ = (section.media(), section.mid(), section.direction(), section.sctp_port());
        let _ = (section.candidates().count(), section.rtpmaps().count(), section.ssrc_groups().count());
        let _ = (section.fingerprints().count(), section.extmaps().count(), section.groups().count());
    }
}

#[test]
fn strange_lines_are_kept() {
    for text in [
        "",
        "v",
        "v=",
        "v=0",
        "v=0\n",
        "v=0\r",
        "\r\n\r\n",
        "\n",
        "=\r\n",
        "a=\r\n",
        "a=:\r\n",
        "a=: \r\n",
        "m=\r\n",
        "m= 9\r\n",
        "m=audio\r\n",
        "m=audio 9/\r\n",
        "m=audio 9/2 RTP/AVP\r\n",
        "m=audio 9/2 RTP/AVP \r\n",
        "o=\r\n",
        "o=- 1\r\n",
        "c=IN\r\n",
        "c=IN IP4 224.2.1.1/127/3\r\n",
        "b=\r\n",
        "b=AS\r\n",
        "b=AS:\r\n",
        "t=\r\n",
        "a=candidate\r\n",
        "a=candidate:\r\n",
        "a=candidate: 1 1\r\n",
        "a=candidate:1 1 udp x\r\n",
        "a=rtpmap:\r\n",
        "a=rtpmap:1\r\n",
        "a=rtpmap:1 x\r\n",
        "a=rtpmap:1 x/\r\n",
        "a=rtpmap:1 x/1/\r\n",
        "a=fmtp:\r\n",
        "a=fmtp:1\r\n",
        "a=fmtp:1 ;;=;a=;=b\r\n",
        "a=rtcp-fb:\r\n",
        "a=rtcp-fb:*\r\n",
        "a=ssrc:\r\n",
        "a=ssrc:1\r\n",
        "a=ssrc:1 :\r\n",
        "a=ssrc-group:\r\n",
        "a=rid:\r\n",
        "a=rid:a send ;=;\r\n",
        "a=simulcast:send ~;,\r\n",
        "a=simulcast:~\r\n",
        "a=extmap:\r\n",
        "a=extmap:1/\r\n",
        "a=extmap:/ \r\n",
        "a=group:\r\n",
        "a=msid:\r\n",
        "a=setup:\r\n",
        "a=fingerprint:\r\n",
        "a=fingerprint:sha-256\r\n",
        "a=fingerprint:sha-256 :\r\n",
        "a=rtcp:\r\n",
        "a=sctpmap:1\r\n",
        "a=ice-options:\r\n",
        "a=remote-candidates:1\r\n",
        "a=\0\r\n",
        "a=a\rb\r\n",
        "\u{feff}v=0\r\n",
    ] {
        read(text.as_bytes());
        read(format!("m=audio 9 UDP/TLS/RTP/SAVPF 1\r\na=rtpmap:1 red/1\r\n{text}").as_bytes());
        tiles(&CANDIDATE.dissect(text.as_bytes()));
    }
    read(b"a=mid:\xff\xfe\r\na=\xff:\xff\r\n\xff=\xff\r\n");
}

#[test]
fn long_lines_many_lines_and_many_words_take_time_in_proportion() {
    // Where it were quadratic, these would take minutes.
    let long = 1 << 17;
    read(&[b"v=0\r\na=x:", &*vec![b'y'; 1 << 20]].concat());
    read(&b"a=mid:0\r\n".repeat(100_000));
    for (start, one) in [
        ("a=x:", "y"),
        ("a=candidate:", "1 "),
        ("a=fmtp:96 ", "a=b;"),
        ("a=fmtp:96 ", ";"),
        ("a=fmtp:96 ", "a"),
        ("a=group:BUNDLE", " 0"),
        ("a=simulcast:send ", "a;"),
        ("a=simulcast:send ", "~"),
        ("a=rid:a send ", "a=b;"),
        ("a=fingerprint:sha-256 ", "AB:"),
        ("a=ssrc-group:FID", " 1"),
        ("a=ice-options:", "a "),
        ("m=audio 9 X", " 1"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF", " 1"),
        ("a=extmap:", "1"),
        ("o=", " "),
        ("a=rtcp-fb:* nack", " a"),
        ("", "\r"),
    ] {
        let line = format!("v=0\r\n{start}{}", one.repeat(long / one.len()));
        tiles(&SDP.dissect(line.as_bytes()));
    }
    for line in [
        "m=audio 9 UDP/TLS/RTP/SAVPF 0\r\n",
        "a=fmtp:96 a=b\r\n",
        "a=rtpmap:96 VP8/90000\r\n",
        "\r\n",
        "\n",
        "a=mid:0\r\n",
        "a=candidate:1 1 udp 1 192.0.2.1 1 typ host\r\n",
        "x\n",
    ] {
        read(line.repeat(15_000).as_bytes());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn leaves_tile_whatever_comes(bytes: Vec<u8>, text in "([a-z]=[A-Za-z-]{0,12}[: /;=,~0-9a-f\\PC]{0,30}\r?\n?){0,6}") {
        read(&bytes);
        read(text.as_bytes());
        read(&[text.as_bytes(), &bytes].concat());
    }

    #[test]
    fn leaves_tile_after_any_edit(at in 0..MEDIA.len(), len in 0..40_usize, put in "[ :;=/~,0-9\r\n\0\\PC]{0,6}") {
        let end = (at + len).min(MEDIA.len());
        read(&[&MEDIA.as_bytes()[..at], put.as_bytes(), &MEDIA.as_bytes()[end..]].concat());
    }
}
