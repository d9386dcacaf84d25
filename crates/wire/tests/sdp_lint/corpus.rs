//! What real peers write: no finding there may be untrue.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wire::Severity;
use wire::sdp::lint::{Finding, Role, lint};
use wire::sdp::negotiation::{is_revision, negotiate, revise};
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

fn told(text: &[u8], findings: &[Finding]) -> Vec<String> {
    let places = Places::of(text);
    let severe = findings.iter().filter(|found| found.severity >= Severity::Info);
    severe
        .map(|found| {
            format!("{:?} {} {} {}", found.severity, places.place(found.span), found.id(), found.message)
        })
        .collect()
}

#[test]
fn dump() {
    let all = corpus();
    for (name, text) in &all {
        let tree = SDP.dissect(&text[..]);
        let role = if name.contains("offer") { Role::Offer } else { Role::Answer };
        for line in told(text, &lint(&tree, Some(role))) {
            if !line.starts_with("Info") || !line.contains("syntax") {
                println!("{name}: {line}");
            }
        }
        if role == Role::Answer {
            let (maker, rest) = name.split_once('/').unwrap();
            let (kind, other) = rest.split_once("-answer").unwrap();
            let other = other.strip_prefix("-to-").unwrap_or(maker);
            let Some(offer) = all.get(&format!("{other}/{kind}-offer")) else {
                println!("{name}: no offer");
                continue;
            };
            let offer = SDP.dissect(&offer[..]);
            let (offer, answer) = (Description::of(&offer).unwrap(), Description::of(&tree).unwrap());
            for line in told(text, &negotiate(&offer, &answer).findings) {
                println!("{name}: NEG {line}");
            }
        }
        if let Some(before) =
            name.contains("-2-").then(|| name.replace("-2-", "-1-")).and_then(|name| all.get(&name))
        {
            let before = SDP.dissect(&before[..]);
            let (before, after) = (Description::of(&before).unwrap(), Description::of(&tree).unwrap());
            println!("{name}: revision {}", is_revision(&before, &after));
            for line in told(text, &revise(&before, &after).findings) {
                println!("{name}: REV {line}");
            }
        }
    }
}
