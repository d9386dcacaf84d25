//! What an answer may not say.

use std::collections::{HashMap, HashSet};

use super::Sheets;
use crate::sdp::lint::sheet::{Part, Text, extension};
use crate::sdp::lint::{Report, Rule};
use crate::spec::rfc;

pub(in crate::sdp) static RULES: &[&Rule] = &[
    &COUNT,
    &KIND,
    &PROTO,
    &MID,
    &ORDER,
    &REVIVED,
    &NO_CODEC,
    &EXTRA_CODEC,
    &CODEC_NUMBER,
    &CODEC_SWAPPED,
    &DIRECTION,
    &SETUP,
    &EXTMAP_ID,
    &BUNDLE,
    &BUNDLE_TAG,
    &RTCP_MUX,
    &RTCP_MUX_ONLY,
    &FEEDBACK,
    &RID_DIRECTION,
    &SIMULCAST,
    &TLS_ID,
    &ECHO,
    &DATA_FORMAT,
    &BOTH_LITE,
];

/// Which row of a comparison each is about.
pub(super) static ASPECTS: &[(&Rule, &str)] = &[
    (&DIRECTION, "direction"),
    (&SETUP, "setup"),
    (&PROTO, "protocol"),
    (&MID, "mid"),
    (&RTCP_MUX, "rtcp-mux"),
    (&RTCP_MUX_ONLY, "rtcp-mux"),
    (&SIMULCAST, "simulcast"),
    (&DATA_FORMAT, "data"),
];

static COUNT: Rule = Rule::error(
    "answer-count",
    rfc(3264, "6"),
    "sections of offer and answer belong together by their place, so none may be left out or added",
    "answer each m= line of the offer, with port 0 where it is not wanted; offer new ones later",
);
static KIND: Rule = Rule::error(
    "answer-kind",
    rfc(9429, "5.8.3"),
    "sections of offer and answer belong together by their place",
    "put the sections into the order of the offer",
);
static PROTO: Rule = Rule::error(
    "answer-proto",
    rfc(9429, "5.3.1"),
    "an answer repeats the protocol of the offer",
    "copy it from the offer's m= line",
);
static MID: Rule = Rule::error(
    "answer-mid",
    rfc(9429, "5.3.1"),
    "groups and candidates name sections by their mid, which the offer gives",
    "copy the mid of the offer's section",
);
static ORDER: Rule = Rule::error(
    "answer-order",
    rfc(3264, "6"),
    "sections of offer and answer belong together by their place",
    "put the sections into the order of the offer",
);
static REVIVED: Rule = Rule::error(
    "answer-revived",
    rfc(3264, "8.2"),
    "a section that the offer does not want stays unused",
    "answer it with port 0",
);
static NO_CODEC: Rule = Rule::error(
    "answer-no-codec",
    rfc(9429, "5.3.1"),
    "neither side could read what the other sends",
    "keep a codec of the offer, or reject the section with port 0",
);
static EXTRA_CODEC: Rule = Rule::info(
    "answer-extra-codec",
    rfc(3264, "6.1"),
    "an answer may name more than was offered, though nothing can be sent with it for now",
    "",
);
static CODEC_NUMBER: Rule = Rule::warning(
    "answer-codec-number",
    rfc(3264, "6.1"),
    "the same codec is to have the number that the offer gave it; each side else sends with another",
    "use the payload type of the offer",
);
static CODEC_SWAPPED: Rule = Rule::warning(
    "answer-codec-swapped",
    rfc(3264, "6.1"),
    "one number then stands for two codecs, by who sends",
    "use the payload type of the offer for each codec",
);
static DIRECTION: Rule = Rule::error(
    "answer-direction",
    rfc(3264, "6.1"),
    "what one side sends the other must be ready to receive",
    "sendonly is answered by recvonly or inactive, recvonly by sendonly or inactive, inactive by inactive",
);
static SETUP: Rule = Rule::error(
    "answer-setup",
    rfc(4145, "4.1"),
    "one side opens DTLS and the other waits",
    "answer active with passive, passive with active, actpass with either",
);
static EXTMAP_ID: Rule = Rule::error(
    "answer-extmap-id",
    rfc(8285, "7"),
    "an extension keeps the number that the offer gave it",
    "copy the number, or leave the extension out",
);
static BUNDLE: Rule = Rule::error(
    "answer-bundle",
    rfc(9143, "7.3"),
    "an answer may keep sections together that were offered together, and no others",
    "take the mid out of the group",
);
static BUNDLE_TAG: Rule = Rule::error(
    "answer-bundle-first",
    rfc(9143, "7.3.1"),
    "the group uses the transport of the first section of the offer's list that has a port there and that the answer keeps",
    "keep the order of the offer's group",
);
static RTCP_MUX: Rule = Rule::error(
    "answer-rtcp-mux",
    rfc(8035, "3"),
    "an answer may share the port only where the offer proposed it",
    "take a=rtcp-mux out",
);
static RTCP_MUX_ONLY: Rule = Rule::error(
    "answer-rtcp-mux-only",
    rfc(8858, "4.3"),
    "the offerer has no port for RTCP by itself",
    "add a=rtcp-mux, or reject the section with port 0",
);
static FEEDBACK: Rule = Rule::error(
    "answer-rtcp-fb",
    rfc(9429, "5.11"),
    "an answer keeps or drops feedback that was offered, and a browser refuses more",
    "take the line out",
);
static RID_DIRECTION: Rule = Rule::error(
    "answer-rid",
    rfc(8851, "6.3"),
    "what the offerer sends the answerer receives",
    "turn the direction round: send becomes recv, recv becomes send",
);
static SIMULCAST: Rule = Rule::error(
    "answer-simulcast",
    rfc(8853, "5.3.2"),
    "what the offerer sends the answerer receives, and nothing is added",
    "turn the directions of the offer round, and keep rids of the offer only",
);
static TLS_ID: Rule = Rule::error(
    "answer-tls-id",
    rfc(8842, "5.3"),
    "the offerer does not know the attribute",
    "take a=tls-id out",
);
static ECHO: Rule = Rule::warning(
    "answer-echo",
    rfc(8839, "5.4"),
    "each side makes credentials of its own; these are the offerer's, as if the offer had been sent back",
    "send what createAnswer made",
);
static DATA_FORMAT: Rule = Rule::error(
    "answer-data-format",
    rfc(9429, "5.3.1"),
    "an answer repeats what the offer's data channels are",
    "copy the end of the offer's m= line",
);
static BOTH_LITE: Rule = Rule::info(
    "answer-both-lite",
    rfc(8445, "6.1.1"),
    "neither side sends checks: each pairs the candidates of both, and takes what it finds",
    "",
);

