//! What an exercise is told.

use wire::Spec;

use crate::{Bits, Mark};

/// The answer to "is it right?", for one exercise.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// `stun::xor_address`
    pub id: String,
    /// How it went.
    pub outcome: Outcome,
    /// How many cases held.
    pub held: usize,
}

/// How it went.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// All cases held.
    Passed,
    /// The student's code still says `todo!()`.
    NotYet(Box<Failure>),
    /// This case did not hold.
    Failed(Box<Failure>),
}

/// One case that did not hold.
#[derive(Clone, Debug)]
pub struct Failure {
    /// What was asked, in a few words.
    pub case: String,
    /// What the student's function gave.
    pub returned: Returned,
    /// What it should have given.
    pub expected: String,
    /// The bytes that it was about.
    pub bytes: Vec<u8>,
    /// Whether they are shown as the text that they are, and not in hex.
    pub text: bool,
    /// Which of them went wrong, and why.
    pub reason: Reason,
}

/// What a function gave.
#[derive(Clone, Debug)]
pub enum Returned {
    /// A value.
    Value(String),
    /// A panic: its message, and where.
    Panic {
        /// "index out of bounds: the len is 0 but the index is 0"
        message: String,
        /// "exercises/stun/xor_address.rs:31"
        place: String,
    },
    /// Nothing: it was stopped.
    Nothing(String),
}

/// Why an answer is wrong.
#[derive(Clone, Debug)]
pub struct Reason {
    /// The bytes that were read wrongly, and what happened to them in a few words. May be empty.
    pub mark: Option<Mark>,
    /// The bits that were read wrongly, where bytes are too coarse.
    pub bits: Option<Bits>,
    /// Why it is so: one or two sentences.
    pub why: String,
    /// The rule.
    pub spec: Spec,
}

impl Outcome {
    /// What the exercise's program exits with: 0 passed, 1 failed, 3 not yet written. (2 is clap's, 101 is a
    /// panic's.)
    #[must_use]
    pub fn code(&self) -> u8 {
        match self {
            Self::Passed => 0,
            Self::Failed(_) => 1,
            Self::NotYet(_) => 3,
        }
    }
}

impl Reason {
    /// A reason that points at no bytes.
    #[must_use]
    pub fn new(spec: Spec, why: impl Into<String>) -> Self {
        Self { mark: None, bits: None, why: why.into(), spec }
    }

    /// Points at bytes: `label` says in a few words what happened to them.
    #[must_use]
    pub fn at(mut self, range: std::ops::Range<usize>, label: impl Into<String>) -> Self {
        self.mark = Some(Mark { range, label: label.into() });
        self
    }

    /// Points at bits.
    #[must_use]
    pub fn bits(mut self, bits: Bits) -> Self {
        self.bits = Some(bits);
        self
    }
}
