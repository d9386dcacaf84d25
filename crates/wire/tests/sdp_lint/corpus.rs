//! What real peers write: no finding there may be untrue.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wire::Severity;
use wire::sdp::lint::{Finding, Role, lint};
use wire::sdp::negotiation::{Change, is_revision, negotiate, revise};
use wire::sdp::{Description, Places, SDP};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sdp")
}

/// Each description of the corpus: `chromium/data-offer`, and its bytes.
fn corpus() -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for maker in fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir())
    {
        for file in fs::read_dir(&maker).unwrap().map(|entry| entry.unwrap().path()) {
            let name = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
            all.insert(format!("{}/{}", name(&maker), name(&file)), fs::read(&file).unwrap());
        }
    }
    assert!(all.len() > 100, "the corpus is in {}", root().display());
    all
}

/// What is true of the corpus, and no more than worth a warning or an error: `maker/` for all of it, rule, and why it
/// is so.
const TRUE: &[(&str, &str)] = &[
    // Without candidates, and without a word that they come later: neither crate nor aiortc says trickle.
    ("aiortc/", "ice-nothing-to-try"),
    ("rtc/", "ice-nothing-to-try"),
    ("webrtc/", "ice-nothing-to-try"),
    // Their offers leave it to SSRCs to tell the sections of a bundle apart.
    ("rtc/", "bundle-mid-extension"),
    ("webrtc/", "bundle-mid-extension"),
    // A data channel with a component for RTCP.
    ("rtc/data-gathered", "candidate-component"),
    ("webrtc/data-gathered", "candidate-component"),
    // A stopped section that keeps its candidates.
    ("chromium/stopped-2-offer", "candidate-rejected"),
    // The codecs were taken out of the m= line, and their feedback was not.
    ("firefox/rejected-offer", "rtcp-fb-stray"),
    // A description that has changed with the version of the one before.
    ("aiortc/renegotiation-2", "revision-version"),
];

fn told(name: &str, text: &[u8], findings: &[Finding]) -> Vec<String> {
    let places = Places::of(text);
    let is_known =
        |found: &&Finding| !TRUE.iter().any(|(file, rule)| name.starts_with(file) && *rule == found.id());
    let severe = findings.iter().filter(|found| found.severity >= Severity::Warning).filter(is_known);
    severe
        .map(|found| format!("{name}:{} {} {}", places.place(found.span), found.id(), found.message))
        .collect()
}

fn role(name: &str) -> Role {
    if name.ends_with("-offer") { Role::Offer } else { Role::Answer }
}

#[test]
fn what_real_peers_write_has_no_finding_that_is_not_true() {
    let corpus = corpus();
    let found = corpus
        .iter()
        .flat_map(|(name, text)| told(name, text, &lint(&SDP.dissect(&text[..]), Some(role(name)))));
    assert_eq!(found.collect::<Vec<_>>(), [""; 0]);
}

#[test]
fn what_real_peers_answer_is_an_answer_to_its_offer() {
    let corpus = corpus();
    let (mut found, mut pairs) = (Vec::new(), 0);
    for (name, text) in corpus.iter().filter(|(name, _)| role(name) == Role::Answer) {
        let (maker, rest) = name.split_once('/').unwrap();
        let (kind, other) = rest.split_once("-answer").unwrap();
        let offer = format!("{}/{kind}-offer", other.strip_prefix("-to-").unwrap_or(maker));
        let offer = SDP.dissect(&corpus[&offer][..]);
        let answer = SDP.dissect(&text[..]);
        let comparison = negotiate(&Description::of(&offer).unwrap(), &Description::of(&answer).unwrap());
        found.extend(told(name, text, &comparison.findings));
        pairs += 1;
    }
    assert_eq!(found, [""; 0]);
    assert!(pairs > 60, "{pairs}");
}

#[test]
fn a_later_version_is_known_by_its_origin_and_a_restart_of_ice_by_its_credentials() {
    let corpus = corpus();
    let mut found = Vec::new();
    for (name, text) in corpus.iter().filter(|(name, _)| name.contains("-2-")) {
        let (before, after) = (SDP.dissect(&corpus[&name.replace("-2-", "-1-")][..]), SDP.dissect(&text[..]));
        let (before, after) = (Description::of(&before).unwrap(), Description::of(&after).unwrap());
        assert!(is_revision(&before, &after), "{name}");
        let comparison = revise(&before, &after);
        found.extend(told(name, text, &comparison.findings));
        let ice =
            comparison.sections.iter().flat_map(|pair| &pair.aspects).filter(|row| row.name == "ice-ufrag");
        let restarts = ice.clone().filter(|row| row.change == Change::Changed).count();
        let expected = if name.contains("/restart") { ice.count() } else { 0 };
        assert_eq!(restarts, expected, "{name}");
    }
    assert_eq!(found, [""; 0]);
}

#[test]
fn what_is_listed_as_true_is_found() {
    let corpus = corpus();
    for (file, rule) in TRUE.iter().filter(|(_, rule)| !rule.starts_with("revision")) {
        let files = corpus.iter().filter(|(name, _)| name.starts_with(file));
        let mut findings = files.flat_map(|(name, text)| lint(&SDP.dissect(&text[..]), Some(role(name))));
        assert!(
            findings.any(|found| found.id() == *rule),
            "{file} no longer has {rule}: take it out of the list"
        );
    }
}
