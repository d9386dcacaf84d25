//! A chapter is a contract: DESIGN in one test. What `cargo xtask new-chapter` leaves to write fails here,
//! and is listed.

mod contract;
mod corrections;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use contract::{Chapter, unwritten_in_lists};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

#[test]
fn every_chapter_keeps_its_contract() {
    let root = Path::new(ROOT);
    let chapters = Chapter::all(root);
    assert!(chapters.iter().any(|chapter| chapter.name == "stun"), "no chapters found in examples/");
    let mut left = String::new();
    for chapter in &chapters {
        tell(&format!("chapter {}", chapter.name), &chapter.missing(), &mut left);
    }
    tell("lists that chapters share", &unwritten_in_lists(root), &mut left);
    assert!(left.is_empty(), "left to write (CONTRIBUTING.md says how):\n{left}");
}

fn tell(what: &str, missing: &[String], left: &mut String) {
    if !missing.is_empty() {
        writeln!(left, "\n{what}:").unwrap();
        missing.iter().for_each(|line| writeln!(left, "  - {line}").unwrap());
    }
}

/// A chapter of these files, in a folder of its own.
fn missing(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let lists =
        [("book/glossary.toml", ""), ("book/rfcs.toml", ""), ("exercises/catalogue.toml", "exercise = []")];
    for (path, text) in lists.iter().chain(files) {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let chapter = Chapter { root: folder.path().to_owned(), name: "bare".to_owned() };
    chapter.missing().join("\n")
}

#[test]
fn a_chapter_without_anything_is_told_all_that_it_lacks() {
    insta::assert_snapshot!(missing(&[("book/SUMMARY.md", "- [STUN](stun.md)\n")]));
}

#[test]
fn a_chapter_that_is_half_written_is_told_the_other_half() {
    let page = "# Bare\n\n**The question: what is there?**\n\nTakes about 7 minutes.\n\n{{#packet bare.pcapng 1}}\n\n\
                {{#lab nowhere}}\n\nSee RFC 9 and [RFC 8489](https://www.rfc-editor.org/rfc/rfc8489).\n\n\
                ## What people get wrong\n\nTO WRITE: all of it\n";
    let one = "[[exercise]]\nid = \"bare::one\"\ntitle = \"\"\ntask = \"\"\nspec = \"\"\npage = \"\"\nminutes = 1\nhints = []\n";
    insta::assert_snapshot!(missing(&[
        ("book/SUMMARY.md", "- [Bare](bare.md)\n"),
        ("book/bare.md", page),
        ("book/rfcs.toml", "[[rfc]]\nnumber = 8489\n"),
        ("exercises/catalogue.toml", one),
        ("exercises/wrong/bare/one/a.rs", "\n// TO WRITE: a mistake\n"),
        ("traces/bare.pcapng", ""),
    ]));
}
