//! What a token is shown as, and which mistake lets it be refused for another reason.

use std::ops::Range;

use wire::Spec;

use super::tokens::Presented;
use super::{Asked, DAY, JOIN_CHANNEL, Refusal, Service, Token};
use crate::Reason;
use crate::agora::{ACCESS_TOKEN_2, RTC_TOKEN_BUILDER_2, TOKEN_SERVER};

/// A token as text, and where in it each question is answered.
pub(super) struct Shown {
    pub(super) text: String,
    places: Vec<(Refusal, Range<usize>)>,
}

impl Shown {
    pub(super) fn of(presented: &Presented, token: &Token) -> Self {
        let Asked { channel, uid, now, app_id } = &presented.asked;
        let mut shown = Self { text: String::new(), places: Vec::new() };
        let start: String = presented.text.chars().take(42).collect();
        shown.line("asked for", &format!("{channel:?} as {uid:?}"), &[]);
        shown.line("of app", app_id, &[]);
        shown.line("now", &now.to_string(), &[]);
        shown.line("token", &format!("{start}..."), &[]);
        shown.line("version", &token.version, &[Refusal::Version006]);
        shown.line("App ID", &token.app_id, &[Refusal::WrongApp]);
        if token.version == "006" {
            return shown;
        }
        let signature = if token.signature_is_right { "right" } else { "wrong" };
        shown.line("signature", signature, &[Refusal::WrongSignature]);
        let since = i128::from(*now) - i128::from(token.issued);
        let ago = if since < 0 { format!("in {} s", -since) } else { format!("{since} s ago") };
        shown.line("issued", &format!("{}, {ago}", token.issued), &[]);
        shown.line("expire", &token.expire.to_string(), &[Refusal::Expired]);
        for service in &token.services {
            shown.service(service);
        }
        shown
    }

    fn line(&mut self, name: &str, value: &str, answers: &[Refusal]) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        self.text += &format!("{name:<13}");
        let start = self.text.len();
        self.text += value;
        self.places.extend(answers.iter().map(|answer| (*answer, start..self.text.len())));
    }

    fn service(&mut self, service: &Service) {
        match service {
            Service::Rtc { channel, uid, privileges } => {
                self.line("service", "RTC", &[]);
                self.line("  channel", &format!("{channel:?}"), &[Refusal::WrongChannel]);
                self.line("  uid", &format!("{uid:?}"), &[Refusal::WrongUid]);
                let list: Vec<_> =
                    privileges.iter().map(|(number, seconds)| format!("{number}: {seconds}")).collect();
                self.line("  privileges", "", &[]);
                let start = self.text.len();
                self.text += &list.join(", ");
                let place = start..self.text.len();
                self.places.push((Refusal::NoJoinPrivilege, place.clone()));
                let join = format!("{JOIN_CHANNEL}: ");
                let end =
                    start + list.iter().find(|one| one.starts_with(&join)).map_or(place.len(), String::len);
                self.places.push((Refusal::JoinExpired, start..end));
            }
            Service::Rtm { user, .. } => {
                self.line("service", &format!("RTM, user {user:?}"), &[Refusal::NoRtcService]);
            }
            other => self.line("service", &format!("number {}", other.number()), &[Refusal::NoRtcService]),
        }
    }

    /// Where the answer to a question stands.
    fn place(&self, of: Refusal) -> Option<Range<usize>> {
        self.places.iter().find(|(answer, _)| *answer == of).map(|(_, place)| place.clone())
    }
}

/// Who says so.
pub(super) fn spec(right: Option<Refusal>) -> Spec {
    match right {
        Some(Refusal::Expired | Refusal::JoinExpired) | None => RTC_TOKEN_BUILDER_2,
        Some(_) => ACCESS_TOKEN_2,
    }
}

pub(super) fn explain(
    shown: &Shown,
    token: &Token,
    asked: &Asked,
    right: Option<Refusal>,
    returned: Option<Refusal>,
) -> Reason {
    let (at, label, why) = match (right, returned) {
        (Some(right), _) if is_last_second(right, token, asked) => (right, "over", LAST_SECOND.to_owned()),
        (Some(right), None) => (right, found(right), unseen(right, token)),
        (Some(right), Some(returned)) if holds(returned, token, asked) => {
            (right, "asked before", format!("{returned:?} is true as well. {}", order(right)))
        }
        (_, Some(returned)) => (returned, "no reason", untrue(returned, token, asked)),
        (None, None) => (Refusal::Version006, "", String::new()),
    };
    let is_about_a_day = token.expire > DAY && matches!(at, Refusal::Expired);
    let reason = Reason::new(if is_about_a_day { TOKEN_SERVER } else { spec(Some(at)) }, why);
    match shown.place(at) {
        Some(place) => reason.at(place, label),
        None => reason,
    }
}

