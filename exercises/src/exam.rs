//! Putting cases to a student's function.

use std::cell::RefCell;
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use wire::Spec;

use crate::{Failure, Reason, Returned};

/// One run through all cases of an exercise. Remembers where it stands, so that a function that never comes
/// back can be told which case it hangs on.
#[derive(Clone, Debug, Default)]
pub struct Exam {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    asked: usize,
    current: Option<Failure>,
}

/// One question, with the answer that is right.
#[derive(Debug)]
pub struct Case<'e> {
    exam: &'e Exam,
    failure: Failure,
}

impl Exam {
    /// A case: what it is in a few words, the bytes that it is about, what is right, and the rule it tests.
    #[must_use]
    pub fn case(&self, name: &str, bytes: &[u8], expected: impl Display, spec: Spec) -> Case<'_> {
        let failure = Failure {
            case: name.to_owned(),
            returned: Returned::Nothing("nothing yet".to_owned()),
            expected: expected.to_string(),
            bytes: bytes.to_vec(),
            text: false,
            reason: Reason::new(spec, ""),
        };
        Case { exam: self, failure }
    }

    /// How many cases were held before the one that stands now.
    pub(crate) fn held(&self) -> usize {
        self.lock().asked.saturating_sub(1)
    }

    /// How many cases were put.
    pub(crate) fn asked(&self) -> usize {
        self.lock().asked
    }

    /// The case that stands now.
    pub(crate) fn current(&self) -> Option<Failure> {
        self.lock().current.clone()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // A panic while the lock is held leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Case<'_> {
    /// Shows the bytes as text, because that is what they are: header fields, for example.
    #[must_use]
    pub fn text(mut self) -> Self {
        self.failure.text = true;
        self
    }

    /// Points at what is special about this case, for a panic or a loop, which say nothing about bytes.
    #[must_use]
    pub fn at(mut self, range: std::ops::Range<usize>, label: &str) -> Self {
        self.failure.reason = self.failure.reason.at(range, label);
        self
    }

    /// Calls the student's function. A panic in it becomes the failure of this case.
    ///
    /// # Errors
    /// The panic, explained.
    pub fn ask<T>(&self, call: impl FnOnce() -> T) -> Result<T, Box<Failure>> {
        {
            let mut state = self.exam.lock();
            state.asked += 1;
            state.current = Some(self.failure.clone());
        }
        // What the closure touches is not used again after a panic.
        catch_unwind(AssertUnwindSafe(call)).map_err(|payload| {
            let (message, place) = PANIC.take().unwrap_or_else(|| (text_of(payload.as_ref()), String::new()));
            let why = why_it_panics(&message).to_owned();
            Box::new(Failure {
                returned: Returned::Panic { message, place },
                reason: Reason { why, ..self.failure.reason.clone() },
                ..self.failure.clone()
            })
        })
    }

    /// The failure of this case, for a value that is wrong.
    #[must_use]
    pub fn wrong(self, returned: impl Display, reason: Reason) -> Box<Failure> {
        Box::new(Failure { returned: Returned::Value(returned.to_string()), reason, ..self.failure })
    }

    /// Calls the student's function and compares. `explain` looks for the mistake behind a wrong answer.
    ///
    /// # Errors
    /// The failure of this case, where the answer is wrong or the function panicked.
    pub fn expect<T: PartialEq>(
        self,
        right: &T,
        call: impl FnOnce() -> T,
        show: impl FnOnce(&T) -> String,
        explain: impl FnOnce(&T) -> Reason,
    ) -> Result<(), Box<Failure>> {
        let returned = self.ask(call)?;
        if returned == *right {
            return Ok(());
        }
        let (shown, reason) = (show(&returned), explain(&returned));
        Err(self.wrong(shown, reason))
    }
}

thread_local! {
    /// What the last panic of this thread said, and where.
    static PANIC: RefCell<Option<(String, String)>> = const { RefCell::new(None) };
}

/// From here on, panics are kept for the verdict and not printed.
pub(crate) fn keep_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| format!("{}:{}", at.file(), at.line())).unwrap_or_default();
        PANIC.set(Some((text_of(panic.payload()), place)));
    }));
}

fn text_of(payload: &(dyn std::any::Any + Send)) -> String {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or(payload.downcast_ref::<&str>().copied()).unwrap_or("(no message)").to_owned()
}

/// Words from the standard library's panic messages, and what they mean where the bytes come from a stranger.
static PANICS: [(&str, &str); 8] = [
    (
        "char boundary",
        "a character may take more than one byte, and a text is cut only between two: ask with `text.get(a..b)`, or \
         look at `text.chars()`",
    ),
    (
        "out of range for slice",
        "the packet is shorter than what was read of it. Bytes from the network may end anywhere: ask with \
         `bytes.get(a..b)`, which gives None where they do not reach",
    ),
    (
        "out of bounds",
        "the packet is shorter than what was read of it. Bytes from the network may end anywhere: ask with \
         `bytes.get(n)` or match a pattern such as `[a, b, rest @ ..]`",
    ),
    (
        "mid > len",
        "the packet is shorter than what was split off it: `split_at_checked` gives None where it does not reach",
    ),
    (
        "overflow",
        "a number from the packet was too large for the type it was computed in. Convert first \
         (`usize::from(length)`), then compute; or use `checked_add`",
    ),
    (
        "`None` value",
        "`unwrap` met None: these bytes have nothing at that place. Hand the None on with `?`, or match on it",
    ),
    (
        "`Err` value",
        "`unwrap` met an error: these bytes do not fit. `.ok()?` turns it into None, or match on it",
    ),
    ("slice length", "both slices must have the same length for a copy: look at how many bytes each one has"),
];

fn why_it_panics(message: &str) -> &'static str {
    PANICS.iter().find(|(part, _)| message.contains(part)).map_or(
        "a parser of bytes from the network must answer every input, also a wrong one, with a value",
        |(_, why)| why,
    )
}
