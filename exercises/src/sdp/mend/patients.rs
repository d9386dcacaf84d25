//! The twelve texts: a description that is right, and what was done to it.

use super::{Broken, Patient};

const FINGERPRINT: &str = "7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:\
                           DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:2C:19:08";

const SESSION: &str = "v=0\no=- 4611731400430051336 2 IN IP4 127.0.0.1\ns=-\nt=0 0\n";

/// ping offers sound and data.
fn offer() -> String {
    format!("{SESSION}a=group:BUNDLE 0 1\n{}{}", sound("actpass", "ping"), data("actpass", "ping"))
}

fn sound(setup: &str, who: &str) -> String {
    format!(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\nc=IN IP4 0.0.0.0\na=mid:0\na=sendrecv\n{}a=rtcp-mux\n\
         a=rtpmap:111 opus/48000/2\n",
        transport(setup, who)
    )
}

fn data(setup: &str, who: &str) -> String {
    format!(
        "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\nc=IN IP4 0.0.0.0\na=mid:1\n{}a=sctp-port:5000\n",
        transport(setup, who)
    )
}

fn transport(setup: &str, who: &str) -> String {
    format!(
        "a=ice-ufrag:{who}\na=ice-pwd:{}\na=ice-options:trickle\na=fingerprint:sha-256 {FINGERPRINT}\na=setup:{setup}\n",
        who.repeat(6)
    )
}

/// Sound alone: shorter, where one section is enough.
fn sound_alone() -> String {
    format!("{SESSION}a=group:BUNDLE 0\n{}", sound("actpass", "ping"))
}

fn sound_alone_answered() -> String {
    format!("{SESSION}a=group:BUNDLE 0\n{}", sound("active", "pong"))
}

fn data_alone() -> String {
    let section = data("actpass", "ping").replace("a=mid:1", "a=mid:0");
    format!("{SESSION}a=group:BUNDLE 0\n{section}")
}

pub(super) fn patient(which: Broken) -> Patient {
    let an_offer = |story, text, sick, keeps| Patient { story, text: lines(text), offer: None, sick, keeps };
    let an_answer = |story, offer, text, sick, keeps| Patient {
        story,
        text: lines(text),
        offer: Some(lines(offer)),
        sick,
        keeps,
    };
    match which {
        Broken::A => an_answer(
            "an answer. Both sides wait for the other to begin",
            data_alone(),
            data_alone().replace("ping", "pong"),
            &["a=setup:"],
            &[],
        ),
        Broken::B => an_answer(
            "an answer by somebody who cannot do sound",
            offer(),
            format!("{SESSION}a=group:BUNDLE 1\n{}", data("active", "pong")),
            &["a=group:BUNDLE "],
            &[],
        ),
        Broken::C => an_answer(
            "an answer that says the important thing first",
            offer(),
            format!("{SESSION}a=group:BUNDLE 0 1\n{}{}", data("active", "pong"), sound("active", "pong")),
            &[],
            &[],
        ),
        Broken::D => an_offer(
            "an offer. Who shares a transport?",
            sound_alone().replace("BUNDLE 0", "BUNDLE audio"),
            &["a=group:BUNDLE ", "a=mid:"],
            &[],
        ),
        Broken::E => an_offer(
            "an offer. How long is a hash?",
            data_alone().replace("sha-256", "sha-1"),
            &["a=fingerprint:"],
            &[FINGERPRINT],
        ),
        Broken::F => an_offer(
            "an offer with a password that one can guess",
            data_alone().replace(&"ping".repeat(6), "pingping"),
            &["a=ice-pwd:"],
            &[],
        ),
        Broken::G => an_offer(
            "an offer that is not trickled: its candidate is in it",
            data_alone().replace(
                "a=sctp-port",
                "a=candidate:1 1 udp 1694498815 203.0.113.7 61000 typ srflx\na=end-of-candidates\na=sctp-port",
            ),
            &["a=candidate:"],
            &["1 1 udp 1694498815 203.0.113.7 61000 typ srflx"],
        ),
        Broken::H => an_offer(
            "an offer of two codecs, opus and G722",
            sound_alone().replace("opus/48000/2\n", "opus/48000/2\na=rtpmap:111 G722/8000\n"),
            &["m=audio ", "a=rtpmap:"],
            &["opus/48000/2", "G722/8000"],
        ),
        Broken::I => an_answer(
            "an answer to one who wants to be heard and not to hear",
            sound_alone().replace("sendrecv", "sendonly"),
            sound_alone_answered().replace("sendrecv", "sendonly"),
            &["a=sendonly"],
            &[],
        )
        .may_change_its_word(),
        Broken::J => an_offer(
            "an offer whose lines fell down and were picked up again",
            data_alone().replace("s=-\nt=0 0\n", "t=0 0\ns=-\n"),
            &[],
            &[],
        ),
        Broken::K => an_offer(
            "an offer of data, to nobody in particular",
            data_alone().replace("a=sctp-port:5000\n", ""),
            &[],
            &[],
        ),
        Broken::L => an_answer(
            "an answer by somebody who knows PCMA and opus",
            sound_alone(),
            sound_alone_answered().replace("SAVPF 111", "SAVPF 8").replace("111 opus/48000/2", "8 PCMA/8000"),
            &["m=audio ", "a=rtpmap:"],
            &[],
        ),
    }
}

impl Patient {
    /// The word is the whole line, so nothing that begins as the old one need be there.
    fn may_change_its_word(self) -> Self {
        Self { sick: &["a="], ..self }
    }
}

/// The ends of lines as RFC 8866 wants them.
fn lines(text: String) -> String {
    text.replace('\n', "\r\n")
}