const LAST_SECOND: &str = "this is the second in which `now` reaches `issued` and its seconds, and in this one it is over: `>=`, and not `>`. The \
     last one in which it counts is the second before";

/// Whether what is over is so just now.
fn is_last_second(right: Refusal, token: &Token, asked: &Asked) -> bool {
    let now = |seconds: u32| asked.now == u64::from(token.issued) + u64::from(seconds);
    let join = token.services.iter().find_map(|service| match service {
        Service::Rtc { privileges, .. } => privileges.get(&JOIN_CHANNEL).copied(),
        _ => None,
    });
    match right {
        Refusal::Expired => token.expire <= DAY && now(token.expire),
        Refusal::JoinExpired => join.is_some_and(now),
        _ => false,
    }
}

/// Whether a reason is true, whatever comes before it.
fn holds(refusal: Refusal, token: &Token, asked: &Asked) -> bool {
    let over = |seconds: u32| asked.now >= u64::from(token.issued) + u64::from(seconds);
    let rtc = token.services.iter().find_map(|service| match service {
        Service::Rtc { channel, uid, privileges } => Some((channel, uid, privileges)),
        _ => None,
    });
    match refusal {
        Refusal::Version006 => token.version == "006",
        Refusal::WrongApp => token.app_id != asked.app_id,
        Refusal::WrongSignature => !token.signature_is_right,
        Refusal::Expired => over(token.expire.min(DAY)),
        Refusal::NoRtcService => rtc.is_none(),
        Refusal::WrongChannel => rtc.is_some_and(|(channel, ..)| *channel != asked.channel),
        Refusal::WrongUid => rtc.is_some_and(|(_, uid, _)| !uid.is_empty() && *uid != asked.uid),
        Refusal::NoJoinPrivilege => {
            rtc.is_some_and(|(.., privileges)| !privileges.contains_key(&JOIN_CHANNEL))
        }
        Refusal::JoinExpired => rtc.is_some_and(|(.., privileges)| {
            privileges.get(&JOIN_CHANNEL).is_some_and(|seconds| *seconds > 0 && over(*seconds))
        }),
    }
}

fn found(right: Refusal) -> &'static str {
    match right {
        Refusal::Version006 => "the old format",
        Refusal::WrongApp => "another app",
        Refusal::WrongSignature => "anybody may have written this",
        Refusal::Expired => "over",
        Refusal::NoRtcService => "no RTC",
        Refusal::WrongChannel => "another channel",
        Refusal::WrongUid => "somebody else",
        Refusal::NoJoinPrivilege => "1 is not there",
        Refusal::JoinExpired => "over",
    }
}

/// Why somebody is let in who must not be.
fn unseen(right: Refusal, token: &Token) -> String {
    match right {
        Refusal::Expired if token.expire > DAY => {
            "a token counts for a day at most, whatever it says: 86400 seconds from when it was issued. A token that counts for \
             ever would be a password"
        }
        Refusal::Version006 => "the format of before is built, packed and signed otherwise: nothing that follows can be read as a 007",
        Refusal::WrongApp => {
            "each app has its own channels and its own certificate. A token of one opens nothing in another, also where the \
             channels have the same name"
        }
        Refusal::WrongSignature => {
            "a token is not encrypted: everybody can read it, and write another one. The signature is all that makes it the \
             server's word, so without it the rest says nothing"
        }
        Refusal::Expired => "a token counts for `expire` seconds from when it was issued, and it is over in the second in which they are: `now >= issued + expire`",
        Refusal::NoRtcService => "the token is good for a service, and it is another one. To log in to chat is not to join a call",
        Refusal::WrongChannel => {
            "a token is for the channel that it names, letter by letter: `Demo` and `demo` are two channels, and so are `demo` and \
             `demo2`"
        }
        Refusal::WrongUid => {
            "a token that names a uid is for this one, letter by letter, and \"0\" is a name as any other. Only an empty uid \
             stands for anybody. Without this question a token that was found opens the door"
        }
        Refusal::NoJoinPrivilege => {
            "privileges 2, 3 and 4 say what may be published, and 1 is to join. Where it is not in the map it is not granted: \
             0 seconds would be something else"
        }
        Refusal::JoinExpired => "each privilege has seconds of its own, counted from `issued` as well. Those of this one are over, though the token counts still",
    }
    .to_owned()
}

