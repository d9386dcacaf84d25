//! `wirebook watch`.

use std::collections::HashMap;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;
use std::{fs, thread};

use anyhow::{Context, Result};
use exercises::Exercise;
use notify::{EventKind, RecursiveMode, Watcher};

use super::FINE;
use super::check::first_open;
use crate::course::{Course, Report, State, command, style};

/// Check an exercise each time its file is saved
///
/// Shows the first exercise that is still open, then the one that you save. Ctrl-C ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: wirebook watch     then edit exercises/stun/message_type.rs and save")]
pub(super) struct Args {}

/// Editors write a file in several steps; this is how long a save may take to settle.
const SETTLE: Duration = Duration::from_millis(15);

pub(super) fn run(_: &Args) -> Result<u8> {
    end_at_ctrl_c()?;
    let course = Course::open()?;
    // First watch, then look: what is saved in between is not lost.
    let (send, saved) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(send).context("cannot watch files on this system")?;
    let folder = course.workbook().exercises();
    watcher
        .watch(&folder, RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch {}", folder.display()))?;

    let mut desk = Desk::open(&course)?;
    while let Some(exercise) = next_save(&course, &saved, &desk.seen)? {
        // A file that is missing for a moment must not end the watch.
        if let Err(error) = desk.check(exercise) {
            desk.show(&format!("error: {error:#}\n"), None)?;
        }
    }
    Ok(FINE)
}

/// The exercise whose file is saved next; None when nothing is watched anymore.
fn next_save<'c>(
    course: &'c Course,
    saved: &Receiver<notify::Result<notify::Event>>,
    seen: &HashMap<PathBuf, Vec<u8>>,
) -> Result<Option<&'c Exercise>> {
    let mut newest = None;
    loop {
        let event = match newest {
            None => saved.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(_) => saved.recv_timeout(SETTLE),
        };
        match event {
            Ok(event) => {
                let event = event.context("lost sight of the exercises")?;
                // The compiler reads the files, too.
                if matches!(event.kind, EventKind::Access(_)) {
                    continue;
                }
                let changed = |path: &&PathBuf| fs::read(path).is_ok_and(|now| seen.get(*path) != Some(&now));
                let exercise = event.paths.iter().filter(changed).find_map(|path| course.by_path(path));
                newest = exercise.or(newest);
            }
            Err(RecvTimeoutError::Timeout) => return Ok(newest),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
        }
    }
}

/// What the screen shows, and what it knows.
struct Desk<'c> {
    course: &'c Course,
    reports: Vec<Report<'c>>,
    /// What each file held when it was last checked: an event about the same words is none.
    seen: HashMap<PathBuf, Vec<u8>>,
}

impl<'c> Desk<'c> {
    fn open(course: &'c Course) -> Result<Self> {
        let mut desk = Self { course, reports: Vec::new(), seen: HashMap::new() };
        let all = &course.catalogue().exercises;
        // Before the check, which may take long: what is saved while it runs is then checked again.
        all.iter().for_each(|exercise| desk.remember(exercise));
        desk.reports = course.check_all()?;
        let text = first_open(&desk.reports).map_or(String::new(), |report| report.text.clone());
        desk.show(&text, None)?;
        Ok(desk)
    }

    fn check(&mut self, exercise: &'c Exercise) -> Result<()> {
        self.remember(exercise);
        let report = self.course.check(exercise)?;
        let text = report.text.clone();
        let state = report.state;
        if let Some(old) = self.reports.iter_mut().find(|old| old.exercise.id == exercise.id) {
            *old = report;
        }
        self.show(&text, (state == State::Passed).then_some(exercise))
    }

    fn remember(&mut self, exercise: &Exercise) {
        let path = self.course.workbook().exercises().join(exercise.file());
        let words = fs::read(&path).unwrap_or_default();
        self.seen.insert(path, words);
    }

    fn show(&self, text: &str, solved: Option<&Exercise>) -> Result<()> {
        let style = style();
        let mut out = io::stdout().lock();
        if out.is_terminal() {
            // Clear the screen and what scrolled off it, and go to the top.
            write!(out, "\x1b[2J\x1b[3J\x1b[H")?;
        }
        writeln!(out, "{text}")?;
        if let Some(exercise) = solved {
            write!(out, "{}", style.field("compare", &format!("{} solution {}", command(), exercise.id)))?;
            if let Some(next) = first_open(&self.reports) {
                let next = format!("{}, in exercises/{}", next.exercise.id, next.exercise.file());
                write!(out, "{}", style.field("next", &next))?;
            }
            writeln!(out)?;
        }
        let passed = self.reports.iter().filter(|report| report.state == State::Passed).count();
        let all = self.reports.len();
        let end = if passed == all { "all pass" } else { "save a file to check it" };
        let line = format!("{passed} of {all} pass   watching exercises/   {end}   Ctrl-C ends");
        writeln!(out, "{}", style.dim(&line))?;
        out.flush().context("cannot write to the terminal")
    }
}

/// Ends the program quietly. Cargo and the exercise hear the same Ctrl-C.
fn end_at_ctrl_c() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    thread::spawn(move || {
        if runtime.block_on(tokio::signal::ctrl_c()).is_ok() {
            println!();
            std::process::exit(i32::from(FINE));
        }
    });
    Ok(())
}
