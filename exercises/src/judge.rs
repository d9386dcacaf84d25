//! Runs a check to its verdict, whatever the student's code does: returns, panics, hangs or eats memory.

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use crate::exam::keep_panics;
use crate::{Catalogue, Exam, Failure, Outcome, Reason, Returned, Style, Verdict};

/// How long all cases of an exercise may take together. They take microseconds.
const PATIENCE: Duration = Duration::from_secs(3);
/// How often the limits are looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// How much memory the cases may take. They take kilobytes.
const MEMORY: usize = 300 << 20;

/// What a check gives: nothing, where every case holds.
type Checked = Result<(), Box<Failure>>;

/// The `main` of an exercise: runs its check, prints the verdict, exits with [`Outcome::code`].
pub fn main(id: &'static str, check: impl FnOnce(&Exam) -> Checked + Send + 'static) -> ExitCode {
    keep_panics();
    let verdict = examine(id, check);
    let shown = verdict.show(Catalogue::built_in().find(id), &Style::of_stdout());
    // The lock is kept to the end: a loop that still prints must not bury the verdict.
    let mut out = io::stdout().lock();
    let _ = out.write_all(shown.as_bytes()).and_then(|()| out.flush());
    std::mem::forget(out);
    ExitCode::from(verdict.outcome.code())
}

/// Runs a check on a thread of its own, and leaves it there if it takes too long.
pub fn examine(id: &str, check: impl FnOnce(&Exam) -> Checked + Send + 'static) -> Verdict {
    let exam = Exam::default();
    let (send, receive) = mpsc::channel();
    let at_work = exam.clone();
    thread::spawn(move || send.send(check(&at_work)));

    let started = Instant::now();
    let before = memory();
    let checked = loop {
        match receive.recv_timeout(GLANCE) {
            Ok(checked) => break checked,
            Err(RecvTimeoutError::Timeout) if memory() > before + MEMORY => break Err(stopped(&exam, EATS)),
            Err(RecvTimeoutError::Timeout) if started.elapsed() > PATIENCE => {
                break Err(stopped(&exam, HANGS));
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break Err(stopped(&exam, DIED)),
        }
    };
    let held = if checked.is_ok() { exam.asked() } else { exam.held() };
    let outcome = match checked {
        Ok(()) => Outcome::Passed,
        Err(failure) if is_unwritten(&failure) => Outcome::NotYet(failure),
        Err(failure) => Outcome::Failed(failure),
    };
    Verdict { id: id.to_owned(), outcome, held }
}

/// What happened, and what usually causes it.
type Stopped = (&'static str, &'static str);

const HANGS: Stopped = (
    "nothing: stopped after 3 seconds",
    "a loop here never ends. Look for a round that takes no bytes: each round must move on, also past an element \
     of length 0",
);
const EATS: Stopped = (
    "nothing: stopped at 300 MB of memory",
    "a loop here collects and never ends. Look for a round that takes no bytes: each round must move on, also \
     past an element of length 0",
);
const DIED: Stopped = ("nothing: the check itself broke off", "this is a fault of the check and not yours");

fn stopped(exam: &Exam, (what, why): Stopped) -> Box<Failure> {
    let current = exam.current().unwrap_or_else(|| Failure {
        case: "before the first case".to_owned(),
        returned: Returned::Nothing(String::new()),
        expected: String::new(),
        bytes: Vec::new(),
        text: false,
        reason: Reason::new(wire::Spec::Own, ""),
    });
    let reason = Reason { why: why.to_owned(), ..current.reason };
    Box::new(Failure { returned: Returned::Nothing(what.to_owned()), reason, ..current })
}

/// How `todo!()` and `unimplemented!()` begin their messages.
fn is_unwritten(failure: &Failure) -> bool {
    let Returned::Panic { message, .. } = &failure.returned else { return false };
    message.starts_with("not yet implemented") || message.starts_with("not implemented")
}

fn memory() -> usize {
    memory_stats::memory_stats().map_or(0, |stats| stats.physical_mem)
}
