//! Two descriptions of one side, one after the other: what has changed, and whether ICE begins anew.

use super::aspects;
use super::{Aspect, Change, Comparison, Sheets};
use crate::sdp::Description;
use crate::sdp::lint::sheet::{Part, Sheet, Text};
use crate::sdp::lint::{Report, Rule};
use crate::spec::rfc;

pub(in crate::sdp) static RULES: &[&Rule] = &[&VERSION, &SHORTER, &ICE_HALF];

static VERSION: Rule = Rule::error(
    "revision-version",
    rfc(3264, "8"),
    "a receiver may take a description with the version that it knows for the one that it knows",
    "add 1 to the version, the third word of o=",
);
static SHORTER: Rule = Rule::error(
    "revision-count",
    rfc(3264, "8"),
    "sections of one description and the next belong together by their place",
    "keep each m= line, with port 0 where it is over",
);
static ICE_HALF: Rule = Rule::error(
    "revision-ice-half",
    rfc(8839, "4.4.1.1.1"),
    "to restart ICE both change; to go on neither does",
    "change ufrag and password, or none of them",
);

/// Whether the second is of the same session and side as the first: all of o= but the version is alike, and both offer or
/// both answer. (aiortc takes the second for its id, so both sides may have the same.)
#[must_use]
pub fn is_revision(before: &Description<'_>, after: &Description<'_>) -> bool {
    let (before, after) = (Sheet::of(before), Sheet::of(after));
    match (identity(&before), identity(&after)) {
        (Some(one), Some(other)) => one == other && answers(&before) == answers(&after),
        _ => false,
    }
}

/// An answer has chosen who opens DTLS.
fn answers(sheet: &Sheet<'_>) -> bool {
    let chosen = |at| sheet.of_transport(at, "setup").is_some_and(|setup| setup.value.text != "actpass");
    (0..sheet.media.len()).any(chosen)
}

fn identity(sheet: &Sheet<'_>) -> Option<String> {
    let words: Vec<_> = sheet.session.line(b'o')?.value.words().map(|word| word.text).collect();
    let (name, rest) = words.split_first()?;
    let (id, rest) = rest.split_first()?;
    Some(format!("{name} {id} {}", rest.get(1..)?.join(" ")))
}

/// Compares a description with the one of the same side before it.
#[must_use]
pub fn revise(before: &Description<'_>, after: &Description<'_>) -> Comparison {
    let mut report = Report::of(after);
    let (before, after) = (Sheet::of(before), Sheet::of(after));
    let sheets = Sheets { before: &before, after: &after };
    check(sheets, &mut report);
    let mut sections = aspects::pairs(sheets, true);
    for (at, pair) in sections.iter_mut().enumerate().filter(|(_, pair)| !pair.aspects.is_empty()) {
        pair.aspects.extend(ice(sheets, at));
        pair.aspects.extend(dtls(sheets, at));
    }
    let mut session = aspects::session(sheets, true);
    session.splice(0..0, version(sheets));
    Comparison { session, sections, findings: report.sorted() }
}

fn number<'d>(sheet: &Sheet<'d>) -> Option<(Text<'d>, u64)> {
    let version = sheet.session.line(b'o')?.value.words().nth(2)?;
    Some((version, version.number()?))
}

fn version(Sheets { before, after }: Sheets<'_, '_>) -> Option<Aspect> {
    let (one, other) = (number(before)?.1, number(after)?.1);
    let change = if one == other { Change::Kept } else { Change::Changed };
    let why = if one == other { "the same version" } else { "a new version of the same session" }.into();
    let (one, other) = (Some(one.to_string()), Some(other.to_string()));
    Some(Aspect { name: "version", before: one, after: other, change, why, spec: Some(rfc(3264, "8")) })
}

