//! Which media descriptions there are, which share a transport, and what that demands of them.

use std::collections::{HashMap, HashSet};

use super::sheet::{Part, Sheet, Text, extension, is_alternative};
use super::{Report, Role, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &MID_MISSING,
    &MID_TWICE,
    &MID_LONG,
    &GROUP_UNKNOWN_MID,
    &GROUP_TWICE,
    &BUNDLE_TWO_GROUPS,
    &BUNDLE_REJECTED,
    &BUNDLE_ABSENT,
    &BUNDLE_LEFT_OUT,
    &BUNDLE_ONLY_FIRST,
    &BUNDLE_ONLY_PORT,
    &BUNDLE_ONLY_ALONE,
    &BUNDLE_PROTO,
    &BUNDLE_EXTMAP,
    &BUNDLE_MID_EXTENSION,
    &PORT_ZERO,
    &RTCP_MUX,
    &RTCP_MUX_ONLY,
];

static MID_MISSING: Rule = Rule::error(
    "mid-missing",
    rfc(9429, "5.2.1"),
    "nothing else says which m= section a BUNDLE group, a candidate or a transceiver is about",
    "add a line such as a=mid:0, with a name that no other section has",
);
static MID_TWICE: Rule = Rule::error(
    "mid-twice",
    rfc(5888, "4"),
    "a name that two sections have identifies neither",
    "give each m= section a mid of its own",
);
static MID_LONG: Rule = Rule::info(
    "mid-long",
    rfc(9429, "5.2.1"),
    "the mid travels in a header extension of the first RTP packets",
    "make it 3 bytes or fewer",
);
static GROUP_UNKNOWN_MID: Rule = Rule::error(
    "group-unknown-mid",
    rfc(5888, "6"),
    "a group is made of m= sections, and none has that mid: a receiver must ignore the whole line",
    "correct the mid in the group, or take it out",
);
static GROUP_TWICE: Rule = Rule::warning(
    "group-mid-twice",
    rfc(5888, "5"),
    "one mention makes a section a member",
    "name each mid once",
);
static BUNDLE_TWO_GROUPS: Rule = Rule::error(
    "bundle-two-groups",
    rfc(9143, "5"),
    "a section cannot use two transports",
    "leave it in one BUNDLE group",
);
static BUNDLE_REJECTED: Rule = Rule::error(
    "bundle-rejected",
    rfc(9143, "7.3.3"),
    "port 0 without bundle-only says that the section is not wanted, the group says that it is",
    "take its mid out of the group, or mark it a=bundle-only",
);
static BUNDLE_ABSENT: Rule = Rule::warning(
    "bundle-absent",
    rfc(9429, "5.2.1"),
    "without it each m= section needs ICE, ports and a DTLS handshake of its own",
    "add a=group:BUNDLE with all mids to the session's part",
);
static BUNDLE_LEFT_OUT: Rule = Rule::info(
    "bundle-left-out",
    rfc(9143, "7.3.2"),
    "it needs a transport of its own",
    "add its mid to the group, if that is not meant",
);
static BUNDLE_ONLY_FIRST: Rule = Rule::error(
    "bundle-only-first",
    rfc(9143, "7.2.1"),
    "the group uses the transport of its first section, and this one has none",
    "put another mid first",
);
static BUNDLE_ONLY_PORT: Rule = Rule::warning(
    "bundle-only-port",
    rfc(9143, "6"),
    "bundle-only is defined for port 0 only",
    "set the port to 0, or take bundle-only away",
);
static BUNDLE_ONLY_ALONE: Rule = Rule::error(
    "bundle-only-alone",
    rfc(9143, "6"),
    "outside of a BUNDLE group a receiver must discard it, and what is left is port 0: not wanted",
    "add its mid to the group",
);
static BUNDLE_PROTO: Rule = Rule::error(
    "bundle-proto",
    rfc(9143, "9.1"),
    "all RTP in a BUNDLE group is one RTP session, and has one profile",
    "use the same protocol in all its m= lines",
);
static BUNDLE_EXTMAP: Rule = Rule::error(
    "bundle-extmap",
    rfc(9143, "12"),
    "packets of all sections arrive at one port, and the number alone says which extension it is",
    "use the same number for the same URI in all sections of the group",
);
static BUNDLE_MID_EXTENSION: Rule = Rule::warning(
    "bundle-mid-extension",
    rfc(9143, "9.1"),
    "several sections share a port, and the mid in the packet says to which one it belongs",
    "add a=extmap with urn:ietf:params:rtp-hdrext:sdes:mid",
);
static PORT_ZERO: Rule = Rule::info(
    "port-zero",
    rfc(3264, "6"),
    "port 0 says that this m= section is rejected or no longer used; it keeps its place in the list",
    "",
);
static RTCP_MUX: Rule = Rule::error(
    "rtcp-mux-missing",
    rfc(9143, "9.3"),
    "a BUNDLE group has one port, so RTCP must share it",
    "add a=rtcp-mux",
);
static RTCP_MUX_ONLY: Rule = Rule::error(
    "rtcp-mux-only-alone",
    rfc(8858, "4.2"),
    "who does not know rtcp-mux-only must still find rtcp-mux",
    "add a=rtcp-mux",
);

