//! The files of tests/data/sdp/.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use wire::sdp::{Places, SDP};
use wire::{Dissection, Note, Severity};

use crate::sdp_peers::Sdps;

pub(crate) const MAKERS: [&str; 5] = ["aiortc", "chromium", "firefox", "rtc", "webrtc"];

/// What each maker answers of the others' offers.
const ANSWERED: [&str; 2] = ["audio-video", "simulcast"];

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/sdp")
}

/// All that a maker has made, by name.
pub(crate) fn read(maker: &str) -> Sdps {
    let Ok(files) = fs::read_dir(folder().join(maker)) else { return Sdps::new() };
    let files = files.map(|file| file.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "sdp"));
    files
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// `{ maker: { situation: sdp } }`
pub(crate) fn offers_of_others(maker: &str) -> BTreeMap<String, Sdps> {
    let others = MAKERS.into_iter().filter(|other| *other != maker);
    others
        .map(|other| {
            let mut made = read(other);
            let offers = ANSWERED.iter().filter_map(|situation| {
                Some(((*situation).to_owned(), made.remove(&format!("{situation}-offer"))?))
            });
            (other.to_owned(), offers.collect())
        })
        .collect()
}

/// What was made now is of the same kind as the files: the same situations, with the same m-lines in each. What it says
/// in them is the maker's, and changes with its versions.
///
/// With `SDP_CORPUS=update` all but the answers to others' offers is written anew; with `SDP_CORPUS=answers` these are,
/// to the offers that lie there then.
pub(crate) fn holds_or_update(maker: &str, made: &Sdps) {
    match std::env::var("SDP_CORPUS").as_deref() {
        Ok("update") => return write(maker, made, |name| !answers_another(name)),
        Ok("answers") => return write(maker, made, answers_another),
        _ => {}
    }
    dissects_without_complaint(maker, made);
    let held = read(maker);
    let names = |sdps: &Sdps| sdps.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(made), names(&held), "{maker} knows other situations now: see tests/data/sdp/README.md");
    for (name, sdp) in made {
        assert_eq!(media(sdp), media(&held[name]), "{maker}/{name}");
    }
}

fn answers_another(name: &str) -> bool {
    name.contains("-answer-to-")
}

fn write(maker: &str, made: &Sdps, which: fn(&str) -> bool) {
    let folder = folder().join(maker);
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str| folder.join(format!("{name}.sdp"));
    for name in read(maker).keys().filter(|name| which(name)) {
        fs::remove_file(file(name)).unwrap();
    }
    for (name, sdp) in made.iter().filter(|(name, _)| which(name)) {
        fs::write(file(name), sdp).unwrap();
    }
}

/// Each m-line's kind, and whether its port is 0.
fn media(sdp: &str) -> Vec<(String, bool)> {
    let lines = sdp.lines().filter_map(|line| line.strip_prefix("m="));
    lines
        .map(|line| {
            let mut words = line.split(' ');
            (words.next().unwrap().to_owned(), words.next() == Some("0"))
        })
        .collect()
}

/// A maker knows what it writes: nothing in it is rarely meant, let alone wrong.
pub(crate) fn dissects_without_complaint(maker: &str, sdps: &Sdps) {
    for (name, sdp) in sdps {
        let tree = SDP.dissect(sdp.as_bytes());
        assert_eq!(complaints(&tree), [""; 0], "{maker}/{name}");
        assert_eq!(tree.find("Not dissected").map(|node| node.span), None, "{maker}/{name}");
    }
}

fn complaints(tree: &Dissection<'_>) -> Vec<String> {
    let bad = |note: &&Note| !matches!(note.severity, Severity::Good | Severity::Info);
    let places = Places::of(tree.wire());
    tree.notes()
        .iter()
        .filter(bad)
        .map(|note| format!("{}: {}", places.place(note.span), note.text))
        .collect()
}
