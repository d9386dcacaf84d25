//! What single attributes say, and what is said of those that break their grammar.

use wire::sdp::SDP;
use wire::{Dissection, Meaning, Severity};

use crate::common::tiles;

/// A description of one medium with that line in it.
fn with(line: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97 98 99 100 101\r\n\
         a=rtpmap:96 H264/90000\r\na=rtpmap:97 opus/48000/2\r\na=rtpmap:98 VP9/90000\r\na=rtpmap:99 AV1/90000\r\n\
         a=rtpmap:100 rtx/90000\r\na=rtpmap:101 H265/90000\r\n{line}\r\n"
    )
}

#[test]
fn what_breaks_its_grammar_is_kept_and_told_with_its_section() {
    #[rustfmt::skip]
    let cases = [
        ("o=- x 1 IN IP4 127.0.0.1", "not a decimal number", ""),
        ("o=- 1 1 IN IP4", "no unicast-address", "RFC 8866 section 5.2"),
        ("s=", "an empty name", "RFC 8866 section 5.3"),
        ("c=IN IP6 192.0.2.1", "not of the addrtype", "RFC 8866 section 5.7"),
        ("k=clear:x", "obsolete", "RFC 8866 section 5.12"),
        ("v=1", "must be 0 to 0", "RFC 8866 section 5.1"),
        ("q=x", "no such type", "RFC 8866 section 5"),
        ("hello", "not of the form", "RFC 8866 section 5"),
        ("", "an empty line", "RFC 8866 section 5"),
        ("a=mid", "needs a value", "RFC 5888 section 4"),
        ("a=mid:a b", "one token", "RFC 5888 section 4"),
        ("a=rtcp-mux:1", "takes no value", "RFC 5761 section 5.1.1"),
        ("a=mid:a\0", "NUL", "RFC 8866 section 9"),
        ("a=mid:a\rb", "CR without LF", "RFC 8866 section 9"),
        ("a=candidate:1 1 udp 1 192.0.2.1", "no port", "RFC 8839 section 5.1"),
        ("a=candidate:1 1 udp 1 192.0.2.1 70000 typ host", "must be 0 to 65535", "RFC 8839 section 5.1"),
        ("a=candidate:1 0 udp 1 192.0.2.1 1 typ host", "must be 1 to 256", "RFC 8839 section 5.1"),
        ("a=candidate:1 1 udp 0 192.0.2.1 1 typ host", "must be 1 to 2147483647", "RFC 8445 section 5.1.2"),
        ("a=candidate:1 1 udp 1 192.0.2.1 1 host", "\"typ\" must stand here", "RFC 8839 section 5.1"),
        ("a=candidate:! 1 udp 1 192.0.2.1 1 typ host", "letters, digits", "RFC 8839 section 5.1"),
        ("a=candidate:1 1 tcp 1 192.0.2.1 1 typ host tcptype act", "active, passive, so", "RFC 6544 section 4.5"),
        ("a=ice-ufrag:abc", "must be 4 to 256", "RFC 8839 section 5.4"),
        ("a=ice-pwd:short", "must be 22 to 256", "RFC 8839 section 5.4"),
        ("a=setup:actpas", "must be one of", "RFC 4145 section 4"),
        ("a=fingerprint:sha-256 AB:CD", "2 bytes, but this hash has 32", "RFC 8122 section 5"),
        ("a=fingerprint:sha-256 ABCD", "pairs of hexadecimal", "RFC 8122 section 5"),
        ("a=fingerprint:md5 00:11", "must not be used", "RFC 8122 section 5"),
        ("a=tls-id:short", "20 to 255", "RFC 8842 section 4"),
        ("a=sctp-port:70000", "must be 0 to 65535", "RFC 8841 section 5"),
        ("a=sctpmap:5000 webrtc-datachannel 1024", "from a draft", "RFC 8841 section 5"),
        ("a=rtpmap:200 VP8/90000", "must be 0 to 127", "RFC 8866 section 6.6"),
        ("a=rtpmap:96 VP8", "no clock rate", "RFC 8866 section 6.6"),
        ("a=rtpmap:97 opus/48000", "opus/48000/2", "RFC 7587 section 7"),
        ("a=rtpmap:97 opus/48000/1", "must be 2", "RFC 7587 section 7"),
        ("a=rtpmap:97 opus/16000/2", "must be 48000", "RFC 7587 section 7"),
        ("a=fmtp:96 profile-level-id=42e0", "six hexadecimal digits", "RFC 6184 section 8.1"),
        ("a=ssrc:4294967296 cname:x", "must be 0 to 4294967295", "RFC 5576 section 4.1"),
        ("a=rid:a! send", "letters, digits", "RFC 8851 section 10"),
        ("a=rid:a both", "must be one of send, recv", "RFC 8851 section 10"),
        ("a=simulcast:sent a;b", "must be one of send, recv", "RFC 8853 section 5.1"),
        ("a=extmap:0 urn:x", "must be 1 to 255", "RFC 8285 section 5"),
        ("a=extmap:1/both urn:x", "must be one of sendrecv", "RFC 8285 section 5"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF 70", "64 to 95", "RFC 5761 section 4"),
        ("m=audio 9 UDP/TLS/RTP/SAVPF", "no fmt", "RFC 8866 section 5.14"),
    ];
    for (line, why, section) in cases {
        let text = with(line);
        let d = SDP.dissect(text.as_bytes());
        tiles(&d);
        let notes = d.notes().iter().filter(|note| note.severity > Severity::Info);
        let found: Vec<(String, String)> = notes
            .map(|n| (n.text.to_string(), n.spec.map(|spec| spec.to_string()).unwrap_or_default()))
            .collect();
        let told = found.iter().any(|(text, spec)| text.contains(why) && spec == section);
        assert!(told, "{line:?} should be told {why:?} ({section}), was {found:?}");
    }
}

/// The meaning of the last node of that name.
fn meaning(d: &Dissection<'_>, name: &str) -> &'static str {
    match d.nodes().iter().rev().find(|node| node.field.name == name).map(|node| node.meaning) {
        Some(Meaning::Name(meaning)) => meaning,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn values_are_decoded() {
    #[rustfmt::skip]
    let cases = [
        ("a=fmtp:96 profile-level-id=42e01f", "profile-level-id value", "Constrained Baseline"),
        ("a=fmtp:96 profile-level-id=42001f", "profile-level-id value", "Baseline"),
        ("a=fmtp:96 profile-level-id=4d001f", "profile-level-id value", "Main"),
        ("a=fmtp:96 profile-level-id=4d801f", "profile-level-id value", "Constrained Baseline"),
        ("a=fmtp:96 profile-level-id=640c1f", "profile-level-id value", "Constrained High"),
        ("a=fmtp:96 profile-level-id=640032", "level_idc", "level 5"),
        ("a=fmtp:96 packetization-mode=1", "parameter value", "several in one, or one over several: FU-A and STAP-A"),
        ("a=fmtp:97 stereo=1", "parameter value", "would like stereo"),
        ("a=fmtp:98 profile-id=2", "parameter value", "10 or 12 bits, 4:2:0"),
        ("a=fmtp:99 level-idx=5;tier=1", "parameter value", "High tier"),
        ("a=fmtp:100 apt=96", "parameter value", "H264"),
        ("a=fmtp:101 level-id=93", "parameter value", "level 3.1"),
        ("a=rtcp-fb:* ccm fir", "payload type", "all formats"),
        ("a=ssrc-group:FID 1 2", "semantics", "flow identification: a stream, then its retransmissions: RFC 5576, RFC 4588"),
        ("a=candidate:1 1 UDP 1694498815 192.0.2.1 1 typ srflx raddr 10.0.0.1 rport 9", "type preference", "recommended for server reflexive"),
        ("a=candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active", "tcp-type", "this side connects, and port 9 stands for any"),
        ("a=setup:active", "role", "this side is the DTLS client"),
        ("a=max-message-size:0", "max-message-size-value", "any size"),
    ];
    for (line, part, says) in cases {
        let text = with(line);
        let d = SDP.dissect(text.as_bytes());
        assert_eq!(meaning(&d, part), says, "{line}");
        assert!(d.worst() <= Some(Severity::Info), "{line}: {:?}", d.notes());
    }
}

#[test]
fn a_priority_is_what_its_parts_make() {
    // RFC 8445 section 5.1.2.1: 2^24 * type + 2^8 * local + 256 - component.
    for (kind, local, component) in [(126_u64, 65_535_u64, 1_u64), (100, 30, 2), (0, 0, 256), (110, 1, 1)] {
        let priority = (kind << 24) + (local << 8) + 256 - component;
        let text = with(&format!("a=candidate:1 {component} udp {priority} 192.0.2.1 1 typ host"));
        let d = SDP.dissect(text.as_bytes());
        let part = |name| d.find(name).and_then(wire::Node::uint);
        let parts = ["type preference", "local preference", "256 - component ID"].map(part);
        assert_eq!(parts, [Some(kind), Some(local), Some(256 - component)], "{priority}");
    }
}
