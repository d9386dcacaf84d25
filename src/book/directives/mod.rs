//! What a page may write between `{{#` and `}}` beyond mdBook's own, one file each.
//!
//! To add one: a file here with a [`Directive`], and its line in [`DIRECTIVES`].

mod exercise;
mod glossary;
mod journeys;
mod lab;
mod ladder;
mod matrix;
mod packet;
mod sdp;
mod term;
mod topology;

use super::call::Call;
use super::page::Page;
use super::problem::Complaint;

/// Every directive.
pub(crate) static DIRECTIVES: &[&Directive] = &[
    &packet::PACKET,
    &sdp::SDP_DIRECTIVE,
    &ladder::LADDER,
    &journeys::JOURNEYS,
    &matrix::MATRIX,
    &topology::TOPOLOGY,
    &exercise::EXERCISE,
    &lab::LAB,
    &term::TERM,
    &glossary::GLOSSARY,
];

/// What one directive is called, what it takes and what it becomes.
pub(crate) struct Directive {
    pub(crate) name: &'static str,
    pub(crate) shape: Shape,
    /// One that works, for help.
    pub(crate) example: &'static str,
    /// How many words it takes; `None`: its text is its own affair, and is not taken apart.
    pub(crate) words: Option<usize>,
    /// The options that it knows.
    pub(crate) options: &'static [&'static str],
    /// What it becomes: HTML.
    pub(crate) render: fn(&Call, &Page<'_>) -> Result<String, Complaint>,
}

/// Where a directive may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// On a line of its own.
    Block,
    /// Within a sentence.
    Inline,
}

impl Directive {
    /// The directive of that name.
    pub(crate) fn named(name: &str) -> Result<&'static Self, Complaint> {
        DIRECTIVES.iter().copied().find(|directive| directive.name == name).ok_or_else(|| {
            let known: Vec<&str> =
                DIRECTIVES.iter().map(|directive| directive.name).chain(MDBOOK.iter().copied()).collect();
            Complaint::new(format!("no directive `{{{{#{name}}}}}`")).choose(name, &known)
        })
    }

    /// Reads what follows the name, and holds it to what this directive takes.
    pub(crate) fn read(&self, rest: &str) -> Result<Call, Complaint> {
        let Some(words) = self.words else { return Ok(Call::untaken(rest)) };
        let call = Call::parse(rest)?;
        if let Some(unknown) = call.option_names().find(|name| !self.options.contains(name)) {
            return Err(Complaint::new(format!("`{{{{#{}}}}}` has no option `{unknown}`", self.name))
                .choose(unknown, self.options));
        }
        if call.words() != words {
            let what = format!("`{{{{#{}}}}}` takes {}, found {}", self.name, plural(words), call.words());
            return Err(Complaint::new(what).help(format!("for example {}", self.example)));
        }
        Ok(call)
    }
}

/// The directives that mdBook itself expands.
pub(crate) const MDBOOK: &[&str] = &["include", "rustdoc_include", "playground", "title"];

fn plural(words: usize) -> String {
    match words {
        0 => "no words".to_owned(),
        1 => "1 word".to_owned(),
        n => format!("{n} words"),
    }
}