/// Why a reason comes first, where others are true as well.
fn order(right: Refusal) -> &'static str {
    match right {
        Refusal::Version006 => {
            "But the version is asked before all else: nothing of an old token can be read as if it were a new one"
        }
        Refusal::WrongApp => {
            "But the App ID comes before: it says which certificate the token was signed with. With the wrong one in hand the \
             signature cannot be right, and that is not what is wrong with it"
        }
        Refusal::WrongSignature => {
            "But the signature comes before all that it signs. What it does not cover is anybody's words, and no fact; and who \
             forges tokens is not to learn from the answers what a good one must say"
        }
        Refusal::Expired => {
            "But a token that is over is not looked into: ask for a new one is the answer, whatever it was for"
        }
        Refusal::NoRtcService => "But without RTC there is no channel, no uid and no privilege to speak of",
        Refusal::WrongChannel => "But the channel comes before: a uid and privileges are those in a channel",
        Refusal::WrongUid => "But the uid comes before: the privileges are those of the one who is named",
        Refusal::NoJoinPrivilege | Refusal::JoinExpired => "But the privilege to join is asked for here",
    }
}

/// Why what was said is not so.
fn untrue(returned: Refusal, token: &Token, asked: &Asked) -> String {
    let early = asked.now < u64::from(token.issued);
    let has_privilege = |number| {
        token.services.iter().any(
            |service| matches!(service, Service::Rtc { privileges, .. } if privileges.get(&JOIN_CHANNEL) == Some(&number)),
        )
    };
    let uid_is_empty =
        token.services.iter().any(|service| matches!(service, Service::Rtc { uid, .. } if uid.is_empty()));
    match returned {
        Refusal::Expired if early => {
            "it was issued in the future, by a clock that is fast: no token is over before it began. Add, and do not subtract"
        }
        Refusal::Expired if token.expire > DAY => "more than a day counts as a day, and this token is younger",
        Refusal::Expired => "`expire` is a number of seconds, counted from `issued`: the token is over when `now` reaches `issued + expire`, and not a second before",
        Refusal::WrongSignature => "the signature is right. What is wrong with the token is something that its server has signed",
        Refusal::NoRtcService => "one of the services is RTC. A token may be good for several, and this one is",
        Refusal::WrongUid if uid_is_empty => {
            "an empty uid in the token stands for anybody: Agora's builders write it for uid 0, and whoever has the token comes \
             in under any name"
        }
        Refusal::NoJoinPrivilege if has_privilege(0) => {
            "privilege 1 is in the map, with 0 seconds. That is how Agora's builders write it by default: it counts as long as \
             the token. What is not granted is not in the map at all"
        }
        Refusal::NoJoinPrivilege => "privilege 1 is there. The others are about publishing: who may only listen may join",
        Refusal::JoinExpired if has_privilege(0) => {
            "0 seconds stand for as long as the token counts: it is what Agora's builders write by default. When another privilege is \
             over is another question: who may not publish any more may still be there"
        }
        Refusal::JoinExpired => "the seconds of privilege 1 count from `issued`: it is over when `now` reaches `issued` and them, and not a second before. The others are about publishing",
        Refusal::Version006 => "the token begins with 007",
        Refusal::WrongApp => "the App ID is the server's",
        Refusal::WrongChannel => "it is the channel that is asked for",
        Refusal::WrongUid => "it is the uid that asks",
    }
    .to_owned()
}

/// What a panic on a time says.
pub(super) fn overflow(message: &str, shown: &Shown) -> Option<Reason> {
    let why = if message.contains("add with overflow") {
        "a token may say any number of seconds, and 1700000000 and 4294967295 do not fit into a u32 together: add them up as \
         u64, or take the smaller of `expire` and a day first"
    } else if message.contains("subtract with overflow") {
        "a clock that is fast issues tokens in the future: `now - issued` is below 0 then, which no u64 can be. Compare `now` with a sum"
    } else {
        return None;
    };
    let reason = Reason::new(RTC_TOKEN_BUILDER_2, why);
    Some(match shown.place(Refusal::Expired).filter(|_| message.contains("add")) {
        Some(place) => reason.at(place, "any number, from 0 to 4294967295"),
        None => reason,
    })
}
