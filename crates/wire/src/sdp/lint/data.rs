//! Protocols of m= lines, and data channels.

use super::sheet::{Part, Sheet};
use super::{Report, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] =
    &[&PROTO_KIND, &PROTO_OLD, &PROTO_PLAIN, &SCTP_PORT_MISSING, &SCTP_OLD, &DATA_FORMAT, &SCTP_CLOSED];

static PROTO_KIND: Rule = Rule::error(
    "proto-kind",
    rfc(9429, "5.1.2"),
    "media goes by RTP, data by SCTP, and browsers refuse anything else",
    "use UDP/TLS/RTP/SAVPF for audio and video, UDP/DTLS/SCTP for application",
);
static PROTO_OLD: Rule = Rule::warning(
    "proto-old",
    rfc(9429, "5.1.2"),
    "receivers must let it pass, and an offer must not say it",
    "write UDP/DTLS/SCTP",
);
static PROTO_PLAIN: Rule = Rule::warning(
    "proto-plain",
    rfc(9429, "5.1.2"),
    "receivers must take it for the DTLS-SRTP that the fingerprint announces, and an offer must not say it",
    "write UDP/TLS/RTP/SAVPF",
);
static SCTP_PORT_MISSING: Rule = Rule::error(
    "sctp-port-missing",
    rfc(8841, "5.1"),
    "there is no default, and a section without it is invalid",
    "add a=sctp-port:5000",
);
static SCTP_OLD: Rule = Rule::warning(
    "sctp-old",
    rfc(8841, "5.1"),
    "this is how drafts before the RFC wrote it",
    "write m=application 9 UDP/DTLS/SCTP webrtc-datachannel and a=sctp-port",
);
static DATA_FORMAT: Rule = Rule::error(
    "data-format",
    rfc(9429, "5.2.1"),
    "it says what SCTP carries, and WebRTC knows one thing",
    "write webrtc-datachannel",
);
static SCTP_CLOSED: Rule =
    Rule::info("sctp-closed", rfc(8841, "10.3"), "port 0 says that the association is refused or closed", "");

/// What RFC 9429 section 5.1.2 has senders write, and has receivers take.
const RTP: [&str; 2] = ["UDP/TLS/RTP/SAVPF", "TCP/DTLS/RTP/SAVPF"];
const RTP_OLD: [&str; 6] =
    ["RTP/AVP", "RTP/AVPF", "RTP/SAVP", "RTP/SAVPF", "TCP/DTLS/RTP/SAVP", "UDP/TLS/RTP/SAVP"];
const SCTP: [&str; 2] = ["UDP/DTLS/SCTP", "TCP/DTLS/SCTP"];

pub(super) fn check(sheet: &Sheet<'_>, report: &mut Report) {
    for part in &sheet.media {
        proto(part, report);
        if part.is_sctp() && part.kind().text == "application" {
            data(part, report);
        }
    }
}

fn proto(part: &Part<'_>, report: &mut Report) {
    let (kind, proto) = (part.kind().text, part.proto());
    let [udp, tcp] = match kind {
        "audio" | "video" => RTP,
        "application" => SCTP,
        // A fax, a chat: none of WebRTC's.
        _ => return,
    };
    if [udp, tcp, ""].contains(&proto.text) {
        return;
    }
    let found = format!("expected {udp}, found {}", proto.text);
    match (kind, proto.text) {
        ("application", "DTLS/SCTP") => report.say(&PROTO_OLD, proto, found),
        ("audio" | "video", old) if RTP_OLD.contains(&old) => report.say(&PROTO_PLAIN, proto, found),
        _ => report.say(&PROTO_KIND, proto, format!("{found} for {kind}")),
    }
}

fn data(part: &Part<'_>, report: &mut Report) {
    let format = part.formats().next();
    if part.proto().text == "DTLS/SCTP" && format.is_some_and(|format| format.number().is_some()) {
        let at = format.unwrap_or(part.head());
        report.say(&SCTP_OLD, at, format!("expected webrtc-datachannel, found a port: {}", at.text));
        return;
    }
    if let Some(format) = format.filter(|format| format.text != "webrtc-datachannel") {
        report.say(&DATA_FORMAT, format, format!("expected webrtc-datachannel, found {}", format.text));
    }
    match part.first("sctp-port") {
        None if !part.is_rejected() && !part.has("sctpmap") => {
            report.say(&SCTP_PORT_MISSING, part.head(), "expected a=sctp-port, found none");
        }
        Some(port) if port.value.text == "0" => report.say(&SCTP_CLOSED, port.value, "the SCTP port is 0"),
        _ => {}
    }
}
