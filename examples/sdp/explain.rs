//! A description, line by line; and what two of them agree on.

use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use tap::Tap;
use wire::Severity;
use wire::render::json;
use wire::sdp::lint::{annotate, lint};
use wire::sdp::negotiation::{Aspect, Change, negotiate};
use wire::sdp::{Description, Places, SDP};

/// No description of a call is longer than this.
const MOST: u64 = 1 << 20;

/// Shows each line with its parts, and what they mean.
pub(crate) fn description(sdp: &str, tap: &Tap) {
    tap.explain(&SDP.dissect(sdp.as_bytes()));
}

// ANCHOR: agreement
/// What became of each section of the offer: the answer has one for each, in the same
/// order (RFC 3264 section 6).
pub(crate) fn agreement(offer: &str, answer: &str, tap: &Tap) {
    let (offer, answer) =
        (SDP.dissect(offer.as_bytes()), SDP.dissect(answer.as_bytes()));
    let both = Description::of(&offer).zip(Description::of(&answer));
    let Some((offer, answer)) = both else { return };
    let agreed = negotiate(&offer, &answer);
    for section in &agreed.sections {
        let mut said = format!("{}: {}", section.kind, section.outcome.word());
        let differs = |aspect: &&Aspect| aspect.change != Change::Kept;
        for Aspect { name, before, after, .. } in
            section.aspects.iter().filter(differs)
        {
            let [before, after] =
                [before, after].map(|said| said.as_deref().unwrap_or("-"));
            said.push_str(&format!("; {name} {before} \u{2192} {after}"));
        }
        tap.learned(&said);
    }
    for wrong in &agreed.findings {
        tap.learned(&format!("{:?}: {}", wrong.severity, wrong.sentence()));
    }
}
// ANCHOR_END: agreement

/// Explains what is in a file, or in standard input.
pub(crate) fn file(path: &Path, options: &tap::Options) -> Result<ExitCode> {
    let bytes =
        read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let sdp = unwrapped(bytes);
    if !(SDP.claims)(&sdp) {
        let found: String =
            String::from_utf8_lossy(&sdp).chars().take(40).collect();
        eprintln!(
            "error: expected a session description, which begins with v=0, found {found:?}"
        );
        return Ok(ExitCode::FAILURE);
    }
    let mut tree = SDP.dissect(&sdp[..]);
    let findings = lint(&tree, None);
    annotate(&mut tree, &findings);
    if options.json {
        let mut out = Vec::new();
        json::packet(&tree, &mut out);
        println!("{}", String::from_utf8_lossy(&out));
    } else {
        options.start(None)?.explain(&tree);
        let places = Places::of(&sdp);
        for finding in &findings {
            let (place, spec) = (places.place(finding.span), finding.spec);
            let spec = spec.map_or(String::new(), |spec| format!(" ({spec})"));
            println!(
                "{place}: {:?}: {}{spec}",
                finding.severity,
                finding.sentence()
            );
        }
    }
    let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        io::stdin().take(MOST).read_to_end(&mut bytes)?;
    } else {
        std::fs::File::open(path)?.take(MOST).read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// The text in `{"type":"offer","sdp":"v=0…"}`, as a script has it; else all there is.
fn unwrapped(bytes: Vec<u8>) -> Vec<u8> {
    let json = serde_json::from_slice::<serde_json::Value>(&bytes).ok();
    match json.as_ref().and_then(|json| json["sdp"].as_str()) {
        Some(sdp) => sdp.as_bytes().to_vec(),
        None => bytes,
    }
}
