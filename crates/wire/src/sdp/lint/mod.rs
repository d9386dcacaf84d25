//! What is wrong with a session description, where, why it matters, and what to do about it.
//!
//! What a line by itself shows is noted by the dissector already. A rule is an error only where an RFC says MUST, a warning where something is legal but rarely meant or known to
//! break, and information where it is neither. What needs two descriptions is in [`super::negotiation`].
//!
//! | file | what its rules read |
//! | --- | --- |
//! | `lines` | order, what must be there, the fixed fields of RFC 8866 |
//! | `ice`, `candidates` | credentials, candidates, default destination |
//! | `dtls` | fingerprints, roles, what must not be there |
//! | `bundle` | mid, groups, port 0, rtcp-mux, what a shared transport demands |
//! | `formats` | payload types and what hangs on them |
//! | `streams` | directions, header extensions, SSRCs, simulcast, plan B |
//! | `data` | data channels |

mod bundle;
mod candidates;
mod data;
mod dtls;
mod formats;
mod ice;
mod lines;
pub(super) mod sheet;
mod streams;

use std::borrow::Cow;

use super::Description;
use crate::spec::Spec;
use crate::tree::{Dissection, Node, Note, Severity, Span};
use sheet::{Sheet, Text};

/// A rule: the same for every description that breaks it.
#[derive(Debug)]
pub struct Rule {
    /// How a person or a program names it: `setup-in-answer`.
    pub id: &'static str,
    /// How bad it is to break it.
    pub severity: Severity,
    /// Where it is written down.
    pub spec: Spec,
    /// What breaks without it, as a clause.
    pub why: &'static str,
    /// What to do, as a clause.
    pub fix: &'static str,
}

/// A place where a rule is broken, or where a line by itself is not what its grammar says.
#[derive(Clone, Debug)]
pub struct Finding {
    /// Which rule; none where the dissector found it.
    pub rule: Option<&'static Rule>,
    /// How bad it is.
    pub severity: Severity,
    /// Which bytes.
    pub span: Span,
    /// What was expected and what was found, as a clause.
    pub message: Cow<'static, str>,
    /// Where it is written down.
    pub spec: Option<Spec>,
}

/// Which half of an exchange a description is (RFC 3264).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// It proposes.
    Offer,
    /// It picks from what was proposed.
    Answer,
}

/// More findings than this in one description are not told: nobody reads them.
pub const MOST: usize = 500;

/// Every rule: those for one description, then those for an answer, then those for a later version.
#[must_use]
pub fn rules() -> Vec<&'static Rule> {
    [
        lines::RULES,
        bundle::RULES,
        ice::RULES,
        candidates::RULES,
        dtls::RULES,
        formats::RULES,
        streams::RULES,
        data::RULES,
        super::negotiation::ANSWER_RULES,
        super::negotiation::REVISION_RULES,
    ]
    .concat()
}

/// Checks one description: what its dissector noted, and every rule. Without a role, rules that hold for one of the two
/// only are left out.
#[must_use]
pub fn lint(description: &Dissection<'_>, role: Option<Role>) -> Vec<Finding> {
    let mut report = Report::default();
    description
        .notes()
        .iter()
        .filter(|note| note.severity > Severity::Good)
        .for_each(|note| report.take(note));
    let Some(read) = Description::of(description) else { return report.sorted() };
    let sheet = Sheet::of(&read);
    report.source = read.session.span.source;
    lines::check(&sheet, &mut report);
    for check in [bundle::check, ice::check, candidates::check, dtls::check] {
        check(&sheet, role, &mut report);
    }
    for check in [formats::check, streams::check, data::check] {
        check(&sheet, &mut report);
    }
    report.sorted()
}

/// Puts what rules found onto the tree of the description, each at the smallest node that holds it.
pub fn annotate(description: &mut Dissection<'_>, findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| finding.rule.is_some()) {
        let node = smallest(description.nodes(), finding.span);
        let &Finding { severity, span, spec, .. } = finding;
        let note = Note { node, span, severity, text: finding.sentence().into(), spec };
        description.tree.notes.push(note);
    }
}

/// Nodes stand in pre-order, so the last that holds the span is the deepest.
fn smallest(nodes: &[Node], span: Span) -> u32 {
    let holds = |node: &Node| {
        node.span.source == span.source && node.span.start <= span.start && span.end <= node.span.end
    };
    nodes.iter().rposition(holds).unwrap_or(0) as u32
}

impl Rule {
    pub(super) const fn error(id: &'static str, spec: Spec, why: &'static str, fix: &'static str) -> Self {
        Self { id, severity: Severity::Error, spec, why, fix }
    }

    pub(super) const fn warning(id: &'static str, spec: Spec, why: &'static str, fix: &'static str) -> Self {
        Self { id, severity: Severity::Warning, spec, why, fix }
    }

    pub(super) const fn info(id: &'static str, spec: Spec, why: &'static str, fix: &'static str) -> Self {
        Self { id, severity: Severity::Info, spec, why, fix }
    }
}

impl Finding {
    /// The name of its rule; `syntax` where the line by itself is wrong.
    #[must_use]
    pub fn id(&self) -> &'static str {
        self.rule.map_or("syntax", |rule| rule.id)
    }

    /// What breaks, as a clause; may be empty.
    #[must_use]
    pub fn why(&self) -> &'static str {
        self.rule.map_or("", |rule| rule.why)
    }

    /// What to do, as a clause; may be empty.
    #[must_use]
    pub fn fix(&self) -> &'static str {
        self.rule.map_or("", |rule| rule.fix)
    }

    /// All of it in one sentence, for a note on a tree.
    #[must_use]
    pub fn sentence(&self) -> String {
        let joined = |between: &str, part: &str| match part {
            "" => String::new(),
            part => format!("{between}{part}"),
        };
        format!("{}{}{}", self.message, joined(": ", self.why()), joined("; ", self.fix()))
    }
}

/// Takes findings.
#[derive(Debug, Default)]
pub(super) struct Report {
    findings: Vec<Finding>,
    /// Which source of a tree the description is in.
    source: u16,
}

impl Report {
    pub(super) fn of(description: &Description<'_>) -> Self {
        Self { findings: Vec::new(), source: description.session.span.source }
    }

    pub(super) fn say(&mut self, rule: &'static Rule, at: Text<'_>, message: impl Into<Cow<'static, str>>) {
        let Rule { severity, spec, .. } = *rule;
        let (span, message) = (Span { source: self.source, ..at.span() }, message.into());
        self.push(Finding { rule: Some(rule), severity, span, message, spec: Some(spec) });
    }

    fn take(&mut self, note: &Note) {
        let Note { severity, span, spec, .. } = *note;
        self.push(Finding { rule: None, severity, span, message: note.text.clone(), spec });
    }

    fn push(&mut self, finding: Finding) {
        if self.findings.len() < MOST {
            self.findings.push(finding);
        }
    }

    /// By place; at the same place the worst first.
    pub(super) fn sorted(mut self) -> Vec<Finding> {
        self.findings.sort_by_key(|found| (found.span.start, std::cmp::Reverse(found.severity)));
        self.findings
    }
}
