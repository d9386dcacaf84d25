//! Whether a token lets somebody in: what the checker of an SFU asks, in this order.
//!
//! ```text
//! 1  is it an AccessToken2, and whole?         version-006, damaged
//! 2  is it of this app?                        wrong-app              whose certificate to check with
//! 3  was it made with the app's certificate?   wrong-signature        until here it says nothing of worth
//! 4  does it still count?                      expired
//! 5  is it good for RTC?                       no-rtc-service
//! 6  for this channel?                         wrong-channel
//! 7  for this uid?                             wrong-uid
//! 8  to join, and still?                       no-join-privilege, join-expired
//! ```
//!
//! The first that fails is told. So who has no valid token learns nothing of what a valid one must say.

use thiserror::Error;

use super::sign::Certificate;
use super::time::Utc;
use super::token::{Privileges, Service, Token, Unreadable, privilege};
use super::{LONGEST, services};

/// What somebody asks for, and the one whose tokens count.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The app that the channel is of.
    pub app_id: &'a str,
    /// Its certificate.
    pub certificate: &'a Certificate,
    /// The channel to be joined.
    pub channel: &'a str,
    /// As whom.
    pub uid: &'a str,
    /// The time, in seconds since 1970.
    pub now: u64,
}

/// What a token lets its bearer do, and until when: in seconds since 1970, in the first of which it is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Admission {
    /// To be in the channel.
    pub join: u64,
    /// To send audio. `None`: not at all, or not any more.
    pub audio: Option<u64>,
    /// To send video.
    pub video: Option<u64>,
    /// To send data.
    pub data: Option<u64>,
}

/// Why nobody is let in.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum Refusal {
    /// An AccessToken.
    #[error(
        "expected an AccessToken2, which begins with 007, found a token that begins with 006: build it with RtcTokenBuilder2"
    )]
    Version006,
    /// Not whole, or not a token.
    #[error(
        "expected a whole AccessToken2, found damage in its {at} ({why}): copy the token again, from its first character to its last"
    )]
    Damaged {
        /// Which part of the token.
        at: &'static str,
        /// What is wrong there.
        why: String,
    },
    /// Of another app.
    #[error(
        "expected a token of the app {expected}, found one of {found:?} in its App ID: ask the token server of this app"
    )]
    WrongApp {
        /// The app's.
        expected: String,
        /// The token's.
        found: String,
    },
    /// Not made with the app's certificate, or changed since.
    #[error(
        "expected a signature made with the app's certificate, found another: the token server has a different certificate, or \
         the token was changed on its way. Ask for a new one"
    )]
    WrongSignature,
    /// It was good once.
    #[error("expected a token that still counts, found one that ended {}, {} s ago: ask for a new one", Utc(*.ended), .now - .ended)]
    Expired {
        /// When it ended, in seconds since 1970.
        ended: u64,
        /// When it was asked.
        now: u64,
    },
    /// For other products.
    #[error("expected the service RTC, found {found}: build the token with RtcTokenBuilder2")]
    NoRtcService {
        /// The services that it names.
        found: String,
    },
    /// For another channel.
    #[error(
        "expected the channel {expected:?}, found {found} in the RTC service: ask for a token for the channel that you join"
    )]
    WrongChannel {
        /// The one to be joined.
        expected: String,
        /// Those that the token names.
        found: String,
    },
    /// For somebody else.
    #[error(
        "expected the uid {expected:?}, found {found} in the RTC service: join under the uid that the token was asked for"
    )]
    WrongUid {
        /// Who asks.
        expected: String,
        /// Whom the token names.
        found: String,
    },
    /// It names the channel, and does not let anybody join.
    #[error(
        "expected privilege 1, join channel, in the RTC service, found {found}: the token server must add it"
    )]
    NoJoinPrivilege {
        /// The privileges that it grants.
        found: String,
    },
    /// The token counts, the privilege does not.
    #[error(
        "expected privilege 1, join channel, to count still, found that it ended {}, {} s ago, before the token: ask for a new one",
        Utc(*.ended), .now - .ended
    )]
    JoinExpired {
        /// When it ended, in seconds since 1970.
        ended: u64,
        /// When it was asked.
        now: u64,
    },
}

impl Refusal {
    /// In a word, for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Version006 => "version-006",
            Self::Damaged { .. } => "damaged",
            Self::WrongApp { .. } => "wrong-app",
            Self::WrongSignature => "wrong-signature",
            Self::Expired { .. } => "expired",
            Self::NoRtcService { .. } => "no-rtc-service",
            Self::WrongChannel { .. } => "wrong-channel",
            Self::WrongUid { .. } => "wrong-uid",
            Self::NoJoinPrivilege { .. } => "no-join-privilege",
            Self::JoinExpired { .. } => "join-expired",
        }
    }
}

/// One of the things that are checked.
#[derive(Clone, Copy, Debug)]
pub struct Check {
    /// What is asked.
    pub question: &'static str,
    /// The refusals that it ends with, by their codes.
    pub codes: &'static [&'static str],
}

/// All of them, in the order in which [`admit`] asks.
pub static CHECKS: &[Check] = &[
    Check { question: "Is it an AccessToken2, and whole?", codes: &["version-006", "damaged"] },
    Check { question: "Is it of this app?", codes: &["wrong-app"] },
    Check {
        question: "Was it made with the app's certificate, and not changed since?",
        codes: &["wrong-signature"],
    },
    Check { question: "Does it still count?", codes: &["expired"] },
    Check { question: "Is it good for RTC?", codes: &["no-rtc-service"] },
    Check { question: "For this channel?", codes: &["wrong-channel"] },
    Check { question: "For this uid?", codes: &["wrong-uid"] },
    Check { question: "Does it let join, and still?", codes: &["no-join-privilege", "join-expired"] },
];

