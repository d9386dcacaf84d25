//! What real software writes: `tests/data/sdp` at the root of the workspace.

use std::fs;
use std::path::{Path, PathBuf};

use wire::sdp::{Description, Places, SDP};
use wire::{Severity, protocols};

use crate::common::tiles;

/// Each file, and what is in it.
fn corpus() -> Vec<(PathBuf, Vec<u8>)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/sdp")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(end) if end == "sdp" => files.push((path.clone(), fs::read(&path).unwrap())),
                _ => {}
            }
        }
    }
    files.sort();
    assert!(files.len() > 20, "the corpus is there: {}", files.len());
    files
}

#[test]
fn real_descriptions_are_read_to_the_last_part() {
    let mut said = String::new();
    for (path, bytes) in corpus() {
        assert_eq!(protocols::guess(&bytes).id, "sdp", "{}", path.display());
        let d = SDP.dissect(&bytes[..]);
        tiles(&d);
        let places = Places::of(&bytes);
        let name = path.components().rev().take(2).map(|c| c.as_os_str().to_string_lossy().into_owned());
        let name = name.collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/");
        for note in d.notes().iter().filter(|note| note.severity >= Severity::Warning) {
            said += &format!("{name}:{} {:?}: {}\n", places.place(note.span), note.severity, note.text);
        }
        for node in d.nodes().iter().filter(|n| ["a=", "Not dissected", "line"].contains(&n.field.name)) {
            let text = String::from_utf8_lossy(d.bytes(node.span)).into_owned();
            said += &format!("{name}:{} unknown: {}\n", places.place(node.span), text.trim_end());
        }
        let description = Description::of(&d).unwrap();
        let lines = String::from_utf8(bytes.clone()).unwrap().lines().count();
        assert_eq!(description.lines().count(), lines, "{name}");
        for section in &description.media {
            let written = section.attributes("candidate").count();
            assert_eq!(section.candidates().count(), written, "{name}: each candidate can be read");
        }
    }
    insta::assert_snapshot!("corpus", said);
}