pub(super) fn check(sheets: Sheets<'_, '_>, report: &mut Report) {
    let Sheets { before, after } = sheets;
    count(sheets, report);
    if before.session.has("ice-lite")
        && let Some(lite) = after.session.first("ice-lite")
    {
        report.say(&BOTH_LITE, lite.line, "both sides are lite");
    }
    for (at, (offer, answer)) in before.media.iter().zip(&after.media).enumerate() {
        if !same_place(sheets, at, offer, answer, report) {
            continue;
        }
        if answer.is_rejected() {
            continue;
        }
        if offer.is_rejected() {
            let found = format!("expected port 0, as in the offer, found {}", answer.port().text);
            report.say(&REVIVED, answer.port(), found);
            continue;
        }
        transport(sheets, at, report);
        if offer.is_rtp() {
            direction(sheets, offer, answer, report);
            codecs(offer, answer, report);
            extensions(sheets, offer, answer, report);
            simulcast(offer, answer, report);
        } else if let (Some(offered), Some(answered)) = (offer.formats().next(), answer.formats().next())
            && offered.text != answered.text
        {
            report.say(&DATA_FORMAT, answered, format!("expected {}, found {}", offered.text, answered.text));
        }
    }
    bundles(sheets, report);
}

fn count(Sheets { before, after }: Sheets<'_, '_>, report: &mut Report) {
    let (offered, answered) = (before.media.len(), after.media.len());
    if offered != answered {
        let extra = after.media.get(offered).or(after.media.last());
        let at = extra.map_or(after.session.head(), Part::head);
        report.say(&COUNT, at, format!("expected {offered} m= lines, as in the offer, found {answered}"));
    }
}

