//! Twelve broken descriptions. What is right is not one text: it is what the linter finds no fault with, and that
//! still says the same.

mod patients;

use wire::sdp::lint::{Finding, Role, lint};
use wire::sdp::negotiation::negotiate;
use wire::sdp::{Description, Places, SDP};
use wire::{Severity, Spec, rfc};

use crate::{Exam, Failure, Reason};

/// One of the twelve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// An answer that leaves open who begins.
    A,
    /// An answer that is silent about what it rejects.
    B,
    /// An answer in another order.
    C,
    /// An offer whose group names nobody.
    D,
    /// An offer with a fingerprint that cannot be.
    E,
    /// An offer with a password that is too short.
    F,
    /// An offer with a candidate that does not say where it was learned.
    G,
    /// An offer that gives one number to two codecs.
    H,
    /// An answer that sends to one who sends.
    I,
    /// An offer whose lines are out of order.
    J,
    /// An offer of data without a port for SCTP.
    K,
    /// An answer with a codec that nobody offered.
    L,
}

/// What the student writes: which one it is and its text, to a text that is right.
pub type Mend = fn(Broken, &str) -> String;

/// The twelve.
pub const ALL: [Broken; 12] = [
    Broken::A,
    Broken::B,
    Broken::C,
    Broken::D,
    Broken::E,
    Broken::F,
    Broken::G,
    Broken::H,
    Broken::I,
    Broken::J,
    Broken::K,
    Broken::L,
];

impl Broken {
    /// The broken text.
    #[must_use]
    pub fn text(self) -> String {
        patients::patient(self).text
    }
}

/// What is known of one of them.
struct Patient {
    story: &'static str,
    text: String,
    /// The offer, where this is an answer.
    offer: Option<String>,
    /// How the lines begin that may change; one that begins so must still be there.
    sick: &'static [&'static str],
    /// What must not get lost in them.
    keeps: &'static [&'static str],
}

/// Puts the twelve, one by one.
///
/// # Errors
/// The first one that still has a fault, or that no longer says the same.
pub fn check(exam: &Exam, mend: Mend) -> Result<(), Box<Failure>> {
    for which in ALL {
        let patient = patients::patient(which);
        let story = match &patient.offer {
            Some(offer) => format!("{which:?}: {}\nthe offer has {}", patient.story, in_short(offer)),
            None => format!("{which:?}: {}", patient.story),
        };
        let expected = "no fault, and all else as it was";
        let case = exam.case(&story, patient.text.as_bytes(), expected, rfc(8866, "5")).text();
        let mended = case.ask(|| mend(which, &patient.text))?;
        let lost = lost(&patient, &mended);
        let gone = lost.is_some();
        let Some((shown, reason)) = lost.or_else(|| fault(&patient, &mended)) else { continue };
        let returned = match () {
            () if gone => "a text in which the marked part is gone; below is the text as it was",
            () if mended == patient.text => "the text as it was",
            () => "what \"text\" shows",
        };
        let mut failure = case.wrong(returned, reason);
        failure.bytes = shown.into_bytes();
        return Err(failure);
    }
    Ok(())
}

/// The lines of an offer that an answer answers.
fn in_short(offer: &str) -> String {
    let told = ["a=group", "m=", "a=mid", "a=setup", "a=sendonly"];
    let lines = offer.lines().filter(|line| told.iter().any(|start| line.starts_with(start)));
    lines.collect::<Vec<_>>().join(" | ")
}

/// A line that had no fault and is gone. Shown where it was.
fn lost(patient: &Patient, mended: &str) -> Option<(String, Reason)> {
    let mut left: Vec<&str> = mended.lines().collect();
    let mut start = 0;
    for line in patient.text.split_inclusive('\n') {
        let (bare, place) = (line.trim_end(), start..start + line.trim_end().len());
        start += line.len();
        if let Some(sick) = patient.sick.iter().find(|sick| bare.starts_with(**sick)) {
            if left.iter().any(|line| line.starts_with(sick)) {
                continue;
            }
            let why = "a line that has a fault is to be mended, and not taken out: what it says is needed";
            return Some((
                patient.text.clone(),
                Reason::new(Spec::Own, why).at(place, "no such line any more"),
            ));
        }
        match left.iter().position(|other| *other == bare) {
            Some(same) => drop(left.swap_remove(same)),
            None => {
                let why = "this line has no fault, and it is gone or changed. The fault is elsewhere";
                return Some((
                    patient.text.clone(),
                    Reason::new(Spec::Own, why).at(place, "was right as it was"),
                ));
            }
        }
    }
    let gone = patient.keeps.iter().find(|word| !mended.contains(**word))?;
    let at = patient.text.find(gone)?;
    let why = "this part says something that is so: mend what stands around it";
    Some((
        patient.text.clone(),
        Reason::new(Spec::Own, why).at(at..at + gone.len(), "gone, and it was right"),
    ))
}

/// The first fault that the linter finds, in the text and against its offer.
fn fault(patient: &Patient, mended: &str) -> Option<(String, Reason)> {
    let finding = faults(patient.offer.as_deref(), mended).into_iter().next()?;
    let (start, end) = (finding.span.start as usize, finding.span.end as usize);
    let place = Places::of(mended.as_bytes()).place(finding.span);
    let mut why =
        format!("line {}, column {}, {}: {}", place.line, place.column, finding.id(), finding.message);
    if !finding.why().is_empty() {
        why += &format!(". {}. To mend it: {}", capital(finding.why()), finding.fix());
    }
    let label = format!("line {}, column {}", place.line, place.column);
    let spec = finding.spec.unwrap_or(Spec::Own);
    Some((mended.to_owned(), Reason::new(spec, why).at(start..end, label)))
}

fn capital(clause: &str) -> String {
    let mut letters = clause.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// All that is wrong with a description, warnings included: by itself, then as the answer to an offer.
#[must_use]
pub fn faults(offer: Option<&str>, text: &str) -> Vec<Finding> {
    let tree = SDP.dissect(text.as_bytes());
    let role = if offer.is_some() { Role::Answer } else { Role::Offer };
    let mut findings = lint(&tree, Some(role));
    if let (Some(offer), Some(answer)) = (offer, Description::of(&tree)) {
        let offer = SDP.dissect(offer.as_bytes());
        findings.extend(
            Description::of(&offer).into_iter().flat_map(|offer| negotiate(&offer, &answer).findings),
        );
    }
    findings.retain(|finding| finding.severity >= Severity::Warning);
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// The broken texts, each with its offer.
#[must_use]
pub fn questions() -> Vec<(Broken, Option<String>, String)> {
    ALL.map(|which| (which, patients::patient(which).offer, patients::patient(which).text)).to_vec()
}
