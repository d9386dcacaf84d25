//! What an answer must be, rule by rule, and where in its text one sees that it is not.

use std::fmt::Write as _;
use std::ops::Range;

use wire::{Spec, rfc};

use super::{Description, Kind, Media, Setup, Supported};
use crate::Reason;

pub(super) const ANSWER: Spec = rfc(3264, "6");
const UNICAST: Spec = rfc(3264, "6.1");
const MIDS: Spec = rfc(9429, "5.3.1");
const ROLES: Spec = rfc(8842, "5.3");
const GROUP: Spec = rfc(9143, "7.3");
const BUNDLE_ONLY: Spec = rfc(9143, "6");

/// Where the parts of a section stand in the text.
pub(super) struct Places {
    line: Range<usize>,
    kind: Range<usize>,
    port: Range<usize>,
    formats: Vec<Range<usize>>,
    mid: Range<usize>,
    setup: Range<usize>,
    bundle_only: Range<usize>,
}

/// What matters of a description, as SDP; and where each section's parts stand in it.
pub(super) fn text(description: &Description) -> (String, Vec<Places>) {
    let mut text = String::new();
    if !description.bundle.is_empty() {
        let _ = writeln!(text, "a=group:BUNDLE {}", description.bundle.join(" "));
    }
    let places = description.media.iter().map(|media| section(&mut text, media)).collect();
    (text, places)
}

fn section(text: &mut String, media: &Media) -> Places {
    let mut put = |words: &str| {
        let start = text.len();
        text.push_str(words);
        start..text.len()
    };
    let (kind_name, protocol) = match media.kind {
        Kind::Audio => ("audio", "UDP/TLS/RTP/SAVPF"),
        Kind::Video => ("video", "UDP/TLS/RTP/SAVPF"),
        Kind::Application => ("application", "UDP/DTLS/SCTP"),
    };
    let start = put("m=").start;
    let kind = put(kind_name);
    put(" ");
    let port = put(&media.port.to_string());
    let mut line = start..put(&format!(" {protocol}")).end;
    let mut formats = Vec::new();
    for format in &media.formats {
        put(" ");
        formats.push(put(format.number));
        line.end = formats.last().map_or(line.end, |format| format.end);
    }
    put("\na=mid:");
    let mid = put(&media.mid);
    put("\na=setup:");
    let setup = put(match media.setup {
        Setup::Actpass => "actpass",
        Setup::Active => "active",
        Setup::Passive => "passive",
    });
    let bundle_only = if media.bundle_only {
        put("\n");
        put("a=bundle-only")
    } else {
        setup.end..setup.end
    };
    for format in media.formats.iter().filter(|format| format.codec != format.number) {
        put(&format!("\na=rtpmap:{} {}", format.number, format.codec));
    }
    put("\n");
    Places { line, kind, port, formats, mid, setup, bundle_only }
}

/// What was offered and what we know, in two lines.
pub(super) fn asked(offer: &Description, we: &Supported) -> String {
    let sections: Vec<_> = offer.media.iter().map(in_short).collect();
    let group = if offer.bundle.is_empty() {
        "none".to_owned()
    } else {
        format!("BUNDLE {}", offer.bundle.join(" "))
    };
    let able = if we.bundle { "and can bundle" } else { "and cannot bundle" };
    format!("offered: {}; group: {group}\nwe know {}, {able}", sections.join("; "), we.codecs.join(", "))
}

fn in_short(media: &Media) -> String {
    let formats: Vec<_> = media.formats.iter().map(|format| format.number).collect();
    let only = if media.bundle_only { ", bundle-only" } else { "" };
    let setup = match media.setup {
        Setup::Actpass => "",
        Setup::Active => ", active",
        Setup::Passive => ", passive",
    };
    format!("{:?} {} port {}{only}{setup}: {}", media.kind, media.mid, media.port, formats.join(" "))
}

/// The first rule that an answer breaks. `right` says which sections are to be accepted.
pub(super) fn broken(
    offer: &Description,
    we: &Supported,
    right: &Description,
    answer: &Description,
) -> Option<Reason> {
    let (text, places) = text(answer);
    if let Some(reason) = sections(offer, answer, &text, &places) {
        return Some(reason);
    }
    for (((offered, answered), right), at) in
        offer.media.iter().zip(&answer.media).zip(&right.media).zip(&places)
    {
        let wrong = accepted_or_rejected(offered, answered, right, offer, we, at)
            .or_else(|| formats(offered, answered, we, at))
            .or_else(|| role(offered, answered, at));
        if wrong.is_some() {
            return wrong;
        }
    }
    group(offer, we, answer, &text).or_else(|| one_role(answer, &places))
}

