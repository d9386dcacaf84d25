//! Has cargo compile exercises, and sorts what it says by exercise.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use exercises::Exercise;
use serde::Deserialize;

use super::Course;
use super::diagnostics::Diagnostic;
use super::waiting::Waiting;

/// What cargo made.
#[derive(Debug, Default)]
pub(super) struct Built {
    executables: HashMap<String, PathBuf>,
    errors: HashMap<String, Vec<Diagnostic>>,
}

impl Built {
    /// The program of an exercise, or why there is none.
    pub(super) fn of(&self, exercise: &Exercise) -> Result<&Path, &[Diagnostic]> {
        let target = exercise.target();
        self.executables
            .get(&target)
            .map(PathBuf::as_path)
            .ok_or_else(|| self.errors.get(&target).map(Vec::as_slice).unwrap_or_default())
    }
}

/// A line of `cargo build --message-format=json`.
#[derive(Deserialize)]
#[serde(tag = "reason")]
enum Said {
    #[serde(rename = "compiler-artifact")]
    Artifact { target: Target, executable: Option<PathBuf> },
    #[serde(rename = "compiler-message")]
    Message { target: Target, message: Diagnostic },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

impl Target {
    fn is_exercise(&self) -> bool {
        self.kind.iter().any(|kind| kind == "test")
    }
}

/// Compiles one exercise, or all.
pub(super) fn build(course: &Course, only: Option<&Exercise>) -> Result<Built> {
    all_there(course)?;
    // Under `cargo run`, cargo says which cargo it is.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo"));
    let mut command = Command::new(&cargo);
    command.current_dir(course.workbook().root());
    command.args(["build", "--package", "exercises", "--message-format", "json"]);
    match only {
        Some(exercise) => command.args(["--test", &exercise.target()]),
        // One broken file must not hold up the others.
        None => command.args(["--tests", "--keep-going"]),
    };
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());

    let waiting = Waiting::for_("compiling the exercises");
    let mut child = command.spawn().with_context(|| {
        format!("cannot run {}: exercises are compiled by cargo, which comes with Rust", cargo.display())
    })?;
    // Both pipes are read at once: a full one would stop cargo.
    let stderr = child.stderr.take().map(|mut pipe| {
        std::thread::spawn(move || {
            let mut text = String::new();
            // Whatever was read before an error is all there is to show.
            let _ = pipe.read_to_string(&mut text);
            text
        })
    });
    let mut built = Built::default();
    let mut elsewhere = Vec::new();
    for line in child.stdout.take().map(BufReader::new).into_iter().flat_map(BufRead::lines) {
        match serde_json::from_str(&line.context("cannot read what cargo says")?) {
            Ok(Said::Artifact { target, executable: Some(executable) }) if target.is_exercise() => {
                built.executables.insert(target.name, executable);
            }
            Ok(Said::Message { target, message }) if message.level == "error" => {
                if target.is_exercise() {
                    built.errors.entry(target.name).or_default().push(message);
                } else {
                    elsewhere.push(message.rendered.unwrap_or(message.message));
                }
            }
            _ => {}
        }
    }
    let status = child.wait().context("cannot wait for cargo")?;
    drop(waiting);
    let stderr = stderr.and_then(|thread| thread.join().ok()).unwrap_or_default();

    if !elsewhere.is_empty() {
        bail!(
            "the checks themselves do not compile; was a file in exercises/src changed?\n{}",
            elsewhere.concat()
        );
    }
    if !status.success() && built.errors.is_empty() {
        bail!("cargo could not compile the exercises:\n{}", stderr.trim_end());
    }
    Ok(built)
}

/// Cargo refuses a package of which one file is missing.
fn all_there(course: &Course) -> Result<()> {
    let folder = course.workbook().exercises();
    match course.catalogue().exercises.iter().find(|exercise| !folder.join(exercise.file()).is_file()) {
        Some(exercise) => {
            let file = exercise.file();
            bail!("exercises/{file} is missing; `git restore exercises/{file}` brings it back as it was")
        }
        None => Ok(()),
    }
}