/// Whether two sections are about the same, so that it makes sense to look further.
fn same_place(
    Sheets { before, .. }: Sheets<'_, '_>,
    at: usize,
    offer: &Part<'_>,
    answer: &Part<'_>,
    report: &mut Report,
) -> bool {
    let mid = answer.mid();
    let elsewhere = mid
        .and_then(|mid| before.media.iter().position(|part| part.mid().is_some_and(|m| m.text == mid.text)));
    if let (Some(mid), Some(place)) = (mid, elsewhere.filter(|place| *place != at)) {
        let found = format!(
            "expected `{}` as section {}, as in the offer, found it as section {}",
            mid.text,
            place + 1,
            at + 1
        );
        report.say(&ORDER, mid, found);
        return false;
    }
    if offer.kind().text != answer.kind().text {
        let found =
            format!("expected {} here, as in the offer, found {}", offer.kind().text, answer.kind().text);
        report.say(&KIND, answer.kind(), found);
        return false;
    }
    match (offer.mid(), mid) {
        (Some(offered), Some(answered)) if offered.text != answered.text => {
            report.say(
                &MID,
                answered,
                format!("expected `{}`, as in the offer, found `{}`", offered.text, answered.text),
            );
        }
        (None, Some(answered)) => {
            report.say(&MID, answered, "expected no mid, as the offer has none, found one");
        }
        _ => {}
    }
    if offer.proto().text != answer.proto().text {
        let found =
            format!("expected {}, as in the offer, found {}", offer.proto().text, answer.proto().text);
        report.say(&PROTO, answer.proto(), found);
    }
    true
}

fn transport(sheets: Sheets<'_, '_>, at: usize, report: &mut Report) {
    let Sheets { before, after } = sheets;
    let (Some(offer), Some(answer)) = (before.media.get(at), after.media.get(at)) else { return };
    if let (Some(offered), Some(answered)) = (before.of_transport(at, "setup"), after.own(at, "setup")) {
        let expected = match (offered.value.text, answered.value.text) {
            ("actpass", "actpass") => "active or passive",
            ("active", "active" | "actpass") => "passive",
            ("passive", "passive" | "actpass") => "active",
            _ => "",
        };
        if !expected.is_empty() {
            let (offered, found) = (offered.value.text, answered.value.text);
            let found = format!("expected {expected}, as the offer is {offered}, found {found}");
            report.say(&SETUP, answered.value, found);
        }
    }
    if let (Some(offered), Some(answered)) =
        (before.of_transport(at, "ice-ufrag"), after.own(at, "ice-ufrag"))
        && offered.value.text == answered.value.text
    {
        report.say(&ECHO, answered.value, "expected a ufrag of the answerer's own, found the offer's");
    }
    if let (None, Some(answered)) = (before.of_transport(at, "tls-id"), after.own(at, "tls-id")) {
        report.say(&TLS_ID, answered.line, "expected no a=tls-id, as the offer has none, found one");
    }
    if !offer.is_rtp() {
        return;
    }
    let (offered, answered) = (before.of_transport(at, "rtcp-mux"), after.of_transport(at, "rtcp-mux"));
    match (offered, answered) {
        (None, Some(mux)) if !before.is_bundled_elsewhere(at) => {
            report.say(&RTCP_MUX, mux.line, "expected no a=rtcp-mux, as the offer has none, found it");
        }
        (_, None) if offer.has("rtcp-mux-only") => {
            report.say(
                &RTCP_MUX_ONLY,
                answer.head(),
                "expected a=rtcp-mux, as the offer has rtcp-mux-only, found none",
            );
        }
        _ => {}
    }
}