/// As many sections, in the same order, of the same kind and with the same mid.
fn sections(offer: &Description, answer: &Description, text: &str, places: &[Places]) -> Option<Reason> {
    let (asked, told) = (offer.media.len(), answer.media.len());
    let mids = |description: &Description| {
        description.media.iter().map(|media| media.mid.clone()).collect::<Vec<_>>()
    };
    let (mut wanted, mut given) = (mids(offer), mids(answer));
    if told < asked {
        let missing = wanted.iter().position(|mid| !given.contains(mid)).unwrap_or(told);
        let place = places.get(missing).map_or(text.len(), |at| at.line.start);
        let why = format!(
            "the offer has {asked} m= lines, and this answer has {told}. An answer says something to each, in the order \
             of the offer: the n-th line answers the n-th. No is said by a port of 0, and not by silence"
        );
        let label = format!("mid {} should be answered here", wanted[missing]);
        return Some(Reason::new(ANSWER, why).at(place..place, label));
    }
    if told > asked {
        let why = format!(
            "the offer has {asked} m= lines, and this answer has {told}. Whoever wants more makes an offer of its own"
        );
        return Some(Reason::new(ANSWER, why).at(places[asked].line.clone(), "answers nothing"));
    }
    let first = wanted.iter().zip(&given).position(|(wanted, given)| wanted != given);
    if let Some(first) = first {
        let (here, mid) = (&places[first], wanted[first].clone());
        wanted.sort();
        given.sort();
        if wanted == given {
            let why = "the n-th m= line of an answer answers the n-th of the offer. The offerer goes by the place, so this \
                       answer gives it two sections that it did not ask for";
            let label = format!("the offer has mid {mid} in this place");
            return Some(Reason::new(ANSWER, why).at(here.line.clone(), label));
        }
        let why = "mid is the name that the offer gave the section, and all refer to it by that name: the group, the \
                   candidates, each RTP packet. An answer repeats it, also where it rejects the section";
        return Some(Reason::new(MIDS, why).at(here.mid.clone(), format!("the offer says {mid}")));
    }
    let mut pairs = offer.media.iter().zip(&answer.media).zip(places);
    pairs.find(|((offered, answered), _)| offered.kind != answered.kind).map(|(_, at)| {
        let why = "the kind of media is the offer's, and an answer repeats it";
        Reason::new(UNICAST, why).at(at.kind.clone(), "not what was offered")
    })
}

/// Port 0 where a section is rejected, and only there.
fn accepted_or_rejected(
    offered: &Media,
    answered: &Media,
    right: &Media,
    offer: &Description,
    we: &Supported,
    at: &Places,
) -> Option<Reason> {
    if answered.port != 0 && right.port == 0 {
        let known = offered.formats.iter().any(|format| we.codecs.contains(&format.codec));
        let (spec, why) = if !known {
            (
                UNICAST,
                "we know none of the formats that were offered here, so the section must be rejected, by a port of 0",
            )
        } else if !offered.bundle_only {
            (
                rfc(3264, "8.2"),
                "the offer has port 0 here and no bundle-only: the offerer does not want this section any more. The \
                 answer must have port 0 too",
            )
        } else {
            (
                BUNDLE_ONLY,
                "bundle-only says: in the group, or not at all. This answer's sections do not share a transport, so this \
                 one has none, and must be rejected",
            )
        };
        return Some(Reason::new(spec, why).at(at.port.clone(), "0: rejected"));
    }
    if answered.port == 0 && right.port != 0 {
        let (spec, why) = if offered.bundle_only && offer.bundle.contains(&offered.mid) {
            (
                BUNDLE_ONLY,
                "port 0 beside bundle-only is no refusal: the offerer has no port of its own for this section, and wants it \
                 on the transport of the group. In an answer port 0 always rejects",
            )
        } else {
            (UNICAST, "at least one of the offered formats is known to us, so this section is to be accepted")
        };
        return Some(Reason::new(spec, why).at(at.port.clone(), "rejects the section"));
    }
    if answered.port != right.port {
        let why =
            "the ports of a call are in its candidates. The m= line has 9 as a placeholder, and 0 to reject";
        return Some(Reason::new(MIDS, why).at(at.port.clone(), "9, the placeholder"));
    }
    if answered.bundle_only {
        let why = "bundle-only belongs to a port of 0 in an offer: it asks. The answer takes the section into the group, \
                   or rejects it";
        return Some(Reason::new(BUNDLE_ONLY, why).at(at.bundle_only.clone(), "nothing to ask for"));
    }
    None
}

