//! Session descriptions on the command line: what a user hands over, and what is wrong with it.

mod findings;
mod source;
mod table;

pub(super) use source::Source;

use std::cmp::Reverse;
use std::io::{self, Write};

use anyhow::Result;
use serde_json::json;
use wire::Severity;
use wire::render::text::Style;
use wire::sdp::lint::{Finding, Role, lint};
use wire::sdp::negotiation::{is_revision, negotiate, revise};
use wire::sdp::{Description, SDP};

use super::{FAILED, FINE};

/// `wirebook inspect --sdp`: one description, and its offer where that is given.
pub(super) fn check(
    source: &Source,
    offer: Option<&Source>,
    role: Option<Role>,
    json: bool,
    style: Style,
) -> Result<u8> {
    let tree = SDP.dissect(&source.text[..]);
    let role = offer.map(|_| Role::Answer).or(role).or(source.role);
    let mut found = lint(&tree, role);
    if let Some(offer) = offer {
        let offer = SDP.dissect(&offer.text[..]);
        let (offer, answer) = (Description::of(&offer), Description::of(&tree));
        found.extend(
            offer.zip(answer).map(|(offer, answer)| negotiate(&offer, &answer).findings).unwrap_or_default(),
        );
        found.sort_by_key(|finding| (finding.span.start, finding.span.end, Reverse(finding.severity)));
        // What is wrong by itself is wrong beside the offer too; once is enough.
        found.dedup_by_key(|finding| (finding.span, finding.severity));
    }
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        let role = role.map(|role| if role == Role::Offer { "offer" } else { "answer" });
        let list = findings::json(source, &found);
        let (errors, warnings) = counts(&found);
        writeln!(
            out,
            "{}",
            json!({ "file": source.name, "type": role, "errors": errors, "warnings": warnings, "findings": list })
        )?;
    } else {
        findings::text(source, &found, style, &mut out)?;
        writeln!(out, "{}", summary(source, &found))?;
    }
    out.flush()?;
    Ok(verdict(&found))
}

/// `wirebook diff`: two descriptions side by side.
pub(super) fn compare(before: &Source, after: &Source, json: bool, style: Style) -> Result<u8> {
    let (one, other) = (SDP.dissect(&before.text[..]), SDP.dissect(&after.text[..]));
    let (Some(one), Some(other)) = (Description::of(&one), Description::of(&other)) else { return Ok(FINE) };
    let revised = is_revision(&one, &other);
    let comparison = if revised { revise(&one, &other) } else { negotiate(&one, &other) };
    let found = &comparison.findings;
    let mut out = io::BufWriter::new(io::stdout().lock());
    if json {
        writeln!(out, "{}", table::json(before, after, revised, &comparison, &findings::json(after, found)))?;
    } else {
        table::text(before, after, revised, &comparison, style, &mut out)?;
        if !found.is_empty() {
            writeln!(out)?;
        }
        findings::text(after, found, style, &mut out)?;
        writeln!(out, "{}", summary(after, found))?;
    }
    out.flush()?;
    Ok(verdict(found))
}

fn verdict(found: &[Finding]) -> u8 {
    if counts(found).0 > 0 { FAILED } else { FINE }
}

fn counts(found: &[Finding]) -> (usize, usize) {
    let of = |severity| found.iter().filter(|finding| finding.severity == severity).count();
    (of(Severity::Error), of(Severity::Warning))
}

/// `answer.sdp: 2 errors, no warnings`
fn summary(source: &Source, found: &[Finding]) -> String {
    let (errors, warnings) = counts(found);
    let count = |n: usize, what: &str| match n {
        0 => format!("no {what}s"),
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    };
    format!(
        "{}: {}, {}",
        wire::render::plain(&source.name),
        count(errors, "error"),
        count(warnings, "warning")
    )
}
