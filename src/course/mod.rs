//! The course: finds exercises, compiles and runs them, and says how it went.
//!
//! An exercise is a program of its own (see [`exercises`]). Here cargo compiles it ([`build`]), the program
//! runs under limits ([`run`]), and its exit code and words become a [`Report`]. Nothing is remembered about
//! what passed: the files are asked each time, so that the answer is never stale.

mod build;
mod diagnostics;
mod hints;
mod run;
mod waiting;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use exercises::{Catalogue, Exercise, Style};

use crate::workbook::Workbook;

pub use hints::Hints;

/// The exercises of a workbook.
#[derive(Debug)]
pub struct Course {
    workbook: Workbook,
    catalogue: Catalogue,
}

/// How one exercise stands.
#[derive(Clone, Debug)]
pub struct Report<'c> {
    /// Which.
    pub exercise: &'c Exercise,
    /// How.
    pub state: State,
    /// The whole verdict, as the terminal shows it.
    pub text: String,
}

/// How an exercise stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All cases hold.
    Passed,
    /// It still says `todo!()`.
    NotYet,
    /// A case does not hold.
    Failed,
    /// It does not compile.
    Broken,
}

impl State {
    /// One word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::NotYet => "not yet",
            Self::Failed => "failed",
            Self::Broken => "does not compile",
        }
    }
}

impl Course {
    /// The course of the workbook that the current folder lies in.
    ///
    /// # Errors
    /// Where there is no workbook, or its catalogue cannot be read.
    pub fn open() -> Result<Self> {
        Self::of(Workbook::find()?)
    }

    /// The course of a workbook.
    ///
    /// # Errors
    /// Where its catalogue cannot be read: says where in it.
    pub fn of(workbook: Workbook) -> Result<Self> {
        let path = workbook.exercises().join("catalogue.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let catalogue = Catalogue::parse(&text).with_context(|| format!("in {}", path.display()))?;
        Ok(Self { workbook, catalogue })
    }

    /// Where it lies.
    #[must_use]
    pub fn workbook(&self) -> &Workbook {
        &self.workbook
    }

    /// Everything that is known of the exercises beside their code.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The exercise that a user means: `stun::xor_address`, `xor_address`, or the path of its file.
    ///
    /// # Errors
    /// Where there is none of that name, with the nearest names.
    pub fn find(&self, name: &str) -> Result<&Exercise> {
        let all = &self.catalogue.exercises;
        let name = name.strip_prefix("./").unwrap_or(name);
        if let Some(exercise) = all.iter().find(|e| e.id == name || name.ends_with(&e.file())) {
            return Ok(exercise);
        }
        let wanted = name.strip_suffix(".rs").unwrap_or(name).replace(['/', '\\'], "::");
        let same: Vec<_> = all.iter().filter(|e| e.id == wanted || e.name() == wanted).collect();
        match same[..] {
            [exercise] => Ok(exercise),
            [] => bail!("there is no exercise {name:?}{}", self.nearest(&wanted)),
            _ => bail!("several exercises are called {name:?}: {}", list(same.iter().map(|e| e.id.as_str()))),
        }
    }

    /// The exercise whose file this is.
    #[must_use]
    pub fn by_path(&self, path: &Path) -> Option<&Exercise> {
        let inside = path.strip_prefix(self.workbook.exercises()).ok()?;
        self.catalogue.exercises.iter().find(|exercise| Path::new(&exercise.file()) == inside)
    }

    fn nearest(&self, wanted: &str) -> String {
        let likeness =
            |e: &Exercise| strsim::jaro_winkler(&e.id, wanted).max(strsim::jaro_winkler(e.name(), wanted));
        let mut near: Vec<_> =
            self.catalogue.exercises.iter().map(|e| (likeness(e), e.id.as_str())).collect();
        near.retain(|(likeness, _)| *likeness > 0.6);
        near.sort_by(|a, b| b.0.total_cmp(&a.0));
        if near.is_empty() {
            "; `list` shows them all".to_owned()
        } else {
            format!("; did you mean {}?", list(near.iter().take(3).map(|(_, id)| *id)))
        }
    }

    /// Compiles one exercise and asks it.
    ///
    /// # Errors
    /// Where cargo cannot be run, or the checks themselves do not compile. An exercise that does not compile is
    /// a [`State::Broken`].
    pub fn check<'c>(&self, exercise: &'c Exercise) -> Result<Report<'c>> {
        let built = build::build(self, Some(exercise))?;
        Ok(self.report(exercise, &built))
    }

    /// Compiles all exercises and asks each.
    ///
    /// # Errors
    /// As [`Course::check`].
    pub fn check_all(&self) -> Result<Vec<Report<'_>>> {
        let built = build::build(self, None)?;
        let all = &self.catalogue.exercises;
        // Side by side, so that two endless loops cost the patience for one.
        Ok(std::thread::scope(|scope| {
            let asked: Vec<_> = all.iter().map(|e| scope.spawn(|| self.report(e, &built))).collect();
            asked.into_iter().filter_map(|thread| thread.join().ok()).collect()
        }))
    }

    fn report<'c>(&self, exercise: &'c Exercise, built: &build::Built) -> Report<'c> {
        let (state, text) = match built.of(exercise) {
            Ok(executable) => run::run(executable, exercise, self),
            Err(errors) => (State::Broken, diagnostics::show(exercise, errors, &style())),
        };
        Report { exercise, state, text }
    }
}

/// What the reader's terminal can show.
#[must_use]
pub fn style() -> Style {
    match terminal_size::terminal_size_of(std::io::stdout()) {
        Some((width, _)) => Style::new(width.0.into()),
        None => Style::of_stdout(),
    }
}

/// How the reader started this program, to say in what comes next.
#[must_use]
pub fn command() -> &'static str {
    // Cargo says so to what `cargo run` runs.
    if std::env::var_os("CARGO_PKG_NAME").is_some() { "cargo run --" } else { "wirebook" }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