fn check(sheets: Sheets<'_, '_>, report: &mut Report) {
    let Sheets { before, after } = sheets;
    if let (Some((_, one)), Some((at, other))) = (number(before), number(after))
        && (other < one || other == one && negotiated(before) != negotiated(after))
    {
        let found = format!("expected a version above {one}, as something has changed, found {other}");
        report.say(&VERSION, at, found);
    }
    let (one, other) = (before.media.len(), after.media.len());
    if other < one {
        let at = after.media.last().map_or(after.session.head(), Part::head);
        report.say(&SHORTER, at, format!("expected {one} m= lines or more, as before, found {other}"));
    }
    for at in 0..one.min(other) {
        if let (Some((ufrag, pwd)), Some((new_ufrag, new_pwd))) =
            (credentials(before, at), credentials(after, at))
            && (ufrag.text == new_ufrag.text) != (pwd.text == new_pwd.text)
        {
            let (changed, kept) =
                if ufrag.text == new_ufrag.text { ("password", "ufrag") } else { ("ufrag", "password") };
            let found = format!("expected a new {kept} too, as the {changed} is new, found the one before");
            report.say(&ICE_HALF, if kept == "ufrag" { new_ufrag } else { new_pwd }, found);
        }
    }
}

/// All lines but for what gathering adds: the version counts calls of createOffer and createAnswer, and candidates and
/// the default destination that follows from them come to a description later (RFC 9429 section 5.2.2).
fn negotiated(sheet: &Sheet<'_>) -> Vec<String> {
    let parts = std::iter::once(&sheet.session).chain(&sheet.media);
    let lines = parts.flat_map(|part| part.lines.iter().map(move |line| (part, line)));
    let kept = lines.filter(|(_, line)| match line.letter {
        b'c' => false,
        b'a' => {
            let name = line.whole.text.get(2..).and_then(|line| line.split(':').next()).unwrap_or_default();
            !GATHERED.contains(&name)
        }
        _ => true,
    });
    kept.map(|(part, line)| match line.letter {
        b'm' if part.port().text != "0" => {
            let words: Vec<_> = line.value.words().map(|word| word.text).collect();
            let (kind, rest) = words.split_at(words.len().min(1));
            [kind, rest.get(1..).unwrap_or_default()].concat().join(" ")
        }
        _ => line.whole.text.to_owned(),
    })
    .collect()
}

/// Attributes that say what gathering found.
const GATHERED: [&str; 3] = ["candidate", "end-of-candidates", "rtcp"];

fn credentials<'d>(sheet: &Sheet<'d>, at: usize) -> Option<(Text<'d>, Text<'d>)> {
    Some((sheet.of_transport(at, "ice-ufrag")?.value, sheet.of_transport(at, "ice-pwd")?.value))
}

fn ice(Sheets { before, after }: Sheets<'_, '_>, at: usize) -> Option<Aspect> {
    let (one, other) = (credentials(before, at)?, credentials(after, at)?);
    let (change, why) = match (one.0.text == other.0.text, one.1.text == other.1.text) {
        (true, true) => (Change::Kept, "ICE goes on as it is"),
        (false, false) => (Change::Changed, "ICE restart: both are new, so new candidates and checks follow"),
        _ => (Change::Wrong, "one of the two is new: neither a restart nor none"),
    };
    let (one, other) = (Some(one.0.text.to_owned()), Some(other.0.text.to_owned()));
    Some(Aspect {
        name: "ice-ufrag",
        before: one,
        after: other,
        change,
        why: why.into(),
        spec: Some(rfc(8839, "4.4.1.1.1")),
    })
}

fn dtls(Sheets { before, after }: Sheets<'_, '_>, at: usize) -> Option<Aspect> {
    let value = |sheet: &Sheet<'_>| Some(sheet.of_transport(at, "fingerprint")?.value.text.to_owned());
    let (one, other) = (value(before)?, value(after)?);
    let (change, why) = match one == other {
        true => (Change::Kept, "the same certificate: DTLS goes on"),
        false => (Change::Changed, "another certificate: a new DTLS handshake"),
    };
    let head = |value: String| Some(value.chars().take(19).chain(['…']).collect());
    let (before, after) = (head(one), head(other));
    Some(Aspect { name: "fingerprint", before, after, change, why: why.into(), spec: Some(rfc(8842, "4")) })
}
