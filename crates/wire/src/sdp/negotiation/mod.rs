//! An answer beside its offer, and a description beside the one before it (RFC 3264).
//!
//! [`negotiate`] says of each m= section what was accepted, refused or changed and why, and finds what an answer may not
//! say. [`revise`] does the same for two descriptions of one side, where an ICE restart shows.

mod answer;
mod aspects;
mod revision;

pub use revision::{is_revision, revise};

pub(super) use answer::RULES as ANSWER_RULES;
pub(super) use revision::RULES as REVISION_RULES;

use std::borrow::Cow;

use super::Description;
use super::lint::sheet::{Sheet, Text};
use super::lint::{Finding, Report, Rule};
use crate::spec::Spec;
use crate::tree::Span;

/// What became of what was offered.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What is for the whole session.
    pub session: Vec<Aspect>,
    /// The m= sections, in their order: as many as the longer description has.
    pub sections: Vec<Pair>,
    /// What the second description may not say, with spans in it.
    pub findings: Vec<Finding>,
}

/// An m= section of each.
#[derive(Clone, Debug)]
pub struct Pair {
    /// audio, video, application
    pub kind: String,
    /// Its mid, where there is one.
    pub mid: Option<String>,
    /// How it went with the section as a whole.
    pub outcome: Outcome,
    /// Why, where that is not plain.
    pub why: &'static str,
    /// Where the m= line stands in the first description, and in the second.
    pub spans: [Option<Span>; 2],
    /// Its parts, one by one.
    pub aspects: Vec<Aspect>,
}

/// How it went with a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is in use.
    Accepted,
    /// It was wanted and is not.
    Rejected,
    /// Nobody wanted it.
    Unused,
    /// It is new.
    Added,
    /// It is no longer in use.
    Removed,
    /// It is missing in the second, which is a mistake.
    Missing,
}

/// One thing that both say something about.
#[derive(Clone, Debug)]
pub struct Aspect {
    /// direction, setup, codec …
    pub name: &'static str,
    /// What the first says.
    pub before: Option<String>,
    /// What the second says.
    pub after: Option<String>,
    /// How the two stand to each other.
    pub change: Change,
    /// What that means, as a clause; may be empty.
    pub why: Cow<'static, str>,
    /// Where it is written down.
    pub spec: Option<Spec>,
}

/// How what two descriptions say of one thing stands to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The second says the same.
    Kept,
    /// The second says something else, as it may.
    Changed,
    /// The second leaves it out.
    Refused,
    /// Only the second says it.
    Added,
    /// The second says what it may not.
    Wrong,
}

impl Outcome {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Unused => "not in use",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Missing => "missing",
        }
    }
}

impl Change {
    /// In a word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Changed => "changed",
            Self::Refused => "refused",
            Self::Added => "added",
            Self::Wrong => "wrong",
        }
    }

    /// By a sign that reads without color.
    #[must_use]
    pub fn sign(self) -> char {
        match self {
            Self::Kept => '=',
            Self::Changed => '~',
            Self::Refused => '-',
            Self::Added => '+',
            Self::Wrong => '!',
        }
    }
}

/// Compares an answer with its offer.
#[must_use]
pub fn negotiate(offer: &Description<'_>, answer: &Description<'_>) -> Comparison {
    let mut report = Report::of(answer);
    let (offer, answer) = (Sheet::of(offer), Sheet::of(answer));
    let sheets = Sheets { before: &offer, after: &answer };
    answer::check(sheets, &mut report);
    let pairs = aspects::pairs(sheets, false);
    let mut comparison =
        Comparison { session: aspects::session(sheets, false), sections: pairs, findings: report.sorted() };
    comparison.mark(&answer);
    comparison
}

/// The two descriptions.
#[derive(Clone, Copy)]
struct Sheets<'s, 'd> {
    before: &'s Sheet<'d>,
    after: &'s Sheet<'d>,
}

impl Comparison {
    /// Marks what a finding is about as wrong, so that the table and the findings say the same.
    fn mark(&mut self, after: &Sheet<'_>) {
        for (pair, part) in self.sections.iter_mut().zip(&after.media) {
            let end = part.lines.last().map_or(0, |line| line.whole.span().end);
            let start = part.head().at;
            let here = |finding: &&Finding| (start..end.max(start + 1)).contains(&finding.span.start);
            for finding in self.findings.iter().filter(here) {
                let about = finding.rule.map_or("", aspect_of);
                for aspect in pair.aspects.iter_mut().filter(|aspect| aspect.name == about) {
                    aspect.change = Change::Wrong;
                    aspect.why = finding.message.clone();
                    aspect.spec = finding.spec;
                }
            }
        }
    }
}

/// Which row of the table a rule is about.
fn aspect_of(rule: &'static Rule) -> &'static str {
    answer::ASPECTS.iter().find(|(known, _)| std::ptr::eq(*known, rule)).map_or("", |(_, aspect)| aspect)
}

/// What a value says, for a person.
fn shown(text: Option<Text<'_>>) -> Option<String> {
    text.map(|text| text.text.to_owned())
}
