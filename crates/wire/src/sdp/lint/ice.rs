//! Who may check connectivity with whom: ICE credentials, where they stand, and what goes with them.

use std::collections::HashMap;

use super::sheet::{Part, Sheet};
use super::{Report, Role, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &CREDENTIALS_MISSING,
    &CREDENTIALS_HALF,
    &UFRAG_LONG,
    &PWD_DIFFERS,
    &BUNDLED_DIFFERS,
    &LITE_MEDIA,
    &NO_CANDIDATES,
    &DEFAULT_DESTINATION,
];

static CREDENTIALS_MISSING: Rule = Rule::error(
    "ice-missing",
    rfc(8839, "5.4"),
    "the other side's connectivity checks carry them, and without them every check is refused",
    "add both, to each m= section or to the session's part",
);
static CREDENTIALS_HALF: Rule = Rule::warning(
    "ice-half",
    rfc(8839, "5.4"),
    "the two belong together: one names the agent, the other proves it",
    "set both in the same part",
);
static UFRAG_LONG: Rule = Rule::error(
    "ice-ufrag-long",
    rfc(8839, "5.4"),
    "two of them and a colon must fit into the USERNAME of a check",
    "send at most 32 characters",
);
static PWD_DIFFERS: Rule = Rule::error(
    "ice-pwd-differs",
    rfc(8839, "5.4"),
    "a check names the ufrag only, so the receiver could not tell which password to use",
    "use the same password with the same ufrag, or another ufrag",
);
static BUNDLED_DIFFERS: Rule = Rule::error(
    "ice-bundled-differs",
    rfc(9429, "5.3.1"),
    "sections of one BUNDLE group share one ICE session in an answer",
    "use the ufrag and password of the first section of the group",
);
static LITE_MEDIA: Rule = Rule::error(
    "ice-lite-in-media",
    rfc(8839, "5.3"),
    "an agent is lite as a whole",
    "move it before the first m= line",
);
static NO_CANDIDATES: Rule = Rule::warning(
    "ice-nothing-to-try",
    rfc(9429, "3.5.2"),
    "with no candidate here and none announced for later, the other side has no address to check",
    "wait for gathering to end before you send it, or say a=ice-options:trickle and send candidates after it",
);
static DEFAULT_DESTINATION: Rule = Rule::warning(
    "ice-default-destination",
    rfc(8839, "4.2.5"),
    "a receiver may take it for a rewritten description and go on without ICE",
    "make c= and the port those of a candidate, or 0.0.0.0 and 9",
);

pub(super) fn check(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    for part in std::iter::once(&sheet.session).chain(&sheet.media) {
        syntax(part, report);
    }
    pairs(sheet, report);
    for (at, part) in sheet.media.iter().enumerate().filter(|(_, part)| uses_ice(part)) {
        presence(sheet, at, part, report);
        default_destination(sheet, part, report);
        if role == Some(Role::Answer) {
            bundled(sheet, at, part, report);
        }
    }
    nothing_to_try(sheet, report);
}

/// Rejected sections have no transport.
fn uses_ice(part: &Part<'_>) -> bool {
    !part.is_rejected()
}

fn presence(sheet: &Sheet<'_>, at: usize, part: &Part<'_>, report: &mut Report) {
    // Bundle-only sections must not have any (RFC 9429 section 5.2.1).
    if part.has("bundle-only") && !part.has("ice-ufrag") && !part.has("ice-pwd") {
        return;
    }
    let kind = part.kind().text;
    let (ufrag, pwd) = (sheet.of_transport(at, "ice-ufrag"), sheet.of_transport(at, "ice-pwd"));
    let found = match (ufrag, pwd) {
        (Some(_), Some(_)) => return,
        (None, None) => "neither",
        (None, _) => "no ufrag",
        (_, None) => "no password",
    };
    let message = format!("expected a=ice-ufrag and a=ice-pwd for this {kind} section, found {found}");
    report.say(&CREDENTIALS_MISSING, part.head(), message);
}

