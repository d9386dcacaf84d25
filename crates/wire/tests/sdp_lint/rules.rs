//! Each rule breaks where its case says, and nowhere else.

use wire::sdp::lint::{Finding, Role, lint, rules};
use wire::sdp::negotiation::{negotiate, revise};
use wire::sdp::{Description, Places, SDP};

pub(crate) const OFFER: &str = include_str!("offer.sdp");
pub(crate) const ANSWER: &str = include_str!("answer.sdp");

/// A rule, what is changed in the description that has no finding, and where the rule must then be broken.
struct Case(&'static str, Change, &'static str);

/// Each text is replaced once, from the first on; a text that begins with `*` everywhere.
type Change = &'static [(&'static str, &'static str)];

const PWD: &str = "a=ice-pwd:8sJk2lQmZ0xVb7NcRt5Yw1Ea\r\n";
const MID_EXTENSION: &str = "a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid\r\n";

#[rustfmt::skip]
const OF_AN_OFFER: &[Case] = &[
    Case("line-missing", &[("s=-\r\n", "")], "2:1"),
    Case("line-order", &[("s=-\r\nt=0 0\r\n", "t=0 0\r\ns=-\r\n")], "4:1"),
    Case("line-order", &[("c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0\r\n", "a=rtcp:9 IN IP4 0.0.0.0\r\nc=IN IP4 0.0.0.0\r\n")], "10:1"),
    Case("line-twice", &[("s=-\r\n", "s=-\r\ns=again\r\n")], "4:1"),
    Case("connection-missing", &[("c=IN IP4 0.0.0.0\r\n", "")], "8:1"),
    Case("media-none", &[(CUT_MEDIA, "")], "1:1"),
    Case("origin-number", &[("4611731400430051336", "9223372036854775807")], "2:5"),
    Case("mid-missing", &[("a=mid:2\r\n", "")], "54:1"),
    Case("mid-twice", &[("a=mid:1", "a=mid:0")], "39:7"),
    Case("mid-long", &[("*BUNDLE 0 1 2", "BUNDLE 0 1 a-very-long-mid-x"), ("a=mid:2", "a=mid:a-very-long-mid-x")], "61:7"),
    Case("group-unknown-mid", &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 3")], "5:22"),
    Case("group-mid-twice", &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 1")], "5:22"),
    Case("bundle-two-groups", &[("a=group:BUNDLE 0 1 2\r\n", "a=group:BUNDLE 0 1 2\r\na=group:BUNDLE 1\r\n")], "6:16"),
    Case("bundle-rejected", &[("m=video 9", "m=video 0")], "31:9"),
    Case("bundle-absent", &[("a=group:BUNDLE 0 1 2\r\n", "")], "7:1"),
    Case("bundle-left-out", &[("BUNDLE 0 1 2", "BUNDLE 0 1")], "61:7"),
    Case("bundle-only-first", &[("m=audio 9", "m=audio 0"), ("a=mid:0\r\n", "a=mid:0\r\na=bundle-only\r\n")], "5:16"),
    Case("bundle-only-port", &[("a=mid:1\r\n", "a=mid:1\r\na=bundle-only\r\n")], "40:1"),
    Case("bundle-only-alone", &[("m=video 9", "m=video 0"), ("a=mid:1\r\n", "a=mid:1\r\na=bundle-only\r\n"), ("BUNDLE 0 1 2", "BUNDLE 0 2")], "40:1"),
    Case("bundle-proto", &[("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 UDP/TLS/RTP/SAVP")], "31:11"),
    Case("bundle-extmap", &[("a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")], "41:1"),
    Case("bundle-mid-extension", &[(MID_EXTENSION, "")], "8:1"),
    Case("port-zero", &[("m=video 9", "m=video 0"), ("BUNDLE 0 1 2", "BUNDLE 0 2")], "31:9"),
    Case("rtcp-mux-missing", &[("*a=rtcp-mux\r\n", "")], "8:1"),
    Case("rtcp-mux-only-alone", &[("a=rtcp-mux\r\n", "a=rtcp-mux-only\r\n")], "23:1"),
    Case("ice-missing", &[("BUNDLE 0 1 2", "BUNDLE 0 1"), (LAST_CREDENTIALS, "c=IN IP4 0.0.0.0\r\na=ice-options:trickle\r\na=fingerprint:sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08\r\na=setup:actpass\r\na=mid:2\r\n")], "54:1"),
    Case("ice-half", &[(PWD, "")], "13:1"),
    Case("ice-ufrag-long", &[("*Hk3p", "Hk3pHk3pHk3pHk3pHk3pHk3pHk3pHk3pHk3p")], "13:13"),
    Case("ice-pwd-differs", &[("8sJk2lQmZ0xVb7NcRt5Yw1Ea", "9sJk2lQmZ0xVb7NcRt5Yw1Ea")], "35:11"),
    Case("ice-lite-in-media", &[("a=mid:0\r\n", "a=mid:0\r\na=ice-lite\r\n")], "19:1"),
    Case("ice-nothing-to-try", &[("*a=ice-options:trickle\r\n", ""), (CANDIDATES, "")], "8:1"),
    Case("ice-default-destination", &[("m=audio 9", "m=audio 54321"), ("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.200")], "9:10"),
    Case("candidate-priority-type", &[("2122260223", "1686052607")], "11:21"),
    Case("candidate-type-preference", &[("2122260223", "2130706687")], "11:21"),
    Case("candidate-related-missing", &[(" raddr 192.0.2.1 rport 54321", "")], "12:54"),
    Case("candidate-related-on-host", &[("typ host", "typ host raddr 192.0.2.1 rport 54321")], "11:52"),
    Case("candidate-related-hidden", &[("raddr 192.0.2.1 rport 54321", "raddr 0.0.0.0 rport 0")], "12:1"),
    Case("candidate-tcptype", &[("1 1 udp", "1 1 tcp")], "11:17"),
    Case("candidate-component-mux", &[("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-mux-only\r\n"), ("1 1 udp 2122260223", "1 2 udp 2122260222")], "11:15"),
    Case("candidate-component", &[("1 1 udp 2122260223", "1 3 udp 2122260221")], "11:15"),
    Case("candidate-twice", &[("typ host\r\n", "typ host\r\na=candidate:1 1 udp 2122260223 192.0.2.1 54321 typ host\r\n")], "12:1"),
    Case("candidate-rejected", &[("m=audio 9", "m=audio 0"), ("BUNDLE 0 1 2", "BUNDLE 1 2")], "11:1"),
    Case("candidate-lite", &[("a=group:", "a=ice-lite\r\na=group:")], "13:54"),
    Case("fingerprint-missing", &[("*a=fingerprint:", "a=x-fingerprint:")], "8:1"),
    Case("fingerprint-hash-weak", &[("sha-256 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08", "sha-1 7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64")], "16:15"),
    Case("setup-missing", &[("*a=setup:actpass\r\n", "")], "8:1"),
    Case("setup-in-offer", &[("*a=setup:actpass", "a=setup:active")], "17:9"),
    Case("setup-holdconn", &[("*a=setup:actpass", "a=setup:holdconn")], "17:9"),
    Case("setup-bundled-differs", &[("a=setup:actpass", "a=setup:passive")], "38:9"),
    Case("crypto", &[("a=mid:0\r\n", "a=mid:0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n")], "19:1"),
    Case("format-twice", &[("SAVPF 111 63 0", "SAVPF 111 63 0 111")], "8:38"),
    Case("rtpmap-missing", &[("a=rtpmap:63 red/48000/2\r\n", "")], "8:33"),
    Case("rtpmap-twice", &[("a=rtpmap:63 red/48000/2\r\n", "a=rtpmap:63 red/48000/2\r\na=rtpmap:63 PCMA/8000\r\n")], "29:13"),
    Case("rtpmap-stray", &[("a=rtpmap:63 red/48000/2\r\n", "a=rtpmap:63 red/48000/2\r\na=rtpmap:64 PCMA/8000\r\n")], "29:10"),
    Case("fmtp-stray", &[("a=fmtp:63 111/111", "a=fmtp:64 111/111")], "29:8"),
    Case("rtcp-fb-stray", &[("a=rtcp-fb:111 transport-cc", "a=rtcp-fb:112 transport-cc")], "26:11"),
    Case("bundle-format", &[("SAVPF 96 97", "SAVPF 111 97"), ("a=rtpmap:96 VP8/90000", "a=rtpmap:111 VP8/90000"), ("a=rtcp-fb:96 nack\r\n", ""), ("a=rtcp-fb:96 nack pli\r\n", ""), ("apt=96", "apt=111")], "31:29"),
    Case("rtx-apt-missing", &[("a=fmtp:97 apt=96\r\n", "")], "49:1"),
    Case("rtx-apt-stray", &[("apt=96", "apt=98")], "50:15"),
    Case("rtx-rate", &[("rtx/90000", "rtx/48000")], "49:13"),
    Case("direction-twice", &[("a=sendrecv\r\n", "a=sendrecv\r\na=recvonly\r\n")], "22:1"),
    Case("extmap-reserved", &[("a=extmap:10", "a=extmap:15")], "41:10"),
    Case("extmap-twice", &[("a=extmap:10", "a=extmap:4")], "41:10"),
    Case("ssrc-group-unknown", &[("a=ssrc:1001", "a=ssrc-group:FID 1001 1002\r\na=ssrc:1001")], "30:23"),
    Case("ssrc-two-sections", &[("a=rid:hi send", "a=ssrc:1001 cname:wirebook\r\na=rid:hi send")], "51:8"),
    Case("rid-twice", &[("a=rid:lo send", "a=rid:hi send"), ("hi;lo", "hi")], "52:7"),
    Case("rid-format", &[("a=rid:lo send", "a=rid:lo send pt=98")], "52:18"),
    Case("simulcast-twice", &[("a=simulcast:send hi;lo\r\n", "a=simulcast:send hi;lo\r\na=simulcast:send hi;lo\r\n")], "54:1"),
    Case("simulcast-rid-unknown", &[("hi;lo", "hi;lo,me")], "53:24"),
    Case("simulcast-direction", &[("a=rid:lo send", "a=rid:lo recv")], "53:21"),
    Case("rid-unused", &[("a=simulcast:send hi;lo\r\n", "")], "51:1"),
    Case("plan-b", &[("a=ssrc:1001 cname:wirebook", "a=ssrc:1001 msid:stream audio-track\r\na=ssrc:1002 msid:stream other-track")], "31:18"),
    Case("attribute-twice", &[("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-mux\r\n")], "24:1"),
    Case("attribute-level", &[("a=mid:0\r\n", "a=mid:0\r\na=group:LS 0 1\r\n")], "19:1"),
    Case("attribute-level", &[("a=group:", "a=rtcp-mux\r\na=group:")], "5:1"),
    Case("proto-kind", &[("m=application 9 UDP/DTLS/SCTP", "m=application 9 UDP/TLS/RTP/SAVPF")], "54:17"),
    Case("proto-old", &[("m=application 9 UDP/DTLS/SCTP", "m=application 9 DTLS/SCTP")], "54:17"),
    Case("proto-plain", &[("*UDP/TLS/RTP/SAVPF", "RTP/SAVPF")], "8:11"),
    Case("sctp-port-missing", &[("a=sctp-port:5000\r\n", "")], "54:1"),
    Case("sctp-old", &[("UDP/DTLS/SCTP webrtc-datachannel", "DTLS/SCTP 5000"), ("a=sctp-port:5000", "a=sctpmap:5000 webrtc-datachannel 1024")], "54:27"),
    Case("data-format", &[("webrtc-datachannel", "webrtc")], "54:31"),
    Case("sctp-closed", &[("a=sctp-port:5000", "a=sctp-port:0")], "62:13"),
];

/// From the first m= line on.
const CUT_MEDIA: &str = "m=*";
/// Of the last section.
const LAST_CREDENTIALS: &str = "c=*";
/// Both.
const CANDIDATES: &str = "a=candidate*";

#[rustfmt::skip]
const OF_AN_ANSWER: &[Case] = &[
    Case("setup-in-answer", &[("*a=setup:active", "a=setup:actpass")], "17:9"),
    Case("ice-bundled-differs", &[("a=ice-ufrag:Rm8q", "a=ice-ufrag:Zz8q")], "32:13"),
];

#[rustfmt::skip]
const AGAINST_THE_OFFER: &[Case] = &[
    Case("answer-count", &[("m=*", "")], "1:1"),
    Case("answer-kind", &[("m=video 9", "m=audio 9")], "29:3"),
    Case("answer-proto", &[("m=video 9 UDP/TLS/RTP/SAVPF", "m=video 9 RTP/SAVPF")], "29:11"),
    Case("answer-mid", &[("a=mid:1", "a=mid:v")], "37:7"),
    Case("answer-order", &[("a=mid:1", "a=mid:2")], "37:7"),
    Case("answer-no-codec", &[("a=rtpmap:96 VP8/90000", "a=rtpmap:96 AV1/90000")], "29:1"),
    Case("answer-extra-codec", &[("SAVPF 96 97", "SAVPF 96 97 98")], "29:35"),
    Case("answer-codec-number", &[("*111", "112")], "8:29"),
    Case("answer-codec-swapped", &[("SAVPF 111", "SAVPF 63")], "8:29"),
    Case("answer-direction", &[("a=recvonly", "a=sendrecv")], "40:3"),
    Case("answer-extmap-id", &[("a=extmap:10", "a=extmap:11")], "39:10"),
    Case("answer-bundle", &[("BUNDLE 0 1 2", "BUNDLE 0 1 2 x")], "5:22"),
    Case("answer-bundle-first", &[("BUNDLE 0 1 2", "BUNDLE 1 0 2")], "5:16"),
    Case("answer-rtcp-fb", &[("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:96 nack\r\na=rtcp-fb:96 ccm fir\r\n")], "45:11"),
    Case("answer-rid", &[("a=rid:lo recv", "a=rid:lo send")], "49:10"),
    Case("answer-simulcast", &[("a=simulcast:recv", "a=simulcast:send")], "50:13"),
    Case("answer-tls-id", &[("a=mid:0\r\n", "a=mid:0\r\na=tls-id:abc3de65cddef001be82\r\n")], "19:1"),
    Case("answer-echo", &[("*Rm8q", "Hk3p")], "13:13"),
    Case("answer-data-format", &[("webrtc-datachannel", "webrtc")], "51:31"),
];

/// As above, with the offer changed too.
#[rustfmt::skip]
const AGAINST_ANOTHER_OFFER: &[(Change, Case)] = &[
    (&[("m=video 9", "m=video 0")], Case("answer-revived", &[], "29:9")),
    (&[("*a=setup:actpass", "a=setup:active")], Case("answer-setup", &[], "17:9")),
    (&[("*a=rtcp-mux\r\n", "")], Case("answer-rtcp-mux", &[], "23:1")),
    (&[("a=rtcp-mux\r\n", "a=rtcp-mux\r\na=rtcp-mux-only\r\n")], Case("answer-rtcp-mux-only", &[("*a=rtcp-mux\r\n", "")], "8:1")),
    (&[("a=group:", "a=ice-lite\r\na=group:")], Case("answer-both-lite", &[("a=group:", "a=ice-lite\r\na=group:")], "5:1")),
];

#[rustfmt::skip]
const OF_A_LATER_VERSION: &[Case] = &[
    Case("revision-version", &[("a=sendonly", "a=inactive")], "2:25"),
    Case("revision-count", &[("4611731400430051336 2", "4611731400430051336 3"), ("m=*", "")], "1:1"),
    Case("revision-ice-half", &[("4611731400430051336 2", "4611731400430051336 3"), ("*Hk3p", "New1")], "14:11"),
];

/// `text` with a change made to it.
pub(crate) fn changed(text: &str, change: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (from, to) in change {
        text = match (*from, from.strip_prefix('*')) {
            (_, Some(everywhere)) => {
                assert!(text.contains(everywhere), "{everywhere} is there");
                text.replace(everywhere, to)
            }
            (CUT_MEDIA, _) => text[..text.find("m=").unwrap()].to_owned(),
            (LAST_CREDENTIALS, _) => {
                let (from, to_) = (text.rfind("c=IN").unwrap(), text.rfind("a=sctp-port").unwrap());
                format!("{}{to}{}", &text[..from], &text[to_..])
            }
            (CANDIDATES, _) => {
                text.split_inclusive('\n').filter(|line| !line.starts_with("a=candidate")).collect()
            }
            (from, None) => {
                assert!(text.contains(from), "{from} is there");
                text.replacen(from, to, 1)
            }
        };
    }
    text
}

fn places(text: &str, findings: &[Finding], id: &str) -> Vec<String> {
    let places = Places::of(text.as_bytes());
    let named = findings.iter().filter(|found| found.id() == id);
    named.map(|found| places.place(found.span).to_string()).collect()
}

fn linted(text: &str, role: Role) -> Vec<Finding> {
    lint(&SDP.dissect(text.as_bytes()), Some(role))
}

fn against(offer: &str, answer: &str) -> Vec<Finding> {
    let (offer, answer) = (SDP.dissect(offer.as_bytes()), SDP.dissect(answer.as_bytes()));
    negotiate(&Description::of(&offer).unwrap(), &Description::of(&answer).unwrap()).findings
}

fn revised(before: &str, after: &str) -> Vec<Finding> {
    let (before, after) = (SDP.dissect(before.as_bytes()), SDP.dissect(after.as_bytes()));
    revise(&Description::of(&before).unwrap(), &Description::of(&after).unwrap()).findings
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|found| format!("{} {}", found.id(), found.sentence())).collect()
}

#[test]
fn what_the_cases_begin_with_has_no_finding() {
    for (text, role) in [(OFFER, Role::Offer), (ANSWER, Role::Answer)] {
        assert_eq!(told(&linted(text, role)), [""; 0], "{role:?}");
    }
    assert_eq!(told(&against(OFFER, ANSWER)), [""; 0]);
    assert_eq!(told(&revised(OFFER, OFFER)), [""; 0]);
}

/// Tells all that do not hold at once.
fn hold(cases: impl Iterator<Item = (&'static Case, String, Vec<Finding>)>) {
    let mut broken = Vec::new();
    for (Case(rule, change, place), text, findings) in cases {
        if places(&text, &findings, rule).first().map(String::as_str) != Some(place) {
            broken.push(format!(
                "{rule} at {place} by {change:?}: found {:?} of {:#?}",
                places(&text, &findings, rule),
                told(&findings)
            ));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn each_rule_of_one_description_is_broken_where_its_case_says() {
    let of = |role, base| {
        move |case: &'static Case| {
            let text = changed(base, case.1);
            let findings = linted(&text, role);
            (case, text, findings)
        }
    };
    hold(OF_AN_OFFER.iter().map(of(Role::Offer, OFFER)));
    hold(OF_AN_ANSWER.iter().map(of(Role::Answer, ANSWER)));
}

#[test]
fn each_rule_of_an_answer_is_broken_where_its_case_says() {
    hold(AGAINST_THE_OFFER.iter().map(|case| {
        let text = changed(ANSWER, case.1);
        let findings = against(OFFER, &text);
        (case, text, findings)
    }));
    hold(AGAINST_ANOTHER_OFFER.iter().map(|(offer, case)| {
        let text = changed(ANSWER, case.1);
        let findings = against(&changed(OFFER, offer), &text);
        (case, text, findings)
    }));
}

#[test]
fn each_rule_of_a_later_version_is_broken_where_its_case_says() {
    hold(OF_A_LATER_VERSION.iter().map(|case| {
        let text = changed(OFFER, case.1);
        let findings = revised(OFFER, &text);
        (case, text, findings)
    }));
}

#[test]
fn every_rule_has_a_case_and_says_why_and_where_it_is_written() {
    let all = [OF_AN_OFFER, OF_AN_ANSWER, AGAINST_THE_OFFER, OF_A_LATER_VERSION].concat_ids();
    for rule in rules() {
        assert!(all.contains(&rule.id), "{} has no case", rule.id);
        assert!(!rule.why.is_empty() && rule.spec.url().starts_with("https://"), "{}", rule.id);
        assert!(
            rule.fix.is_empty() <= (rule.severity <= wire::Severity::Info),
            "{} says what to do",
            rule.id
        );
    }
    let mut ids: Vec<_> = rules().iter().map(|rule| rule.id).collect();
    ids.sort_unstable();
    let count = ids.len();
    ids.dedup();
    assert_eq!(ids.len(), count, "each id is of one rule");
}

trait Ids {
    fn concat_ids(&self) -> Vec<&'static str>;
}

impl Ids for [&'static [Case]; 4] {
    fn concat_ids(&self) -> Vec<&'static str> {
        let named = self.iter().flat_map(|cases| cases.iter()).map(|case| case.0);
        named.chain(AGAINST_ANOTHER_OFFER.iter().map(|(_, case)| case.0)).collect()
    }
}

#[test]
fn syntax_is_told_too_with_its_place() {
    for (change, place) in [
        (&[("8sJk2lQmZ0xVb7NcRt5Yw1Ea", "short")][..], "14:11"),
        (&[("7B:8B:F0", "7B:8B")], "16:23"),
        (&[("sha-256 7B", "md5 7B")], "16:15"),
        (&[("54321 typ host", "99999 typ host")], "11:42"),
        (&[("opus/48000/2", "opus/48000/1")], "25:25"),
        (&[("a=sendrecv\r\n", "a=sendrecv\n")], "21:11"),
        (&[("a=mid:2\r\n", "a=mid:2\r\n\r\n")], "62:1"),
    ] {
        let text = changed(OFFER, change);
        let found = places(&text, &linted(&text, Role::Offer), "syntax");
        assert_eq!(found.first().map(String::as_str), Some(place), "{change:?}: {found:?}");
    }
}

#[test]
fn what_gathering_adds_needs_no_new_version() {
    let gathered = changed(
        OFFER,
        &[
            ("m=audio 9", "m=audio 54321"),
            (
                "c=IN IP4 0.0.0.0\r\na=rtcp:9 IN IP4 0.0.0.0",
                "c=IN IP4 192.0.2.1\r\na=rtcp:54321 IN IP4 192.0.2.1",
            ),
            (
                "a=ice-ufrag",
                "a=candidate:3 1 udp 41885439 198.51.100.9 5000 typ relay raddr 192.0.2.1 rport 54321\r\n\
                 a=end-of-candidates\r\na=ice-ufrag",
            ),
        ],
    );
    assert_eq!(told(&revised(OFFER, &gathered)), [""; 0]);
    for change in [
        &[("m=audio 54321", "m=audio 0")][..],
        &[("SAVPF 111 63 0", "SAVPF 111 63")],
        &[("m=audio", "m=video")],
        &[("a=sendrecv", "a=inactive")],
        &[("4611731400430051336 2", "4611731400430051336 1")],
    ] {
        let found = revised(OFFER, &changed(&gathered, change));
        assert_eq!(places(OFFER, &found, "revision-version").len(), 1, "{change:?}: {:?}", told(&found));
    }
}

/// RFC 8285 section 7: the offerer names alternatives, and the answerer takes one of them to a number that is free.
#[test]
fn alternatives_of_one_number_are_offered_from_4096_on() {
    let offer = changed(
        OFFER,
        &[
            (
                "a=extmap:1 urn",
                "a=extmap:4096 urn:example:one\r\na=extmap:4096 urn:example:two\r\na=extmap:1 urn",
            ),
            ("a=extmap:10 urn", "a=extmap:4096 urn:example:three\r\na=extmap:10 urn"),
        ],
    );
    assert_eq!(told(&linted(&offer, Role::Offer)), [""; 0]);
    let answer = changed(ANSWER, &[("a=extmap:1 urn", "a=extmap:5 urn:example:two\r\na=extmap:1 urn")]);
    assert_eq!(told(&against(&offer, &answer)), [""; 0]);
}

#[test]
fn feedback_for_all_numbers_answers_feedback_for_one_and_the_other_way_round() {
    let all = |text| changed(text, &[("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:* nack\r\n")]);
    for (offer, answer) in
        [(OFFER.to_owned(), all(ANSWER)), (all(OFFER), ANSWER.to_owned()), (all(OFFER), all(ANSWER))]
    {
        assert_eq!(told(&against(&offer, &answer)), [""; 0]);
    }
    let more = changed(ANSWER, &[("a=rtcp-fb:96 nack\r\n", "a=rtcp-fb:* ccm fir\r\n")]);
    assert_eq!(places(&more, &against(OFFER, &more), "answer-rtcp-fb"), ["44:11"]);
}

/// RFC 3264 section 6.1, RFC 9429 section 5.3.1.
#[test]
fn an_answer_may_name_formats_that_were_not_offered() {
    let extra = "a=rtcp-fb:98 nack\r\na=rtpmap:98 AV1/90000\r\na=fmtp:98 profile=0\r\na=rtpmap:99 rtx/90000\r\n\
                 a=fmtp:99 apt=98\r\n";
    let answer = changed(
        ANSWER,
        &[("SAVPF 96 97", "SAVPF 96 97 98 99"), ("a=rtpmap:96", &format!("{extra}a=rtpmap:96"))],
    );
    let found = [linted(&answer, Role::Answer), against(OFFER, &answer)].concat();
    let loud: Vec<_> = found.iter().filter(|found| found.severity > wire::Severity::Info).collect();
    assert!(loud.is_empty(), "{:?}", told(&found));
    assert!(found.iter().any(|found| found.id() == "answer-extra-codec"), "{:?}", told(&found));
}
