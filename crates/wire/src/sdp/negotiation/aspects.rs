//! What two descriptions say, side by side.

use std::collections::HashMap;

use super::answer::by_number;
use super::{Aspect, Change, Outcome, Pair, Sheets, shown};
use crate::sdp::lint::sheet::{Part, Text, extension};
use crate::spec::{Spec, rfc};

/// The rows of the whole session.
pub(super) fn session(Sheets { before, after }: Sheets<'_, '_>, revised: bool) -> Vec<Aspect> {
    let group = |groups: &[crate::sdp::lint::sheet::Group<'_>]| {
        let lists =
            groups.iter().map(|group| group.mids.iter().map(|mid| mid.text).collect::<Vec<_>>().join(" "));
        let lists: Vec<_> = lists.collect();
        (!lists.is_empty()).then(|| lists.join(", "))
    };
    let mut rows = Vec::new();
    let (one, other) = (group(&before.bundles), group(&after.bundles));
    let why = match (&one, &other) {
        (Some(one), Some(other)) if one == other => "one transport for all of these",
        (Some(_), Some(_)) => "one transport for what the second names",
        (Some(_), None) if !revised => "refused: each section needs a transport of its own",
        _ => "",
    };
    push(&mut rows, "BUNDLE", one, other, why, rfc(9143, "7.3"));
    let lite = |sheet: &crate::sdp::lint::sheet::Sheet<'_>| {
        sheet.session.has("ice-lite").then(|| "ice-lite".to_owned())
    };
    push(
        &mut rows,
        "ice-lite",
        lite(before),
        lite(after),
        "a lite side answers checks and sends none",
        rfc(8839, "5.3"),
    );
    rows
}

/// A pair for each m= line of the longer description.
pub(super) fn pairs(sheets: Sheets<'_, '_>, revised: bool) -> Vec<Pair> {
    let Sheets { before, after } = sheets;
    let count = before.media.len().max(after.media.len());
    (0..count).map(|at| pair(sheets, at, before.media.get(at), after.media.get(at), revised)).collect()
}

fn pair(
    sheets: Sheets<'_, '_>,
    at: usize,
    one: Option<&Part<'_>>,
    other: Option<&Part<'_>>,
    revised: bool,
) -> Pair {
    let (outcome, why) = outcome(one, other, revised);
    let some = one.or(other);
    let aspects = match (one, other) {
        (Some(one), Some(other)) if one.kind().text == other.kind().text && outcome != Outcome::Rejected => {
            rows(sheets, at, one, other, revised)
        }
        _ => Vec::new(),
    };
    Pair {
        kind: some.map_or(String::new(), |part| part.kind().text.to_owned()),
        mid: shown(some.and_then(Part::mid)),
        outcome,
        why,
        spans: [one, other].map(|part| part.map(|part| part.head().span())),
        aspects,
    }
}

fn outcome(one: Option<&Part<'_>>, other: Option<&Part<'_>>, revised: bool) -> (Outcome, &'static str) {
    match (one, other) {
        (Some(_), None) => {
            (Outcome::Missing, "no section at this place: an m= line is never left out, port 0 says no")
        }
        (None, Some(_)) if revised => (Outcome::Added, "new, at the end of the list"),
        (None, _) => (Outcome::Added, "was not offered, so it cannot be answered"),
        (Some(one), Some(other)) => match (one.is_rejected(), other.is_rejected()) {
            (false, false) if one.kind().text != other.kind().text => {
                (Outcome::Missing, "another kind of section stands at this place")
            }
            (false, false) => (Outcome::Accepted, ""),
            (false, true) if revised => {
                (Outcome::Removed, "port 0: stopped; its place stays, and may be used again")
            }
            (false, true) => {
                (Outcome::Rejected, "port 0: the answerer does not want it, and its place stays")
            }
            (true, true) => (Outcome::Unused, "port 0 in both"),
            (true, false) if revised => (Outcome::Added, "its place is used again"),
            (true, false) => (Outcome::Missing, "the offer does not want it, and the answer uses it"),
        },
    }
}