fn syntax(part: &Part<'_>, report: &mut Report) {
    let (ufrag, pwd) = (part.first("ice-ufrag"), part.first("ice-pwd"));
    match (ufrag, pwd) {
        (Some(alone), None) => {
            report.say(&CREDENTIALS_HALF, alone.line, "expected a=ice-pwd beside it, found none");
        }
        (None, Some(alone)) => {
            report.say(&CREDENTIALS_HALF, alone.line, "expected a=ice-ufrag beside it, found none");
        }
        _ => {}
    }
    if let Some(long) = ufrag.map(|ufrag| ufrag.value).filter(|ufrag| (33..=256).contains(&ufrag.text.len()))
    {
        report.say(&UFRAG_LONG, long, format!("expected at most 32 characters, found {}", long.text.len()));
    }
    // `ice-lite` in the session's part is where it belongs.
    if let Some(lite) = part.first("ice-lite").filter(|_| part.line(b'm').is_some()) {
        report.say(
            &LITE_MEDIA,
            lite.line,
            "expected ice-lite in the session's part, found it in an m= section",
        );
    }
}

fn pairs(sheet: &Sheet<'_>, report: &mut Report) {
    let mut known = HashMap::new();
    for part in std::iter::once(&sheet.session).chain(&sheet.media) {
        if let (Some(ufrag), Some(pwd)) = (part.first("ice-ufrag"), part.first("ice-pwd")) {
            let before = *known.entry(ufrag.value.text).or_insert(pwd.value.text);
            if before != pwd.value.text {
                let found =
                    format!("expected the password that `{}` has above, found another", ufrag.value.text);
                report.say(&PWD_DIFFERS, pwd.value, found);
            }
        }
    }
}

fn bundled(sheet: &Sheet<'_>, at: usize, part: &Part<'_>, report: &mut Report) {
    let Some(tagged) = sheet.tagged(at).filter(|tagged| *tagged != at) else { return };
    let (Some(own), Some(first)) = (part.first("ice-ufrag"), sheet.own(tagged, "ice-ufrag")) else { return };
    if own.value.text != first.value.text {
        let found = format!(
            "expected `{}`, as in the first section of the group, found `{}`",
            first.value.text, own.value.text
        );
        report.say(&BUNDLED_DIFFERS, own.value, found);
    }
}

fn nothing_to_try(sheet: &Sheet<'_>, report: &mut Report) {
    let parts = || sheet.media.iter().filter(|part| uses_ice(part));
    let trickles = |part: &Part<'_>| {
        part.all("ice-options")
            .iter()
            .any(|options| options.value.words().any(|option| option.text == "trickle"))
    };
    let any = parts().any(|part| part.has("candidate"));
    let later = trickles(&sheet.session) || parts().any(trickles);
    let begun = (0..sheet.media.len()).any(|at| sheet.own(at, "ice-ufrag").is_some());
    if let Some(first) = parts().next().filter(|_| begun && !any && !later) {
        report.say(
            &NO_CANDIDATES,
            first.head(),
            "expected candidates or a=ice-options:trickle, found neither",
        );
    }
}

/// Where a receiver without ICE would send to; with ICE it must be one of the candidates.
fn default_destination(sheet: &Sheet<'_>, part: &Part<'_>, report: &mut Report) {
    let Some(c) = part.line(b'c').or_else(|| sheet.session.line(b'c')) else { return };
    let port = part.port();
    let address = c.value.words().nth(2).unwrap_or(c.value);
    let unspecified = matches!(address.text, "0.0.0.0" | "::");
    if unspecified || matches!(port.text, "9" | "0") || !part.has("candidate") {
        return;
    }
    let among = part.all("candidate").iter().any(|candidate| {
        let mut words = candidate.value.words().skip(4);
        words.next().is_some_and(|ip| ip.is(address.text))
            && words.next().is_some_and(|p| p.text == port.text)
    });
    if !among {
        let found =
            format!("expected {} port {} among the candidates, found it in none", address.text, port.text);
        report.say(&DEFAULT_DESTINATION, address, found);
    }
}
