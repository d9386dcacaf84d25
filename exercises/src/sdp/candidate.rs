//! A candidate line: its grammar (RFC 8839 section 5.1) and its priority (RFC 8445 section 5.1.2.1).

mod lines;
mod mistakes;

use wire::{Spec, rfc};

use crate::{Exam, Failure};

/// A way to reach somebody, as it is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate<'l> {
    /// Candidates with the same one are alike: tests of one say something about the other.
    pub foundation: &'l str,
    /// 1 for media, 2 for RTCP where that has a port of its own.
    pub component: u16,
    /// "udp", "UDP", "tcp": as it stands there.
    pub transport: &'l str,
    /// The larger, the better.
    pub priority: u32,
    /// An IPv4 or IPv6 address, or a name.
    pub address: &'l str,
    /// The port.
    pub port: u16,
    /// What follows `typ`: host, srflx, prflx, relay, or a type that is new.
    pub kind: &'l str,
    /// What follows `raddr` and `rport`.
    pub related: Option<(&'l str, u16)>,
    /// What follows `tcptype` (RFC 6544): active, passive, so.
    pub tcp_type: Option<&'l str>,
    /// All other pairs, in the order in which they stand there.
    pub extensions: Vec<(&'l str, &'l str)>,
}

/// The first thing, from the left, that makes a line no candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// The line does not begin with `candidate:` or `a=candidate:`.
    NoCandidate,
    /// One of the eight parts up to the type is not there.
    TooShort,
    /// The foundation is not 1 to 32 letters, digits, + and /.
    Foundation,
    /// The component is no number from 1 to 256.
    Component,
    /// The priority is no number from 1 to 2^31 - 1.
    Priority,
    /// The port is no number up to 65535.
    Port,
    /// The word before the type is not `typ`.
    Type,
    /// srflx, prflx or relay without `raddr` and `rport`; or an `rport` that is no port.
    Related,
    /// A name at the end, without a value.
    Extension,
}

/// What the student's parser gives.
pub type Parsed<'l> = Result<Candidate<'l>, Broken>;
/// The first function that the student writes.
pub type Parse = for<'l> fn(&'l str) -> Parsed<'l>;
/// The second one: type preference, local preference and component, to a priority.
pub type Priority = fn(u8, u16, u16) -> u32;

const GRAMMAR: Spec = rfc(8839, "5.1");
const FORMULA: Spec = rfc(8445, "5.1.2.1");

/// Asks for the parts of lines that are right, then of broken ones, then for priorities.
///
/// # Errors
/// The first case that does not hold.
pub fn check(exam: &Exam, parse: Parse, priority: Priority) -> Result<(), Box<Failure>> {
    for question in lines::questions() {
        let line = question.line;
        let case = exam.case(question.name, line.as_bytes(), show(&question.right), GRAMMAR).text();
        let case = match question.right {
            Err(broken) => case.at(mistakes::place_of(line, broken), mistakes::label(broken)),
            Ok(_) => case,
        };
        case.expect(
            &question.right,
            || parse(line),
            show,
            |returned| mistakes::explain(line, &question.right, returned),
        )?;
    }
    priorities(exam, priority)
}

/// Type preference, local preference, component; and what it is.
const PRIORITIES: [(&str, u8, u16, u16); 8] = [
    ("a host candidate", 126, 65535, 1),
    ("the same, for RTCP", 126, 65535, 2),
    ("a server-reflexive candidate", 100, 65535, 1),
    ("a peer-reflexive candidate", 110, 65535, 1),
    ("a relayed candidate", 0, 65535, 1),
    ("the second address of two", 126, 32542, 1),
    ("the worst there is", 0, 0, 256),
    ("a relayed candidate of the second address", 0, 1, 256),
];

fn priorities(exam: &Exam, priority: Priority) -> Result<(), Box<Failure>> {
    for (name, kind, local, component) in PRIORITIES {
        let right = formula(kind, local, component);
        let name = format!("{name}: type preference {kind}, local preference {local}, component {component}");
        // The verdict has no packet to show: its bits are the evidence.
        exam.case(&name, format!("priority({kind}, {local}, {component})").as_bytes(), right, FORMULA)
            .text()
            .expect(
                &right,
                || priority(kind, local, component),
                u32::to_string,
                |returned| mistakes::explain_priority(kind, local, component, *returned),
            )?;
    }
    Ok(())
}

/// RFC 8445 section 5.1.2.1.
fn formula(kind: u8, local: u16, component: u16) -> u32 {
    u32::from(kind) << 24 | u32::from(local) << 8 | u32::from(256 - component)
}

/// The lines, and what is right.
pub fn questions() -> impl Iterator<Item = (&'static str, &'static str, Parsed<'static>)> {
    lines::questions().into_iter().map(|question| (question.name, question.line, question.right))
}

fn show(parsed: &Parsed<'_>) -> String {
    match parsed {
        Err(broken) => format!("Err({broken:?})"),
        Ok(candidate) => {
            let Candidate { foundation, component, transport, priority, address, port, kind, .. } = candidate;
            let related = candidate
                .related
                .map_or(String::new(), |(address, port)| format!(", related {address} {port}"));
            let tcp_type = candidate.tcp_type.map_or(String::new(), |kind| format!(", tcp_type {kind}"));
            let extensions: Vec<_> =
                candidate.extensions.iter().map(|(name, value)| format!("{name} {value}")).collect();
            let extensions = if extensions.is_empty() {
                String::new()
            } else {
                format!(", extensions {}", extensions.join(", "))
            };
            format!(
                "foundation {foundation}, component {component}, transport {transport}, priority {priority}, address \
                 {address}, port {port}, kind {kind}{related}{tcp_type}{extensions}"
            )
        }
    }
}
