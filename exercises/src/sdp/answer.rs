//! An answerer: RFC 3264 section 6, with the mids and groups of RFC 9143 and the roles of RFC 8842.

mod offers;
mod rules;

use crate::{Exam, Failure};

/// An offer, or an answer: what of it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// The mids in `a=group:BUNDLE`: the sections that share one transport. Empty, where there is no such line.
    pub bundle: Vec<String>,
    /// The sections, each of which begins with an m= line.
    pub media: Vec<Media>,
}

/// One section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// What it is for: the first word of the m= line.
    pub kind: Kind,
    /// 9 where the section is used: the real ports are in the candidates (RFC 9429 section 5.2.1). 0 where it is not.
    pub port: u16,
    /// `a=mid`: the name of the section, by which everybody refers to it.
    pub mid: String,
    /// `a=setup`: who begins the DTLS handshake.
    pub setup: Setup,
    /// Whether there is `a=bundle-only`: "my port is 0, and I still want this, if it can share a transport".
    pub bundle_only: bool,
    /// The rest of the m= line, best first.
    pub formats: Vec<Format>,
}

/// What a section is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Sound.
    Audio,
    /// Pictures.
    Video,
    /// Data channels.
    Application,
}

/// One format of a section: `Format { number: "111", codec: "opus/48000/2" }` stands for 111 in the m= line and for
/// `a=rtpmap:111 opus/48000/2`. Data channels have the one format "webrtc-datachannel", which is its own codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// The payload type, in the numbering of whoever offered it.
    pub number: &'static str,
    /// What it stands for.
    pub codec: &'static str,
}

/// Who begins the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    /// "You choose": only an offer says so.
    Actpass,
    /// "I begin."
    Active,
    /// "You begin."
    Passive,
}

/// What the side that answers can do.
#[derive(Clone, Debug)]
pub struct Supported {
    /// Its codecs, spelled as in [`Format::codec`].
    pub codecs: Vec<&'static str>,
    /// Whether it can put several sections on one transport.
    pub bundle: bool,
}

/// What the student writes.
pub type Answer = fn(&Description, &Supported) -> Description;

/// Puts offers, from the everyday to the rare. There is more than one right answer to most of them: what is checked are
/// the rules, one after the other.
///
/// # Errors
/// The first offer whose answer breaks a rule.
pub fn check(exam: &Exam, answer: Answer) -> Result<(), Box<Failure>> {
    for question in offers::questions() {
        let (offer, _) = rules::text(&question.offer);
        let (expected, _) = rules::text(&question.right);
        let name = format!("{}\n{}", question.name, rules::asked(&question.offer, &question.we));
        let case = exam.case(&name, offer.as_bytes(), expected.trim_end(), rules::ANSWER).text();
        let returned = case.ask(|| answer(&question.offer, &question.we))?;
        if let Some(reason) = rules::broken(&question.offer, &question.we, &question.right, &returned) {
            let (text, _) = rules::text(&returned);
            let mut failure = case.wrong("what \"text\" shows", reason);
            failure.bytes = text.into_bytes();
            return Err(failure);
        }
    }
    Ok(())
}

/// The offers, each with what is supported and a right answer.
#[must_use]
pub fn questions() -> Vec<(Description, Supported, Description)> {
    offers::questions().into_iter().map(|question| (question.offer, question.we, question.right)).collect()
}

/// Such a description as the SDP that matters here.
#[must_use]
pub fn sdp(description: &Description) -> String {
    rules::text(description).0
}