/// Decides. What ends, and when: a token, and each of its privileges, counts from the issue timestamp for so many
/// seconds; a privilege of 0 seconds as long as the token; a token no longer than 24 hours; no privilege longer than
/// that to join. A token from the future is taken: who signed it can set the clock.
///
/// # Errors
/// The first check that fails.
pub fn admit(text: &str, question: &Question<'_>) -> Result<Admission, Refusal> {
    let (token, signature) = Token::read(text).map_err(|why| match why {
        Unreadable::Old => Refusal::Version006,
        Unreadable::Damaged { at, why } => Refusal::Damaged { at, why },
    })?;
    if token.app_id != question.app_id {
        return Err(Refusal::WrongApp { expected: question.app_id.to_owned(), found: short(&token.app_id) });
    }
    if !signature.verify(question.certificate) {
        return Err(Refusal::WrongSignature);
    }
    let now = question.now;
    let issued = u64::from(token.issued);
    let end = issued + u64::from(token.expire.min(LONGEST));
    if now >= end {
        return Err(Refusal::Expired { ended: end, now });
    }
    let privileges = asked(&token, question)?;
    let until = |number: u16| {
        let seconds = privileges.iter().filter_map(|privileges| privileges.get(&number));
        seconds.map(|seconds| if *seconds == 0 { end } else { end.min(issued + u64::from(*seconds)) }).max()
    };
    let Some(join) = until(privilege::JOIN_CHANNEL) else {
        let found = privileges.iter().flat_map(|privileges| privileges.keys()).map(ToString::to_string);
        return Err(Refusal::NoJoinPrivilege { found: list(found) });
    };
    if now >= join {
        return Err(Refusal::JoinExpired { ended: join, now });
    }
    let publish = |number| until(number).map(|end| end.min(join)).filter(|end| now < *end);
    Ok(Admission {
        join,
        audio: publish(privilege::PUBLISH_AUDIO),
        video: publish(privilege::PUBLISH_VIDEO),
        data: publish(privilege::PUBLISH_DATA),
    })
}

/// What the token grants to who asks. A token may name RTC more than once: then it grants what any of them does.
fn asked<'t>(token: &'t Token, question: &Question<'_>) -> Result<Vec<&'t Privileges>, Refusal> {
    let rtc: Vec<_> = token
        .services
        .iter()
        .filter_map(|service| match service {
            Service::Rtc { channel, uid, privileges } => Some((channel, uid, privileges)),
            _ => None,
        })
        .collect();
    if rtc.is_empty() {
        let name = |service: &Service| {
            let number = service.number();
            services::name(number.into()).map_or_else(|| format!("service {number}"), str::to_owned)
        };
        return Err(Refusal::NoRtcService { found: list(token.services.iter().map(name)) });
    }
    let here: Vec<_> = rtc.iter().filter(|(channel, ..)| is_for(channel, question.channel)).collect();
    if here.is_empty() {
        let found = list(rtc.iter().map(|(channel, ..)| format!("{:?}", short(channel))));
        return Err(Refusal::WrongChannel { expected: short(question.channel), found });
    }
    let mine: Vec<_> =
        here.iter().filter(|(_, uid, _)| is_for(uid, question.uid)).map(|(.., p)| *p).collect();
    if mine.is_empty() {
        let found = list(here.iter().map(|(_, uid, _)| format!("{:?}", short(uid))));
        return Err(Refusal::WrongUid { expected: short(question.uid), found });
    }
    Ok(mine)
}

/// Whether a channel or uid in a token stands for that name: empty for any, `*` in it for any characters.
fn is_for(pattern: &str, name: &str) -> bool {
    if pattern.is_empty() {
        return true;
    }
    let mut parts = pattern.split('*');
    let Some(rest) = parts.next().and_then(|first| name.strip_prefix(first)) else { return false };
    let parts: Vec<_> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    let mut rest = rest;
    for part in between {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// As much as a sentence holds.
fn short(text: &str) -> String {
    match text.char_indices().nth(64) {
        Some((end, _)) => format!("{}\u{2026}", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn list(items: impl Iterator<Item = String>) -> String {
    let mut items: Vec<_> = items.take(9).collect();
    if items.is_empty() {
        return "none".to_owned();
    }
    if items.len() == 9 {
        items.pop();
        items.push("more".to_owned());
    }
    items.join(", ")
}

#[cfg(test)]
mod tests {
    use super::is_for;

    #[test]
    fn names_are_compared_whole_but_for_what_stands_for_any() {
        for (pattern, name, fits) in [
            ("demo", "demo", true),
            ("demo", "demo2", false),
            ("demo", "Demo", false),
            ("demo", "", false),
            ("", "demo", true),
            ("", "", true),
            ("0", "0", true),
            ("0", "alice", false),
            ("*", "", true),
            ("*", "demo", true),
            ("demo-*", "demo-1", true),
            ("demo-*", "demo1", false),
            ("*-demo", "a-demo", true),
            ("*-demo", "a-demo-b", false),
            ("1*a*2", "1abc2", true),
            ("1*a*2", "1bc2", false),
            ("a*a", "a", false),
            ("a**a", "aa", true),
            ("a*b*b", "ab", false),
        ] {
            assert_eq!(is_for(pattern, name), fits, "{pattern} {name}");
        }
    }
}
