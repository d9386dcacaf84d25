//! Which certificate is expected, who opens DTLS, and what must not replace it.

use super::sheet::{Attribute, Part, Sheet};
use super::{Report, Role, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &FINGERPRINT_MISSING,
    &HASH_WEAK,
    &SETUP_MISSING,
    &SETUP_ANSWER,
    &SETUP_OFFER,
    &SETUP_HOLDCONN,
    &SETUP_BUNDLED,
    &CRYPTO,
];

static FINGERPRINT_MISSING: Rule = Rule::error(
    "fingerprint-missing",
    rfc(9429, "5.8.3"),
    "the certificate of the DTLS handshake could not be checked against anything, so browsers refuse",
    "add a=fingerprint to each m= section or to the session's part",
);
static HASH_WEAK: Rule =
    Rule::warning("fingerprint-hash-weak", rfc(8122, "5"), "SHA-1 collisions have been made", "use sha-256");
static SETUP_MISSING: Rule = Rule::error(
    "setup-missing",
    rfc(8842, "5.2"),
    "it says who opens the DTLS handshake, and offer and answer must both have it",
    "add a=setup:actpass to an offer, active or passive to an answer",
);
static SETUP_ANSWER: Rule = Rule::error(
    "setup-in-answer",
    rfc(9429, "5.3.1"),
    "the offer left the choice to the answerer, and if nobody chooses, nobody opens DTLS",
    "answer with a=setup:active",
);
static SETUP_OFFER: Rule = Rule::error(
    "setup-in-offer",
    rfc(8842, "5.2"),
    "the answerer is to choose who opens DTLS, as it may be able to do one of the two only",
    "offer a=setup:actpass",
);
static SETUP_HOLDCONN: Rule = Rule::error(
    "setup-holdconn",
    rfc(8842, "5.1"),
    "DTLS knows no connection that is held",
    "use actpass, active or passive",
);
static SETUP_BUNDLED: Rule = Rule::error(
    "setup-bundled-differs",
    rfc(9143, "11"),
    "there is one DTLS association for the whole group, and one side opens it",
    "use the same value in all sections of the group",
);
static CRYPTO: Rule = Rule::error(
    "crypto",
    rfc(8827, "6.5"),
    "it sends the media key to everybody who sees the signaling; WebRTC agrees on keys by DTLS",
    "take the line out, and offer a=fingerprint",
);

pub(super) fn check(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    for part in std::iter::once(&sheet.session).chain(&sheet.media) {
        part.all("fingerprint").iter().for_each(|line| fingerprint(line, report));
        part.all("setup").iter().for_each(|line| setup(line, role, report));
        for name in ["crypto", "key-mgmt"] {
            if let Some(line) = part.first(name) {
                report.say(&CRYPTO, line.line, format!("expected no a={name}, found it"));
            }
        }
    }
    for (at, part) in sheet.media.iter().enumerate().filter(|(_, part)| !part.is_rejected()) {
        presence(sheet, at, part, report);
        if let (Some(own), Some(tagged)) =
            (part.first("setup"), sheet.tagged(at).filter(|tagged| *tagged != at))
            && let Some(first) = sheet.own(tagged, "setup")
            && first.value.text != own.value.text
        {
            let found = format!(
                "expected {}, as in the first section of the group, found {}",
                first.value.text, own.value.text
            );
            report.say(&SETUP_BUNDLED, own.value, found);
        }
    }
}

fn presence(sheet: &Sheet<'_>, at: usize, part: &Part<'_>, report: &mut Report) {
    if part.has("bundle-only") {
        return;
    }
    let kind = part.kind().text;
    if sheet.of_transport(at, "fingerprint").is_none() {
        let found = format!("expected a=fingerprint for this {kind} section, found none");
        report.say(&FINGERPRINT_MISSING, part.head(), found);
    }
    if sheet.of_transport(at, "setup").is_none() {
        report.say(
            &SETUP_MISSING,
            part.head(),
            format!("expected a=setup for this {kind} section, found none"),
        );
    }
}

fn setup(line: &Attribute<'_>, role: Option<Role>, report: &mut Report) {
    let value = line.value;
    match (value.text, role) {
        ("holdconn", _) => {
            report.say(&SETUP_HOLDCONN, value, "expected actpass, active or passive, found holdconn");
        }
        ("actpass", Some(Role::Answer)) => {
            report.say(&SETUP_ANSWER, value, "expected active or passive in an answer, found actpass");
        }
        ("active" | "passive", Some(Role::Offer)) => {
            report.say(&SETUP_OFFER, value, format!("expected actpass in an offer, found {}", value.text));
        }
        // The dissector knows the four words, and says what is none of them.
        _ => {}
    }
}

/// The dissector counts the bytes, and knows the hashes.
fn fingerprint(line: &Attribute<'_>, report: &mut Report) {
    let (hash, _) = line.value.word();
    if hash.is("sha-1") {
        report.say(&HASH_WEAK, hash, "expected sha-256, found sha-1");
    }
}