const MID_EXTENSION: &str = "urn:ietf:params:rtp-hdrext:sdes:mid";

pub(super) fn check(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    mids(sheet, report);
    groups(sheet, report);
    presence(sheet, role, report);
    for (at, part) in sheet.media.iter().enumerate() {
        ports(sheet, at, part, report);
        multiplexing(sheet, at, part, report);
    }
    shared(sheet, role, report);
}

fn mids(sheet: &Sheet<'_>, report: &mut Report) {
    let mut known = HashSet::new();
    for part in &sheet.media {
        match part.mid() {
            None => {
                let kind = part.kind().text;
                report.say(
                    &MID_MISSING,
                    part.head(),
                    format!("expected a=mid in this {kind} section, found none"),
                );
            }
            Some(mid) if !known.insert(mid.text) => {
                report.say(
                    &MID_TWICE,
                    mid,
                    format!("expected a mid of its own, found `{}` once more", mid.text),
                );
            }
            Some(mid) if mid.text.len() > 16 => {
                report.say(&MID_LONG, mid, format!("this mid has {} bytes", mid.text.len()));
            }
            Some(_) => {}
        }
    }
}

fn groups(sheet: &Sheet<'_>, report: &mut Report) {
    let known: HashSet<_> = sheet.media.iter().filter_map(|part| Some(part.mid()?.text)).collect();
    let mut bundled = HashSet::new();
    for group in sheet.session.all("group") {
        let mut words = group.value.words();
        let is_bundle = words.next().is_some_and(|semantics| semantics.text == "BUNDLE");
        let mut here = HashSet::new();
        for mid in words {
            let name = mid.text;
            if !known.contains(name) {
                report.say(
                    &GROUP_UNKNOWN_MID,
                    mid,
                    format!("expected the mid of an m= section, found `{name}`"),
                );
            } else if !here.insert(name) {
                report.say(&GROUP_TWICE, mid, format!("`{name}` is named twice"));
            } else if is_bundle && !bundled.insert(name) {
                report.say(&BUNDLE_TWO_GROUPS, mid, format!("`{name}` is in another BUNDLE group already"));
            }
        }
    }
}

fn presence(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    let wanted = || sheet.media.iter().filter(|part| !part.is_rejected());
    if sheet.bundles.is_empty() {
        if wanted().count() > 1 && role != Some(Role::Answer) {
            let found = format!("{} m= sections and no a=group:BUNDLE", wanted().count());
            report.say(&BUNDLE_ABSENT, sheet.media.first().map_or(sheet.session.head(), Part::head), found);
        }
        return;
    }
    for (at, part) in sheet.media.iter().enumerate() {
        if sheet.tagged(at).is_none()
            && !part.is_rejected()
            && !part.has("bundle-only")
            && part.mid().is_some()
        {
            let mid = part.mid().unwrap_or(part.head());
            report.say(&BUNDLE_LEFT_OUT, mid, format!("`{}` is in no BUNDLE group", mid.text));
        }
    }
    for group in &sheet.bundles {
        let Some(first) = group.mids.first() else { continue };
        let tagged = sheet.media.iter().find(|part| part.mid().is_some_and(|mid| mid.text == first.text));
        if tagged.is_some_and(|part| part.has("bundle-only")) && role != Some(Role::Answer) {
            let found = format!(
                "expected a section with a transport first, found `{}`, which is bundle-only",
                first.text
            );
            report.say(&BUNDLE_ONLY_FIRST, *first, found);
        }
    }
}