fn direction(
    Sheets { before, after }: Sheets<'_, '_>,
    offer: &Part<'_>,
    answer: &Part<'_>,
    report: &mut Report,
) {
    let offered = offer.direction().or(before.session.direction()).map_or("sendrecv", |line| line.name.text);
    let line = answer.direction().or(after.session.direction());
    let answered = line.map_or("sendrecv", |line| line.name.text);
    let fine = match offered {
        "sendonly" => matches!(answered, "recvonly" | "inactive"),
        "recvonly" => matches!(answered, "sendonly" | "inactive"),
        "inactive" => answered == "inactive",
        _ => true,
    };
    if !fine {
        let expected = match offered {
            "sendonly" => "recvonly or inactive",
            "recvonly" => "sendonly or inactive",
            _ => "inactive",
        };
        let at = line.map_or(answer.head(), |line| line.name);
        report.say(
            &DIRECTION,
            at,
            format!("expected {expected}, as the offer is {offered}, found {answered}"),
        );
    }
}

/// Payload type to codec, in lower case and without the one channel that may be left out (RFC 8866 section 6.6).
pub(super) fn by_number<'d>(part: &Part<'d>) -> HashMap<&'d str, String> {
    let alike = |codec: Text<'_>| {
        let codec = codec.trim().text.to_ascii_lowercase();
        codec.strip_suffix("/1").map_or(codec.clone(), str::to_owned)
    };
    let maps = part.all("rtpmap").iter().map(|line| line.value.word());
    let mut codecs: HashMap<_, _> = maps.map(|(pt, codec)| (pt.text, alike(codec))).collect();
    for pt in part.formats() {
        // A static payload type is its own name.
        codecs.entry(pt.text).or_insert_with(|| pt.text.to_owned());
    }
    codecs
}

/// Those that are no codec by themselves.
const HELPERS: [&str; 6] = ["rtx/", "red/", "ulpfec/", "flexfec-03/", "telephone-event/", "cn/"];

fn codecs(offer: &Part<'_>, answer: &Part<'_>, report: &mut Report) {
    let (offered, answered) = (by_number(offer), by_number(answer));
    let names: HashMap<_, _> = offered.iter().map(|(pt, codec)| (codec.as_str(), *pt)).collect();
    let mut common = false;
    for pt in answer.formats() {
        let Some(codec) = answered.get(pt.text) else { continue };
        let is_helper = HELPERS.iter().any(|helper| codec.starts_with(helper));
        match (offered.get(pt.text), names.get(codec.as_str())) {
            (Some(same), _) if same == codec => common |= !is_helper,
            (Some(other), known) => {
                common |= known.is_some() && !is_helper;
                report.say(
                    &CODEC_SWAPPED,
                    pt,
                    format!("expected {other} for {}, as in the offer, found {codec}", pt.text),
                );
            }
            (None, Some(number)) => {
                common |= !is_helper;
                if !is_helper {
                    report.say(
                        &CODEC_NUMBER,
                        pt,
                        format!("expected {number} for {codec}, as in the offer, found {}", pt.text),
                    );
                }
            }
            (None, None) => report.say(&EXTRA_CODEC, pt, format!("{} {codec} was not offered", pt.text)),
        }
    }
    if !common && answer.formats().next().is_some() {
        report.say(&NO_CODEC, answer.head(), "expected one codec of the offer at least, found none");
    }
    feedback(offer, answer, &offered, &answered, report);
}

fn feedback(
    offer: &Part<'_>,
    answer: &Part<'_>,
    offered: &HashMap<&str, String>,
    answered: &HashMap<&str, String>,
    report: &mut Report,
) {
    let known: HashSet<(&str, &str)> = offer
        .all("rtcp-fb")
        .iter()
        .map(|line| line.value.word())
        .map(|(pt, kind)| (offered.get(pt.text).map_or(pt.text, String::as_str), kind.trim().text))
        .collect();
    for line in answer.all("rtcp-fb") {
        let (pt, kind) = line.value.word();
        let kind = kind.trim();
        let codec = answered.get(pt.text).map_or(pt.text, String::as_str);
        let offered_at_all = pt.text == "*" || offered.values().any(|known| known == codec);
        // `*` stands for each number, on either side.
        let is_known = known.contains(&(codec, kind.text))
            || known.contains(&("*", kind.text))
            || pt.text == "*" && known.iter().any(|(_, offered)| *offered == kind.text);
        if offered_at_all && !is_known {
            report.say(
                &FEEDBACK,
                line.value,
                format!("expected feedback of the offer, found `{}` for {codec}", kind.text),
            );
        }
    }
}