fn rows(sheets: Sheets<'_, '_>, at: usize, one: &Part<'_>, other: &Part<'_>, revised: bool) -> Vec<Aspect> {
    let Sheets { before, after } = sheets;
    let mut rows = Vec::new();
    push(&mut rows, "mid", shown(one.mid()), shown(other.mid()), "", rfc(5888, "9.1"));
    push(&mut rows, "protocol", shown(Some(one.proto())), shown(Some(other.proto())), "", rfc(9429, "5.3.1"));
    if one.is_rtp() {
        direction(sheets, one, other, revised, &mut rows);
        codecs(one, other, revised, &mut rows);
    } else {
        data(one, other, revised, &mut rows);
    }
    let value = |line: Option<crate::sdp::lint::sheet::Attribute<'_>>| shown(line.map(|line| line.value));
    let (setup, answered) = (value(before.of_transport(at, "setup")), value(after.of_transport(at, "setup")));
    let why = match answered.as_deref() {
        _ if revised => "",
        Some("active") => "the answerer opens DTLS: it is the client",
        Some("passive") => "the offerer opens DTLS: it is the client",
        _ => "",
    };
    push(&mut rows, "setup", setup, answered, why, rfc(8842, "5.3"));
    if one.is_rtp() {
        let flag = |line: Option<_>| line.map(|_| "yes".to_owned());
        let mux = (flag(before.of_transport(at, "rtcp-mux")), flag(after.of_transport(at, "rtcp-mux")));
        let why = if mux.1.is_some() { "RTCP shares the port of RTP" } else { "RTCP has a port of its own" };
        push(&mut rows, "rtcp-mux", mux.0, mux.1, why, rfc(5761, "5.1.1"));
        extensions(sheets, one, other, &mut rows);
        let why = if revised { "" } else { "what one side sends the other receives" };
        push(
            &mut rows,
            "simulcast",
            value(one.first("simulcast")),
            value(other.first("simulcast")),
            why,
            rfc(8853, "5.3"),
        );
    }
    let candidates =
        |part: &Part<'_>| Some(part.all("candidate").len()).filter(|n| *n > 0).map(|n| n.to_string());
    push(
        &mut rows,
        "candidates",
        candidates(one),
        candidates(other),
        "each side has its own",
        rfc(8839, "5.1"),
    );
    rows
}

fn push(
    rows: &mut Vec<Aspect>,
    name: &'static str,
    before: Option<String>,
    after: Option<String>,
    why: &'static str,
    spec: Spec,
) {
    let change = match (&before, &after) {
        (None, None) => return,
        (Some(one), Some(other)) if one == other => Change::Kept,
        (Some(_), Some(_)) => Change::Changed,
        (Some(_), None) => Change::Refused,
        (None, Some(_)) => Change::Added,
    };
    rows.push(Aspect { name, before, after, change, why: why.into(), spec: Some(spec) });
}

fn direction(
    Sheets { before, after }: Sheets<'_, '_>,
    one: &Part<'_>,
    other: &Part<'_>,
    revised: bool,
    rows: &mut Vec<Aspect>,
) {
    let of = |part: &Part<'_>, session: &Part<'_>| {
        part.direction().or(session.direction()).map_or("sendrecv", |line| line.name.text).to_owned()
    };
    let (offered, answered) = (of(one, &before.session), of(other, &after.session));
    let why = match answered.as_str() {
        _ if revised => "",
        "sendrecv" => "both send",
        "recvonly" => "the offerer sends, the answerer receives",
        "sendonly" => "the answerer sends, the offerer receives",
        _ => "nobody sends",
    };
    push(rows, "direction", Some(offered), Some(answered), why, rfc(3264, "6.1"));
}

