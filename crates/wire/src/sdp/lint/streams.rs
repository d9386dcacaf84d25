//! What goes which way, and how the streams of a section are told apart.

use std::collections::{HashMap, HashSet};

use super::sheet::{DIRECTIONS, Part, Sheet, Text, extension, is_alternative};
use super::{Report, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &DIRECTION_TWICE,
    &EXTMAP_RESERVED,
    &EXTMAP_TWICE,
    &SSRC_GROUP,
    &SSRC_TWICE,
    &RID_TWICE,
    &RID_FORMAT,
    &SIMULCAST_TWICE,
    &SIMULCAST_RID,
    &SIMULCAST_DIRECTION,
    &RID_UNUSED,
    &PLAN_B,
    &ONCE,
    &LEVEL,
];

static DIRECTION_TWICE: Rule = Rule::error(
    "direction-twice",
    rfc(8866, "6.7"),
    "a section has one direction, and a receiver may take either",
    "keep one of sendrecv, sendonly, recvonly, inactive",
);
static EXTMAP_RESERVED: Rule = Rule::warning(
    "extmap-reserved",
    rfc(8285, "4.2"),
    "15 is reserved in the one-byte form of header extensions, which most senders use",
    "use 1 to 14, or 16 to 255 where the long form is fine",
);
static EXTMAP_TWICE: Rule = Rule::error(
    "extmap-twice",
    rfc(8285, "5"),
    "the number alone says which extension a packet carries",
    "give the other extension a number of its own",
);
static SSRC_GROUP: Rule = Rule::warning(
    "ssrc-group-unknown",
    rfc(5576, "4.2"),
    "a group joins sources that the section describes",
    "add a=ssrc with a cname for it, or take it out of the group",
);
static SSRC_TWICE: Rule = Rule::error(
    "ssrc-two-sections",
    rfc(9143, "9.1"),
    "sections of one BUNDLE group share one space of SSRCs, and a packet could belong to either",
    "use another SSRC",
);
static RID_TWICE: Rule = Rule::error(
    "rid-twice",
    rfc(8851, "4"),
    "a packet carries the rid to say which encoding it is of",
    "use another rid",
);
static RID_FORMAT: Rule = Rule::error(
    "rid-format",
    rfc(8851, "6.2.2"),
    "a receiver discards a payload type that the section does not list, and the whole line where none is left",
    "name payload types of this m= line",
);
static SIMULCAST_TWICE: Rule = Rule::error(
    "simulcast-twice",
    rfc(8853, "5.2"),
    "one line describes all simulcast of a section",
    "join them: a=simulcast:send … recv …",
);
static SIMULCAST_RID: Rule = Rule::error(
    "simulcast-rid-unknown",
    rfc(9429, "5.8.3"),
    "nothing says what this encoding is",
    "add a=rid for it, or take it out of a=simulcast",
);
static SIMULCAST_DIRECTION: Rule = Rule::error(
    "simulcast-direction",
    rfc(8853, "5.2"),
    "a rid is for one direction",
    "use the same direction in a=rid and a=simulcast",
);
static RID_UNUSED: Rule = Rule::info(
    "rid-unused",
    rfc(9429, "5.2.1"),
    "without a=simulcast several rids of a section are not alternatives of one source",
    "add them to a=simulcast, if that is meant",
);
static PLAN_B: Rule = Rule::warning(
    "plan-b",
    rfc(9429, "5.2.1"),
    "a section carries one track each way; browsers no longer read several tracks in one section, known as plan B",
    "give each track an m= section of its own",
);
static ONCE: Rule = Rule::warning(
    "attribute-twice",
    rfc(9429, "5.8.2"),
    "it is to be here once, and a receiver may take either",
    "keep one of them",
);
static LEVEL: Rule = Rule::warning(
    "attribute-level",
    rfc(8866, "5.13"),
    "in this part it means nothing, and is ignored or refused",
    "move it",
);

/// Once a part, at most.
const SINGLE: [&str; 11] = [
    "mid",
    "ice-ufrag",
    "ice-pwd",
    "setup",
    "rtcp-mux",
    "rtcp-rsize",
    "sctp-port",
    "max-message-size",
    "ptime",
    "maxptime",
    "bundle-only",
];
/// Of m= sections only.
const OF_MEDIA: [&str; 14] = [
    "mid",
    "candidate",
    "rtpmap",
    "fmtp",
    "rtcp-fb",
    "ssrc",
    "ssrc-group",
    "rid",
    "simulcast",
    "rtcp-mux",
    "msid",
    "bundle-only",
    "sctp-port",
    "max-message-size",
];
/// Of the session's part only; `ice-lite` has a rule of its own.
const OF_SESSION: [&str; 2] = ["group", "msid-semantic"];

pub(super) fn check(sheet: &Sheet<'_>, report: &mut Report) {
    for name in OF_MEDIA {
        if let Some(line) = sheet.session.first(name) {
            report.say(
                &LEVEL,
                line.line,
                format!("expected a={name} in an m= section, found it in the session's part"),
            );
        }
    }
    extmaps(&sheet.session, report);
    once(&sheet.session, report);
    let mut owners = HashMap::new();
    for (at, part) in sheet.media.iter().enumerate() {
        for name in OF_SESSION {
            if let Some(line) = part.first(name) {
                report.say(
                    &LEVEL,
                    line.line,
                    format!("expected a={name} in the session's part, found it in an m= section"),
                );
            }
        }
        once(part, report);
        direction(part, report);
        extmaps(part, report);
        sources(sheet, at, part, &mut owners, report);
        rids(part, report);
    }
}

