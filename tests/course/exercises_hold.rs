//! Each exercise is whole, its solution passes, and each typical mistake gets the verdict written for it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use exercises::{Catalogue, Exercise};

use crate::small_workbook::{ROOT, SmallWorkbook, wrong_answers, wrong_target};

fn catalogue() -> Catalogue {
    Catalogue::parse(&read("exercises/catalogue.toml")).unwrap()
}

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(ROOT).join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_solution_passes() {
    let small = SmallWorkbook::whole();
    let programs = small.build();
    for exercise in &small.catalogue.exercises {
        let (code, verdict) = small.verdict(&programs[&exercise.target()], None);
        assert_eq!(code, 0, "{verdict}");
    }
}

#[test]
fn every_typical_mistake_gets_the_verdict_written_for_it() {
    let small = SmallWorkbook::whole();
    let programs = small.build();
    for exercise in &small.catalogue.exercises {
        let mut gallery = String::new();
        let mut reasons = BTreeSet::new();
        let program = &programs[&wrong_target(exercise)];
        for (mistake, text) in wrong_answers(exercise) {
            let (code, verdict) = small.verdict(program, Some(&mistake));
            assert_eq!(code, 1, "{mistake} of {} must fail: {verdict}", exercise.id);
            let told =
                ["\n  bytes", "\n  text", "\n  why"].iter().find_map(|label| verdict.split_once(label));
            let reason = told.map_or_else(|| verdict.clone(), |(_, reason)| reason.to_owned());
            assert!(reasons.insert(reason), "{mistake} of {} gets another's verdict: {verdict}", exercise.id);
            let about = text.lines().next().unwrap().trim_start_matches("//! ");
            gallery += &format!("{mistake}: {about}\n\n{verdict}\n\n");
        }
        insta::assert_snapshot!(exercise.target(), gallery);
    }
}

#[test]
fn every_exercise_is_whole() {
    let manifest = read("exercises/Cargo.toml");
    for exercise in &catalogue().exercises {
        let id = &exercise.id;
        let stub = read(&format!("exercises/{}", exercise.file()));
        assert!(stub.starts_with(&format!("//! # {id}: ")), "{id}: its file must begin with its name");
        assert!(stub.contains(&format!("exercises::check!({id}(")), "{id}: its file must end with check!");
        assert!(read(&format!("exercises/src/{}", exercise.file())).contains("pub fn check"), "{id}");
        assert!(read(&format!("exercises/solutions/{}", exercise.file())).starts_with("//! # "), "{id}");
        assert!(wrong_answers(exercise).len() >= 3, "{id}: at least three typical mistakes");
        assert_eq!(exercise.hints.len(), 3, "{id}: three hints");
        let target =
            format!("name = \"{}\"\npath = \"{}\"\nharness = false", exercise.target(), exercise.file());
        assert!(manifest.contains(&target), "{id}: exercises/Cargo.toml needs a [[test]] with\n{target}");
        is_taught(exercise);
    }
}

/// The page has the section, and the exercise's card.
fn is_taught(exercise: &Exercise) {
    let (page, anchor) = exercise.page.split_once('#').expect("a page and its section");
    let text = read(&format!("book/{}", page.replace(".html", ".md")));
    assert!(text.contains(&format!("{{#{anchor}}}")), "{}: no section {anchor} in {page}", exercise.id);
    assert!(
        text.contains(&format!("{{{{#exercise {}}}}}", exercise.id)),
        "{}: no card in {page}",
        exercise.id
    );
}

#[test]
fn no_file_is_left_over() {
    let catalogue = catalogue();
    let known: BTreeSet<String> = catalogue.exercises.iter().map(Exercise::file).collect();
    for chapter in catalogue.chapters() {
        for room in ["", "solutions/"] {
            for file in files(&format!("exercises/{room}{chapter}")) {
                assert!(
                    known.contains(&format!("{chapter}/{file}")),
                    "exercises/{room}{chapter}/{file}: whose?"
                );
            }
        }
        for folder in files(&format!("exercises/wrong/{chapter}")) {
            assert!(
                known.contains(&format!("{chapter}/{folder}.rs")),
                "exercises/wrong/{chapter}/{folder}: whose?"
            );
        }
    }
    let targets = read("exercises/Cargo.toml").matches("[[test]]").count();
    assert_eq!(targets, catalogue.exercises.len(), "one [[test]] in exercises/Cargo.toml for each exercise");
}

fn files(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(Path::new(ROOT).join(folder)).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn the_five_broken_packets_are_printed_as_they_are() {
    use exercises::stun::spot_the_error::Packet;
    let stub = read("exercises/stun/spot_the_error.rs");
    for packet in [Packet::A, Packet::B, Packet::C, Packet::D, Packet::E] {
        for row in packet.bytes().chunks(16).map(exercises::hex) {
            assert!(stub.contains(&format!("//!     {row}\n")), "{packet:?}: {row}");
        }
    }
}