/// Some of the offer's formats, in the offer's numbers.
fn formats(offered: &Media, answered: &Media, we: &Supported, at: &Places) -> Option<Reason> {
    if answered.formats.is_empty() {
        let why = "the grammar of an m= line asks for at least one format, also in a section that is rejected: repeat what \
                   was offered, nobody reads it";
        return Some(Reason::new(ANSWER, why).at(at.line.clone(), "ends without a format"));
    }
    if answered.port == 0 {
        return None;
    }
    for (format, place) in answered.formats.iter().zip(&at.formats) {
        if offered.formats.contains(format) {
            if we.codecs.contains(&format.codec) {
                continue;
            }
            let why = format!(
                "{} is {}, and we have no such codec. The offerer may send each format that an answer names, from now on",
                format.number, format.codec
            );
            return Some(Reason::new(UNICAST, why).at(place.clone(), "unknown to us"));
        }
        let same_codec = offered.formats.iter().find(|offered| offered.codec == format.codec);
        let same_number = offered.formats.iter().find(|offered| offered.number == format.number);
        let (label, why) = match (same_codec, same_number) {
            (Some(theirs), _) => (
                format!("{} is {} in the offer", theirs.codec, theirs.number),
                "payload types are numbers that the offer gave out, and each offer gives out its own. What an answer calls \
                 by another number is not what the offerer calls so"
                    .to_owned(),
            ),
            (None, Some(theirs)) => (
                format!("{} is {} in the offer", theirs.number, theirs.codec),
                "a payload type means what the offer says that it means".to_owned(),
            ),
            (None, None) => (
                format!("{} was not offered", format.number),
                format!(
                    "{} is not among what was offered. The formats of an answer here are those of the offer, less what we \
                     do not know",
                    format.codec
                ),
            ),
        };
        return Some(Reason::new(UNICAST, why).at(place.clone(), label));
    }
    None
}

fn role(offered: &Media, answered: &Media, at: &Places) -> Option<Reason> {
    if answered.port == 0 {
        return None;
    }
    let why = match (offered.setup, answered.setup) {
        (_, Setup::Actpass) => {
            "actpass says \"you choose\", and the offer said it already. If both say it, nobody begins the handshake: an \
             answer says active or passive"
        }
        (Setup::Active, Setup::Active) => {
            "both want to begin: the offer says active, so the answer must say passive"
        }
        (Setup::Passive, Setup::Passive) => {
            "both wait: the offer says passive, so the answer must say active"
        }
        _ => return None,
    };
    let label = match (offered.setup, answered.setup) {
        (_, Setup::Actpass) => "nobody begins",
        (Setup::Active, _) => "the offer says active",
        _ => "the offer says passive",
    };
    Some(Reason::new(ROLES, why).at(at.setup.clone(), label))
}

/// The group: what was in the offer's, and was accepted.
fn group(offer: &Description, we: &Supported, answer: &Description, text: &str) -> Option<Reason> {
    let first_line = text.find('\n').filter(|_| !answer.bundle.is_empty()).unwrap_or(0);
    let place = |mid: &str| {
        let words = "a=group:BUNDLE ".len();
        let before: usize =
            answer.bundle.iter().take_while(|other| *other != mid).map(|mid| mid.len() + 1).sum();
        words + before..words + before + mid.len()
    };
    if !we.bundle && !answer.bundle.is_empty() {
        let why = "a group says that its sections share one transport, and we cannot do that: no group";
        return Some(Reason::new(GROUP, why).at(0..first_line, "we do not bundle"));
    }
    for mid in &answer.bundle {
        let Some(section) = answer.media.iter().find(|media| media.mid == *mid) else {
            let why = "a group names sections by their mids, and no section here has this one";
            return Some(Reason::new(GROUP, why).at(place(mid), "no such section"));
        };
        if section.port == 0 {
            let why = "this section is rejected, so it is on no transport. A group of an answer has only what was accepted";
            return Some(Reason::new(rfc(9143, "7.3.3"), why).at(place(mid), "rejected below"));
        }
        if !offer.bundle.contains(mid) {
            let why = "the offerer keeps this section on a transport of its own. An answer can take sections out of the \
                       offer's group, and put none in";
            return Some(Reason::new(GROUP, why).at(place(mid), "not in the offer's group"));
        }
    }
    let mut kept = offer.bundle.iter().filter(|mid| answer.bundle.contains(mid));
    if let (Some(first), Some(tag)) = (kept.next(), answer.bundle.first())
        && first != tag
    {
        let why = format!(
            "the group uses the transport of its first section, and the offer's order says which: {first} is the first one that \
             this answer keeps"
        );
        return Some(Reason::new(rfc(9143, "7.3.1"), why).at(place(tag), format!("{first} comes first")));
    }
    let left_out = |media: &&Media| {
        media.port != 0 && offer.bundle.contains(&media.mid) && !answer.bundle.contains(&media.mid)
    };
    let media = answer.media.iter().find(left_out).filter(|_| we.bundle)?;
    let why = format!(
        "mid {} was accepted, and the offer has it in its group. We can bundle, so it stays there: otherwise it needs a \
         transport of its own, with candidates, checks and a handshake",
        media.mid
    );
    Some(Reason::new(GROUP, why).at(first_line..first_line, format!("mid {} is missing", media.mid)))
}

/// One transport, one handshake, one role.
fn one_role(answer: &Description, places: &[Places]) -> Option<Reason> {
    let bundled = answer.media.iter().zip(places).filter(|(media, _)| answer.bundle.contains(&media.mid));
    let mut bundled = bundled.peekable();
    let first = bundled.peek()?.0.setup;
    let (_, at) = bundled.find(|(media, _)| media.setup != first)?;
    let why = "these sections share one transport, so there is one handshake, and one of us begins it";
    Some(Reason::new(rfc(9143, "11"), why).at(at.setup.clone(), "not as in the first section of the group"))
}
