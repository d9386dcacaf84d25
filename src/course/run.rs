//! Runs a compiled exercise. It limits itself; this is for when even that does not work.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use exercises::{Exercise, Style};

use super::{Course, State, command, style};

/// An exercise stops itself after 3 seconds.
const PATIENCE: Duration = Duration::from_secs(8);
/// How much of what a student prints is kept: the end of it, where the verdict stands.
const KEPT: usize = 64 << 10;

/// Runs it, and gives how it stands and what it printed.
pub(super) fn run(executable: &Path, exercise: &Exercise, course: &Course) -> (State, String) {
    let style = style();
    let mut program = Command::new(executable);
    program.current_dir(course.workbook().root());
    program.env("COLUMNS", style.width.to_string()).env("WIREBOOK_COMMAND", command());
    program.env("WIREBOOK_HINTS", super::Hints::of(course.workbook()).seen(exercise).to_string());
    if style.color {
        program.env("CLICOLOR_FORCE", "1");
    }
    program.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    match program.spawn() {
        Ok(child) => finish(child, exercise, &style),
        Err(error) => (State::Broken, format!("{} cannot be run: {error}\n", exercise.id)),
    }
}

fn finish(mut child: Child, exercise: &Exercise, style: &Style) -> (State, String) {
    let printed = [child.stderr.take().map(end_of), child.stdout.take().map(end_of)];
    let status = wait(&mut child);
    let printed: Vec<_> = printed.into_iter().flatten().filter_map(|thread| thread.join().ok()).collect();
    let printed = printed.concat();
    // Code that ends the program itself leaves an exit code, but no verdict.
    let verdict = printed.contains(&exercise.id);
    let state = match status.as_ref().ok().and_then(ExitStatus::code).filter(|_| verdict) {
        Some(0) => State::Passed,
        Some(1) => State::Failed,
        Some(3) => State::NotYet,
        _ => return (State::Failed, died(exercise, status, &printed, style)),
    };
    (state, printed)
}

/// Waits until it ends, and ends it where that takes too long.
fn wait(child: &mut Child) -> io::Result<ExitStatus> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if started.elapsed() > PATIENCE {
            child.kill()?;
            return child.wait();
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The end of what a pipe gives, however much that is.
fn end_of(mut pipe: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut kept = VecDeque::new();
        let mut buffer = [0; 8 << 10];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            kept.extend(&buffer[..read]);
            kept.drain(..kept.len().saturating_sub(KEPT));
        }
        String::from_utf8_lossy(kept.make_contiguous()).into_owned()
    })
}

/// Words on the way out, and what they mean.
static LAST_WORDS: [(&str, &str); 2] = [
    (
        "overflowed its stack",
        "your code called itself until the stack was full. Look for a recursion that takes no bytes",
    ),
    (
        "memory allocation",
        "your code asked for more memory than there is. Look at which number it used as a size",
    ),
];

fn died(exercise: &Exercise, status: io::Result<ExitStatus>, printed: &str, style: &Style) -> String {
    let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
    let why = LAST_WORDS.iter().find(|(words, _)| printed.contains(words)).map_or(
        "it ended before it could give a verdict. Does it hold a lock, or call process::exit?",
        |(_, why)| why,
    );
    [
        printed,
        &format!("{} {}\n", style.strong(&exercise.id), style.wrong("FAILED")),
        &style.field("your code", &format!("ended with {how}")),
        &style.field("why", why),
        &style.field("next", &format!("{} hint {}", command(), exercise.id)),
    ]
    .concat()
}