fn ports(sheet: &Sheet<'_>, at: usize, part: &Part<'_>, report: &mut Report) {
    let port = part.port();
    let bundled = sheet.tagged(at).is_some();
    match (part.first("bundle-only"), port.text == "0") {
        (Some(only), false) => {
            report.say(
                &BUNDLE_ONLY_PORT,
                only.line,
                format!("expected port 0 beside it, found {}", port.text),
            );
        }
        (Some(only), true) if !bundled => {
            report.say(
                &BUNDLE_ONLY_ALONE,
                only.line,
                "expected the section in a BUNDLE group, found it in none",
            );
        }
        (None, true) if bundled => {
            report.say(
                &BUNDLE_REJECTED,
                port,
                "expected a port, or a=bundle-only, as the section is in a BUNDLE group; found 0",
            );
        }
        (None, true) => {
            report.say(&PORT_ZERO, port, format!("this {} section is not in use", part.kind().text));
        }
        _ => {}
    }
}

fn multiplexing(sheet: &Sheet<'_>, at: usize, part: &Part<'_>, report: &mut Report) {
    if !part.is_rtp() || part.is_rejected() {
        return;
    }
    if let Some(only) = part.first("rtcp-mux-only").filter(|_| !part.has("rtcp-mux")) {
        report.say(&RTCP_MUX_ONLY, only.line, "expected a=rtcp-mux beside it, found none");
    } else if sheet.tagged(at).is_some() && sheet.of_transport(at, "rtcp-mux").is_none() {
        let found = format!("expected a=rtcp-mux in this bundled {} section, found none", part.kind().text);
        report.say(&RTCP_MUX, part.head(), found);
    }
}

/// What must be the same in all sections of a group.
fn shared(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    let mut protos: HashMap<usize, Text<'_>> = HashMap::new();
    let mut ids: HashMap<(usize, &str), Text<'_>> = HashMap::new();
    let mut sections: HashMap<usize, Vec<&Part<'_>>> = HashMap::new();
    for (at, part) in sheet.media.iter().enumerate() {
        let Some(tagged) = sheet.tagged(at).filter(|_| part.is_rtp() && !part.is_rejected()) else {
            continue;
        };
        sections.entry(tagged).or_default().push(part);
        let proto = part.proto();
        let first = *protos.entry(tagged).or_insert(proto);
        if first.text != proto.text {
            report.say(
                &BUNDLE_PROTO,
                proto,
                format!("expected {} as in the section before, found {}", first.text, proto.text),
            );
        }
        for extmap in part.all("extmap") {
            let (id, uri) = extension(extmap.value);
            if is_alternative(id) {
                continue;
            }
            let known = *ids.entry((tagged, id.text)).or_insert(uri);
            if known.text != uri.text {
                report.say(
                    &BUNDLE_EXTMAP,
                    extmap.line,
                    format!("{} is {} in another section of the group", id.text, known.text),
                );
            }
        }
    }
    // An answer has only what was offered.
    let offered = sections.values().filter(|parts| parts.len() > 1 && role != Some(Role::Answer));
    for parts in offered {
        for part in parts {
            let has = |extmaps: &[super::sheet::Attribute<'_>]| {
                extmaps.iter().any(|extmap| extension(extmap.value).1.text == MID_EXTENSION)
            };
            if !has(part.all("extmap")) && !has(sheet.session.all("extmap")) {
                let found = "expected the mid header extension in each bundled RTP section, found none here";
                report.say(&BUNDLE_MID_EXTENSION, part.head(), found);
            }
        }
    }
}