fn extensions(
    Sheets { before, after }: Sheets<'_, '_>,
    offer: &Part<'_>,
    answer: &Part<'_>,
    report: &mut Report,
) {
    let lines = || before.session.all("extmap").iter().chain(offer.all("extmap"));
    let offered: HashMap<_, _> =
        lines().map(|line| extension(line.value)).map(|(id, uri)| (uri.text, id.text)).collect();
    for line in after.session.all("extmap").iter().chain(answer.all("extmap")) {
        let (id, uri) = extension(line.value);
        // From 4096 on, the answer chooses (RFC 8285 section 7).
        let known = offered
            .get(uri.text)
            .filter(|known| Text { text: known, at: 0 }.number().is_some_and(|n| n < 4096));
        if let Some(known) = known.filter(|known| **known != id.text) {
            report.say(
                &EXTMAP_ID,
                id,
                format!("expected {known} for this extension, as in the offer, found {}", id.text),
            );
        }
    }
}

fn simulcast(offer: &Part<'_>, answer: &Part<'_>, report: &mut Report) {
    let directions = |part: &Part<'_>| -> HashMap<String, String> {
        let words = part.all("rid").iter().map(|line| line.value.word());
        words.map(|(id, rest)| (id.text.to_owned(), rest.trim().word().0.text.to_owned())).collect()
    };
    let offered = directions(offer);
    for line in answer.all("rid") {
        let (id, rest) = line.value.word();
        let direction = rest.trim().word().0;
        let expected = match offered.get(id.text).map(String::as_str) {
            Some("send") => "recv",
            Some("recv") => "send",
            Some(_) => continue,
            None => {
                report.say(&RID_DIRECTION, id, format!("expected a rid of the offer, found `{}`", id.text));
                continue;
            }
        };
        if direction.text != expected {
            let found = format!(
                "expected {expected}, as the offer says the opposite of `{}`, found {}",
                id.text, direction.text
            );
            report.say(&RID_DIRECTION, direction, found);
        }
    }
    let Some(line) = answer.first("simulcast") else { return };
    let Some(offered) = offer.first("simulcast") else {
        report.say(&SIMULCAST, line.line, "expected no a=simulcast, as the offer has none, found one");
        return;
    };
    let has = |line: Text<'_>, word: &str| line.words().any(|w| w.text == word);
    for (mine, theirs) in [("send", "recv"), ("recv", "send")] {
        if has(line.value, mine) && !has(offered.value, theirs) {
            let at = line.value.words().find(|word| word.text == mine).unwrap_or(line.value);
            report.say(
                &SIMULCAST,
                at,
                format!("expected {theirs}, the opposite of what is offered, found {mine}"),
            );
        }
    }
}

fn bundles(Sheets { before, after }: Sheets<'_, '_>, report: &mut Report) {
    for group in &after.bundles {
        let Some(first) = group.mids.first() else { continue };
        let offered = before.bundles.iter().find(|group| group.mids.iter().any(|mid| mid.text == first.text));
        let Some(offered) = offered else {
            report.say(
                &BUNDLE,
                *first,
                format!("expected a mid of a BUNDLE group of the offer, found `{}`", first.text),
            );
            continue;
        };
        for mid in group.mids.iter().filter(|mid| !offered.mids.iter().any(|known| known.text == mid.text)) {
            report.say(
                &BUNDLE,
                *mid,
                format!("expected a mid of this group of the offer, found `{}`", mid.text),
            );
        }
        let has_port = |mid: &str| {
            let part = before.media.iter().find(|part| part.mid().is_some_and(|own| own.text == mid));
            part.is_some_and(|part| part.port().text != "0")
        };
        let is_kept = |mid: &str| group.mids.iter().any(|kept| kept.text == mid);
        let kept = offered.mids.iter().find(|mid| is_kept(mid.text) && has_port(mid.text));
        if let Some(kept) = kept.filter(|kept| kept.text != first.text) {
            let found = format!("expected `{}` first, as in the offer, found `{}`", kept.text, first.text);
            report.say(&BUNDLE_TAG, *first, found);
        }
    }
}
