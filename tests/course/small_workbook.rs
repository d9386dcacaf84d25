//! A workbook with nothing in it but the exercises, to solve and to break.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, MutexGuard, PoisonError};

use exercises::{Catalogue, Exercise};

/// The workbook under test.
pub(crate) const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// One test at a time: they edit the same files.
static DESK: Mutex<()> = Mutex::new(());

/// The small workbook, while one test has it.
pub(crate) struct SmallWorkbook {
    root: PathBuf,
    pub(crate) catalogue: Catalogue,
    _desk: MutexGuard<'static, ()>,
}

impl SmallWorkbook {
    /// The exercises of one chapter, all solved, no hint opened: what a test of the commands sees does not
    /// change with each new chapter.
    pub(crate) fn open() -> Self {
        Self::of(|exercise| exercise.chapter() == "stun", |_| Vec::new())
    }

    /// All exercises solved, no hint opened, and for each a program of its wrong answers. With `WIREBOOK_CHAPTER` those of
    /// that chapter alone, which is what somebody who writes one waits for.
    pub(crate) fn whole() -> Self {
        let chapter = std::env::var("WIREBOOK_CHAPTER").ok();
        Self::of(
            |exercise| chapter.as_deref().is_none_or(|chapter| exercise.chapter() == chapter),
            wrong_answers,
        )
    }

    fn of(wanted: impl Fn(&Exercise) -> bool, wrong: impl Fn(&Exercise) -> Vec<(String, String)>) -> Self {
        let desk = DESK.lock().unwrap_or_else(PoisonError::into_inner);
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("small workbook");
        for folder in ["crates/sim", "crates/wire", "exercises/src", "exercises/solutions", "exercises/wrong"]
        {
            copy(&Path::new(ROOT).join(folder), &root.join(folder));
        }
        for file in ["Cargo.lock", "book.toml"] {
            copy(&Path::new(ROOT).join(file), &root.join(file));
        }
        fs::create_dir_all(root.join("traces")).unwrap();
        let text = fs::read_to_string(Path::new(ROOT).join("exercises/catalogue.toml")).unwrap();
        let mut catalogue = Catalogue::parse(&text).unwrap();
        catalogue.exercises.retain(wanted);
        let _none_opened = fs::remove_file(root.join("target/wirebook/hints.json"));
        let small = Self { root, catalogue, _desk: desk };
        write(&small.root.join("Cargo.toml"), &workspace());
        // What checks the exercises includes the catalogue, and is compiled again where it has changed.
        write(&small.root.join("exercises/catalogue.toml"), &small.listed(&text));
        write(&small.root.join("exercises/Cargo.toml"), &small.manifest(wrong));
        for exercise in &small.catalogue.exercises {
            small.edit(exercise, &solution(exercise));
        }
        small
    }

    /// The package as it is, with a target for each exercise that this workbook has, and one for its wrong answers.
    fn manifest(&self, wrong: impl Fn(&Exercise) -> Vec<(String, String)>) -> String {
        let text = fs::read_to_string(Path::new(ROOT).join("exercises/Cargo.toml")).unwrap();
        let mut manifest: toml::Table = text.parse().unwrap();
        manifest.remove("test");
        let mut manifest = manifest.to_string();
        let mut add = |name: &str, path: &str| {
            manifest += &format!("\n[[test]]\nname = \"{name}\"\npath = \"{path}\"\nharness = false\n");
        };
        for exercise in &self.catalogue.exercises {
            add(&exercise.target(), &exercise.file());
            let mistakes = wrong(exercise);
            if !mistakes.is_empty() {
                let file = format!("{}.rs", wrong_target(exercise));
                write(&self.root.join("exercises").join(&file), &program_of(exercise, &mistakes));
                add(&wrong_target(exercise), &file);
            }
        }
        manifest
    }

    /// The catalogue's text, with those exercises only that this workbook has.
    fn listed(&self, text: &str) -> String {
        let mut listed: toml::Table = text.parse().unwrap();
        let exercises = listed["exercise"].as_array_mut().unwrap();
        exercises.retain(|exercise| self.catalogue.find(exercise["id"].as_str().unwrap()).is_some());
        listed.to_string()
    }

    /// Saves a student's file.
    pub(crate) fn edit(&self, exercise: &Exercise, text: &str) {
        write(&self.path(exercise), text);
    }

    pub(crate) fn find(&self, id: &str) -> Exercise {
        self.catalogue.find(id).unwrap().clone()
    }

    pub(crate) fn path(&self, exercise: &Exercise) -> PathBuf {
        self.root.join("exercises").join(exercise.file())
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `wirebook`, ready to run here: 80 columns, no color.
    pub(crate) fn wirebook(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wirebook"));
        command.current_dir(&self.root);
        command.env("COLUMNS", "80").env("NO_COLOR", "1");
        // What cargo told this test is not meant for the program.
        command.env_remove("CARGO_PKG_NAME");
        command
    }

    /// Runs `wirebook`: its exit code, and what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> (i32, String) {
        told(self.wirebook().args(arguments).output().unwrap())
    }

