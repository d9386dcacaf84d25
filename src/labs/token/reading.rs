//! A token taken apart, and whether it would let its bearer in.

use serde::{Deserialize, Serialize};
use wire::agora::{
    AGORA, Admission, CHECKS, Certificate, NotACertificate, Question as Asked, Refusal, Service, Token, Utc,
    admit,
};
use wire::render::html::{PacketView, packet};
use wire::{Context, Tree};

use super::App;

/// What the page sends. Never printed: it may hold a secret.
#[derive(Deserialize)]
pub(super) struct Question {
    token: String,
    /// The App Certificate of the token's app, where that is not the workbook's.
    certificate: Option<String>,
    /// What is to be joined; else what the token says.
    channel: Option<String>,
    /// As whom; else as whom the token says.
    uid: Option<String>,
    /// How many seconds from now.
    #[serde(default)]
    later: u32,
}

/// What the page gets.
#[derive(Serialize)]
pub(super) struct Reading {
    html: String,
    verdict: Verdict,
}

/// What a door would say.
#[derive(Serialize)]
struct Verdict {
    /// `null` where nobody here can tell.
    admitted: Option<bool>,
    /// In a word: `admitted`, `unchecked`, or that of the refusal.
    code: &'static str,
    /// In a sentence.
    why: String,
    /// What is checked, in its order.
    checks: Vec<Check>,
    /// Until when what may be done, in seconds since 1970.
    until: Option<Until>,
    /// When that is said to be.
    now: u64,
}

#[derive(Serialize)]
struct Check {
    question: &'static str,
    /// `passed`, `failed`, `not asked`.
    outcome: &'static str,
}

#[derive(Serialize)]
struct Until {
    join: u64,
    audio: Option<u64>,
    video: Option<u64>,
    data: Option<u64>,
}

pub(super) fn read(question: &Question, app: &App, now: u64) -> Result<Reading, NotACertificate> {
    let text = question.token.trim();
    let token = Token::read(text);
    let own = token.as_ref().is_ok_and(|(token, _)| token.app_id == app.id);
    let given: Option<Certificate> = match question.certificate.as_deref().map(str::trim) {
        None | Some("") => None,
        Some(certificate) => Some(certificate.parse()?),
    };
    // Who names a channel and brings no certificate asks the workbook's own door, which knows one app.
    let door = own || question.channel.is_some();
    let certificate = given.as_ref().or(door.then_some(&app.certificate));
    let now = now + u64::from(question.later);
    let verdict = match (&token, certificate) {
        (Ok((token, _)), Some(certificate)) => {
            let (channel, uid) = said(token);
            let asked = Asked {
                // Whoever brings a certificate brings it for the token's own app.
                app_id: if given.is_some() { &token.app_id } else { &app.id },
                certificate,
                channel: question.channel.as_deref().unwrap_or(channel),
                uid: question.uid.as_deref().unwrap_or(uid),
                now,
            };
            Verdict::of(admit(text, &asked), now)
        }
        (Ok((token, _)), None) => Verdict::unchecked(token, now),
        (Err(_), _) => {
            let asked = Asked { app_id: &app.id, certificate: &app.certificate, channel: "", uid: "", now };
            Verdict::of(admit(text, &asked), now)
        }
    };
    let context = Context { app_certificate: certificate, ..Context::default() };
    let tree = AGORA.dissect_in(Tree::default(), text.as_bytes(), &context);
    let mut html = String::new();
    // Writing into a string cannot fail.
    let _ = packet(&tree, &PacketView { id: "token-lab", open: true, ..PacketView::default() }, &mut html);
    Ok(Reading { html, verdict })
}

/// The channel and the uid that a token names.
fn said(token: &Token) -> (&str, &str) {
    let rtc = token.services.iter().find_map(|service| match service {
        Service::Rtc { channel, uid, .. } => Some((&channel[..], &uid[..])),
        _ => None,
    });
    rtc.unwrap_or_default()
}

impl Verdict {
    fn of(decided: Result<Admission, Refusal>, now: u64) -> Self {
        match decided {
            Ok(Admission { join, audio, video, data }) => Self {
                admitted: Some(true),
                code: "admitted",
                why: format!("let in until {}", Utc(join)),
                checks: checks(None),
                until: Some(Until { join, audio, video, data }),
                now,
            },
            Err(refusal) => Self {
                admitted: Some(false),
                code: refusal.code(),
                why: refusal.to_string(),
                checks: checks(Some(refusal.code())),
                until: None,
                now,
            },
        }
    }

    /// Whole, and of an app whose certificate nobody gave.
    fn unchecked(token: &Token, now: u64) -> Self {
        let mut checks = checks(None);
        checks.iter_mut().skip(1).for_each(|check| check.outcome = "not asked");
        Self {
            admitted: None,
            code: "unchecked",
            why: format!(
                "of the app {}, whose certificate the workbook does not know: what the token says can be read, not believed",
                token.app_id
            ),
            checks,
            until: None,
            now,
        }
    }
}

/// Those before the one that failed passed, and nobody asked those after it.
fn checks(failed: Option<&str>) -> Vec<Check> {
    let mut outcome = "passed";
    let check = |check: &wire::agora::Check| {
        let fails = failed.is_some_and(|code| check.codes.contains(&code));
        let said = if fails { "failed" } else { outcome };
        if fails {
            outcome = "not asked";
        }
        Check { question: check.question, outcome: said }
    };
    CHECKS.iter().map(check).collect()
}