fn once(part: &Part<'_>, report: &mut Report) {
    for name in SINGLE {
        if let Some(again) = part.all(name).get(1) {
            report.say(&ONCE, again.line, format!("expected a={name} once in this part, found it again"));
        }
    }
}

fn direction(part: &Part<'_>, report: &mut Report) {
    let mut found: Vec<_> = DIRECTIONS.iter().flat_map(|name| part.all(name)).collect();
    found.sort_by_key(|line| line.line.at);
    if let [first, again, ..] = found.as_slice() {
        let found = format!("expected one direction, found {} after {}", again.name.text, first.name.text);
        report.say(&DIRECTION_TWICE, again.line, found);
    }
}

fn extmaps(part: &Part<'_>, report: &mut Report) {
    let mut known = HashMap::new();
    for line in part.all("extmap") {
        let (id, uri) = extension(line.value);
        if !matches!(id.number(), Some(1..=14 | 16..=255 | 4096..=4351)) {
            report.say(
                &EXTMAP_RESERVED,
                id,
                format!("expected 1 to 14, 16 to 255, or 4096 to 4351 in an offer, found {}", id.text),
            );
        }
        if is_alternative(id) {
            continue;
        }
        let before: Text<'_> = *known.entry(id.text).or_insert(uri);
        if before.at != uri.at {
            report.say(&EXTMAP_TWICE, id, format!("{} is {} already", id.text, before.text));
        }
    }
}

/// The SSRC, the section that uses it and the group that the section is in.
type Owners<'d> = HashMap<(usize, &'d str), usize>;

fn sources<'d>(sheet: &Sheet<'_>, at: usize, part: &Part<'d>, owners: &mut Owners<'d>, report: &mut Report) {
    let mut known = HashSet::new();
    let mut tracks: HashMap<&str, Text<'_>> = HashMap::new();
    for line in part.all("ssrc") {
        let (ssrc, rest) = line.value.word();
        if known.insert(ssrc.text)
            && let Some(group) = sheet.tagged(at)
            && *owners.entry((group, ssrc.text)).or_insert(at) != at
        {
            report.say(
                &SSRC_TWICE,
                ssrc,
                format!("{} is in another section of the group already", ssrc.text),
            );
        }
        if let Some(msid) = rest.split_once(':').filter(|(name, _)| name.text == "msid") {
            tracks.entry(msid.1.text).or_insert(msid.1);
        }
    }
    for group in part.all("ssrc-group") {
        for ssrc in group.value.words().skip(1).filter(|ssrc| !known.contains(ssrc.text)) {
            report.say(
                &SSRC_GROUP,
                ssrc,
                format!("expected a=ssrc:{} in this section, found none", ssrc.text),
            );
        }
    }
    // A track may be in several streams; several tracks in a section are the leftover.
    for line in part.all("msid") {
        tracks.entry(line.value.text).or_insert(line.value);
    }
    let mut named: Vec<_> = tracks.into_values().filter(|msid| msid.text.contains(' ')).collect();
    named.sort_by_key(|msid| msid.at);
    let track = |msid: &Text<'_>| msid.word().1.text.to_owned();
    if let Some(other) =
        named.iter().find(|msid| named.first().is_some_and(|first| track(first) != track(msid)))
    {
        report.say(&PLAN_B, *other, "expected one track in this section, found another");
    }
}

fn rids(part: &Part<'_>, report: &mut Report) {
    let formats: HashSet<_> = part.formats().map(|pt| pt.text).collect();
    let mut rids: HashMap<&str, &str> = HashMap::new();
    for line in part.all("rid") {
        let mut words = line.value.words();
        let (Some(id), direction) = (words.next(), words.next()) else { continue };
        if rids.insert(id.text, direction.map_or("", |direction| direction.text)).is_some() {
            report.say(&RID_TWICE, id, format!("expected each rid once, found `{}` again", id.text));
        }
        let parameters = words.flat_map(|word| word.split(';'));
        let pts = parameters
            .filter_map(|parameter| parameter.split_once('='))
            .filter(|(name, _)| name.text == "pt");
        for pt in pts.flat_map(|(_, pts)| pts.split(',')).filter(|pt| !formats.contains(pt.text)) {
            report.say(
                &RID_FORMAT,
                pt,
                format!("expected a payload type of this m= line, found {}", pt.text),
            );
        }
    }
    let lines = part.all("simulcast");
    if let Some(again) = lines.get(1) {
        report.say(&SIMULCAST_TWICE, again.line, "expected one a=simulcast, found another");
    }
    match lines.first() {
        Some(line) => simulcast(line.value, &rids, report),
        None if rids.len() > 1 => {
            let at = part.first("rid").map_or(part.head(), |rid| rid.line);
            report.say(&RID_UNUSED, at, format!("{} rids and no a=simulcast", rids.len()));
        }
        None => {}
    }
}

/// `send hi;~mid,other recv one`
fn simulcast(value: Text<'_>, rids: &HashMap<&str, &str>, report: &mut Report) {
    let mut direction = "";
    for word in value.words() {
        if matches!(word.text, "send" | "recv") {
            direction = word.text;
            continue;
        }
        for rid in word.split(';').flat_map(|alternatives| alternatives.split(',')) {
            let name = rid.text.trim_start_matches('~');
            match rids.get(name) {
                None => report.say(&SIMULCAST_RID, rid, format!("expected a=rid:{name}, found none")),
                Some(known) if *known != direction => {
                    report.say(
                        &SIMULCAST_DIRECTION,
                        rid,
                        format!("expected {known}, as a=rid says of `{name}`, found {direction}"),
                    );
                }
                Some(_) => {}
            }
        }
    }
}