fn codecs(one: &Part<'_>, other: &Part<'_>, revised: bool, rows: &mut Vec<Aspect>) {
    let (offered, answered) = (by_number(one), by_number(other));
    let full = |part: &Part<'_>| -> HashMap<String, String> {
        let maps = part.all("rtpmap").iter().map(|line| line.value.word());
        maps.map(|(pt, codec)| (pt.text.to_owned(), codec.trim().text.to_owned())).collect()
    };
    let (before, after) = (full(one), full(other));
    let named = |names: &HashMap<String, String>, pt: Text<'_>| match names.get(pt.text) {
        Some(name) => format!("{} {name}", pt.text),
        None => pt.text.to_owned(),
    };
    // By codec, since an answer may give it another number; several of one name go by their number.
    let mut left: Vec<Text<'_>> = other.formats().collect();
    for pt in one.formats() {
        let codec = offered.get(pt.text);
        let same_number = |other: &Text<'_>| other.text == pt.text && answered.get(other.text) == codec;
        let same_codec =
            |other: &Text<'_>| answered.get(other.text) == codec && offered.get(other.text) != codec;
        let place = left.iter().position(same_number).or_else(|| left.iter().position(same_codec));
        let found = place.map(|place| named(&after, left.remove(place)));
        let why = match found {
            None if revised => "no longer offered",
            None => "the answerer does not take it",
            Some(_) => "",
        };
        push(rows, "codec", Some(named(&before, pt)), found, why, rfc(3264, "6.1"));
    }
    for pt in left {
        let why = if revised { "new" } else { "not offered, so it is not used" };
        push(rows, "codec", None, Some(named(&after, pt)), why, rfc(3264, "6.1"));
    }
}

fn data(one: &Part<'_>, other: &Part<'_>, revised: bool, rows: &mut Vec<Aspect>) {
    let value = |part: &Part<'_>, name: &str| shown(part.first(name).map(|line| line.value));
    push(rows, "data", shown(one.formats().next()), shown(other.formats().next()), "", rfc(9429, "5.3.1"));
    let port = (value(one, "sctp-port"), value(other, "sctp-port"));
    push(rows, "sctp-port", port.0, port.1, "each side has its own", rfc(8841, "5.1"));
    let size = (value(one, "max-message-size"), value(other, "max-message-size"));
    let why =
        if revised { "" } else { "each says how much it takes: 65536 where it does not say, 0 is any size" };
    push(rows, "max-message-size", size.0, size.1, why, rfc(8841, "6.1"));
}

fn extensions(
    Sheets { before, after }: Sheets<'_, '_>,
    one: &Part<'_>,
    other: &Part<'_>,
    rows: &mut Vec<Aspect>,
) {
    let list = |session: &Part<'_>, part: &Part<'_>| -> Vec<(String, String)> {
        let lines = session.all("extmap").iter().chain(part.all("extmap"));
        lines
            .map(|line| extension(line.value))
            .map(|(id, uri)| (uri.text.to_owned(), id.text.to_owned()))
            .collect()
    };
    let (offered, mut left) = (list(&before.session, one), list(&after.session, other));
    let named = |(uri, id): &(String, String)| format!("{id} {}", short(uri));
    for extmap in &offered {
        let place = left.iter().position(|(uri, _)| *uri == extmap.0);
        let found = place.map(|place| named(&left.remove(place)));
        push(rows, "extmap", Some(named(extmap)), found, "", rfc(8285, "7"));
    }
    for extmap in &left {
        push(rows, "extmap", None, Some(named(extmap)), "", rfc(8285, "7"));
    }
}

/// The end of a URI: `urn:ietf:params:rtp-hdrext:sdes:mid` is `sdes:mid`.
fn short(uri: &str) -> &str {
    uri.strip_prefix("urn:ietf:params:rtp-hdrext:")
        .or(uri.rsplit('/').next())
        .filter(|end| !end.is_empty())
        .unwrap_or(uri)
}