    /// Compiles everything, and gives the programs by target.
    pub(crate) fn build(&self) -> HashMap<String, PathBuf> {
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(&self.root).args(["build", "-p", "exercises", "--tests", "--message-format=json"]);
        let output = cargo.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let lines = String::from_utf8(output.stdout).unwrap();
        let messages = lines.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        messages
            .filter_map(|message| {
                let target = message["target"]["name"].as_str()?.to_owned();
                Some((target, PathBuf::from(message["executable"].as_str()?)))
            })
            .collect()
    }

    /// Runs an exercise's program, or that of its wrong answers with the one that is meant.
    pub(crate) fn verdict(&self, program: &Path, mistake: Option<&str>) -> (i32, String) {
        let mut command = Command::new(program);
        command.args(mistake);
        command.current_dir(&self.root).env("COLUMNS", "80").env("NO_COLOR", "1");
        command.env_remove("WIREBOOK_COMMAND").env_remove("WIREBOOK_HINTS");
        told(command.output().unwrap())
    }
}

/// Exit code, standard output, then standard error.
pub(crate) fn told(output: Output) -> (i32, String) {
    let text = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8(text).unwrap())
}

pub(crate) fn solution(exercise: &Exercise) -> String {
    fs::read_to_string(Path::new(ROOT).join("exercises/solutions").join(exercise.file())).unwrap()
}

/// The typical mistakes of an exercise: name and text.
pub(crate) fn wrong_answers(exercise: &Exercise) -> Vec<(String, String)> {
    let folder = Path::new(ROOT).join("exercises/wrong").join(exercise.chapter()).join(exercise.name());
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let mut answers: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, fs::read_to_string(path).unwrap())
        })
        .collect();
    answers.sort();
    answers
}

/// The target that has an exercise's wrong answers in the small workbook.
pub(crate) fn wrong_target(exercise: &Exercise) -> String {
    format!("wrong_{}", exercise.target())
}

/// All wrong answers of an exercise as one program, which is told by its argument which one to be: to link one for
/// each of them would take minutes.
fn program_of(exercise: &Exercise, mistakes: &[(String, String)]) -> String {
    let (chapter, name) = (exercise.chapter(), exercise.name());
    let (mut modules, mut arms) = (String::new(), String::new());
    for (mistake, _) in mistakes {
        modules += &format!("#[path = \"wrong/{chapter}/{name}/{mistake}.rs\"]\nmod {mistake};\n");
        arms += &format!("        Some(\"{mistake}\") => {mistake}::main(),\n");
    }
    format!(
        "{modules}\nfn main() -> std::process::ExitCode {{\n    match std::env::args().nth(1).as_deref() {{\n{arms}        \
         other => panic!(\"no wrong answer {{other:?}}\"),\n    }}\n}}\n"
    )
}

/// The workspace's own table and profiles, with three members.
fn workspace() -> String {
    let mut manifest: toml::Table =
        fs::read_to_string(Path::new(ROOT).join("Cargo.toml")).unwrap().parse().unwrap();
    manifest.retain(|key, _| matches!(key, "workspace" | "profile"));
    let workspace = manifest["workspace"].as_table_mut().unwrap();
    workspace.remove("default-members");
    let members = ["crates/sim", "crates/wire", "exercises"].map(toml::Value::from);
    workspace.insert("members".to_owned(), toml::Value::Array(members.to_vec()));
    manifest.to_string()
}

fn copy(from: &Path, to: &Path) {
    forget_what_is_gone(from, to);
    if from.is_dir() {
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            copy(&path, &to.join(path.file_name().unwrap()));
        }
    } else {
        let bytes = fs::read(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
        write_bytes(to, &bytes);
    }
}

/// Removes from the copy of a folder what its original no longer has: a module that moved would stand there twice.
fn forget_what_is_gone(from: &Path, to: &Path) {
    for entry in fs::read_dir(to).into_iter().flatten().flatten() {
        let (original, copied) = (from.join(entry.file_name()), entry.path());
        match copied.is_dir() {
            true if !original.is_dir() => fs::remove_dir_all(copied).unwrap(),
            false if !original.is_file() => fs::remove_file(copied).unwrap(),
            _ => {}
        }
    }
}

fn write(path: &Path, text: &str) {
    write_bytes(path, text.as_bytes());
}

/// Leaves a file alone that is right already, so that cargo need not compile it again.
fn write_bytes(path: &Path, bytes: &[u8]) {
    if fs::read(path).is_ok_and(|now| now == bytes) {
        return;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, bytes).unwrap();
}
