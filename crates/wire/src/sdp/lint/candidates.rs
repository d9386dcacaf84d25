//! Candidates, as far as a line by itself does not show what is wrong with it: what one says against its own type,
//! its section, and the others.

use std::collections::HashSet;

use super::sheet::{Attribute, Part, Sheet, Text};
use super::{Report, Role, Rule};
use crate::spec::rfc;

pub(super) static RULES: &[&Rule] = &[
    &PRIORITY_TYPE,
    &TYPE_PREFERENCE,
    &RELATED_MISSING,
    &RELATED_ON_HOST,
    &RELATED_HIDDEN,
    &TCP_TYPE,
    &COMPONENT_MUX,
    &COMPONENT_RTP,
    &CANDIDATE_TWICE,
    &CANDIDATE_REJECTED,
    &LITE_HOST,
];

static PRIORITY_TYPE: Rule = Rule::warning(
    "candidate-priority-type",
    rfc(8445, "5.1.2.2"),
    "the first byte of the priority is the preference of the type, so this candidate is tried as if it were of the other",
    "compute it as 2^24 times the type preference, plus 2^8 times the local preference, plus 256 minus the component",
);
static TYPE_PREFERENCE: Rule = Rule::error(
    "candidate-type-preference",
    rfc(8445, "5.1.2.1"),
    "the first byte of the priority is the type preference, which ends at 126",
    "compute the priority by the formula",
);
static RELATED_MISSING: Rule = Rule::error(
    "candidate-related-missing",
    rfc(8839, "5.1"),
    "they tell where the candidate comes from, and parsers expect them",
    "add raddr and rport; to hide the address, write raddr 0.0.0.0 rport 9",
);
static RELATED_ON_HOST: Rule = Rule::error(
    "candidate-related-on-host",
    rfc(8839, "5.1"),
    "a host candidate comes from itself",
    "leave raddr and rport out",
);
static RELATED_HIDDEN: Rule = Rule::info(
    "candidate-related-hidden",
    rfc(8839, "5.1"),
    "who hides the related address writes port 9 beside it; Chromium writes 0, and nobody minds",
    "",
);
static TCP_TYPE: Rule = Rule::error(
    "candidate-tcptype",
    rfc(6544, "4.5"),
    "it says who opens the connection: without it neither side knows whether to connect or to listen",
    "add tcptype active, passive or so",
);
static COMPONENT_MUX: Rule = Rule::info(
    "candidate-component-mux",
    rfc(5761, "5.1.3"),
    "component 2 is RTCP by itself: it is only for an answerer that does not share the port",
    "leave it out where rtcp-mux is certain",
);
static COMPONENT_RTP: Rule = Rule::warning(
    "candidate-component",
    rfc(8839, "5.1"),
    "RTP is component 1 and RTCP component 2; data channels have component 1 only",
    "use 1, or 2 for RTCP",
);
static CANDIDATE_TWICE: Rule = Rule::info(
    "candidate-twice",
    rfc(8445, "5.1.3"),
    "the same address, port and component again adds nothing to try",
    "",
);
static CANDIDATE_REJECTED: Rule = Rule::warning(
    "candidate-rejected",
    rfc(8839, "4.4.1.1.2"),
    "port 0 says that nothing is to be sent here",
    "take the candidates out of a section with port 0",
);
static LITE_HOST: Rule = Rule::warning(
    "candidate-lite",
    rfc(8445, "2.5"),
    "a lite agent has an address that everybody reaches, and gathers host candidates only",
    "leave out ice-lite, or the other candidates",
);

/// What RFC 8445 section 5.1.2.2 recommends for each type. Others are allowed; another type's own is a mistake.
const PREFERENCES: [(&str, u64); 4] = [("host", 126), ("prflx", 110), ("srflx", 100), ("relay", 0)];

/// `candidate:foundation component transport priority address port typ type …`
struct Candidate<'d> {
    line: Text<'d>,
    component: Text<'d>,
    transport: Text<'d>,
    priority: Text<'d>,
    address: Text<'d>,
    port: Text<'d>,
    kind: Text<'d>,
    more: Vec<Text<'d>>,
}

pub(super) fn check(sheet: &Sheet<'_>, role: Option<Role>, report: &mut Report) {
    let lite = sheet.session.has("ice-lite");
    for part in &sheet.media {
        let lines = part.all("candidate");
        if let (Some(first), true) = (lines.first(), part.is_rejected()) {
            report.say(
                &CANDIDATE_REJECTED,
                first.line,
                "expected no candidate in a section with port 0, found one",
            );
            continue;
        }
        let mut known = HashSet::new();
        for candidate in lines.iter().filter_map(read) {
            priority(&candidate, report);
            related(&candidate, report);
            component(&candidate, part, role, report);
            if candidate.transport.is("tcp") && candidate.extension("tcptype").is_none() {
                report.say(
                    &TCP_TYPE,
                    candidate.transport,
                    "expected tcptype with a TCP candidate, found none",
                );
            }
            if lite && candidate.kind.text != "host" {
                report.say(
                    &LITE_HOST,
                    candidate.kind,
                    format!("expected host, as the agent is lite, found {}", candidate.kind.text),
                );
            }
            let Candidate { component, transport, address, port, kind, .. } = &candidate;
            let same = (
                component.text,
                transport.text,
                address.text,
                port.text,
                kind.text,
                candidate.extension("tcptype"),
            );
            if !known.insert(same) {
                report.say(
                    &CANDIDATE_TWICE,
                    candidate.line,
                    format!("{} port {} is here twice", address.text, port.text),
                );
            }
        }
    }
}

/// `None` for a line that is cut off: its own dissector says so.
fn read<'d>(line: &Attribute<'d>) -> Option<Candidate<'d>> {
    let mut words = line.value.words().skip(1);
    let mut next = || words.next();
    let (component, transport, priority) = (next()?, next()?, next()?);
    let (address, port) = (next()?, next()?);
    let kind = next().filter(|typ| typ.text == "typ").and_then(|_| next())?;
    Some(Candidate {
        line: line.line,
        component,
        transport,
        priority,
        address,
        port,
        kind,
        more: words.collect(),
    })
}

impl<'d> Candidate<'d> {
    fn extension(&self, name: &str) -> Option<&'d str> {
        let at = self.more.chunks(2).find(|pair| pair.first().is_some_and(|word| word.text == name))?;
        at.get(1).map(|value| value.text)
    }
}

fn priority(candidate: &Candidate<'_>, report: &mut Report) {
    let Some(priority) = candidate.priority.number().filter(|n| (1..1 << 32).contains(n)) else { return };
    let preference = priority >> 24;
    if preference > 126 {
        report.say(
            &TYPE_PREFERENCE,
            candidate.priority,
            format!("expected a type preference of 0 to 126, found {preference}"),
        );
        return;
    }
    let kind = candidate.kind.text;
    let own = PREFERENCES.iter().find(|(name, _)| *name == kind).map(|(_, own)| *own);
    let other = PREFERENCES.iter().find(|(name, other)| *name != kind && *other == preference);
    if let (Some(own), Some((other, _))) = (own.filter(|own| *own != preference), other) {
        let found = format!(
            "expected a type preference near {own}, as typ is {kind}, found {preference}, which is that of {other}"
        );
        report.say(&PRIORITY_TYPE, candidate.priority, found);
    }
}

fn related(candidate: &Candidate<'_>, report: &mut Report) {
    let (raddr, rport) = (candidate.extension("raddr"), candidate.extension("rport"));
    let kind = candidate.kind;
    let derived = matches!(kind.text, "srflx" | "prflx" | "relay");
    match (kind.text, raddr, rport) {
        ("host", None, None) => {}
        ("host", ..) => report.say(
            &RELATED_ON_HOST,
            kind,
            "expected no raddr and rport with a host candidate, found them",
        ),
        (_, Some("0.0.0.0" | "::"), Some(port)) if derived && port != "9" => {
            report.say(&RELATED_HIDDEN, candidate.line, format!("the related port is {port}"));
        }
        (_, Some(_), Some(_)) => {}
        _ if derived => {
            report.say(
                &RELATED_MISSING,
                kind,
                format!("expected raddr and rport with a {} candidate, found them missing", kind.text),
            );
        }
        _ => {}
    }
}

fn component(candidate: &Candidate<'_>, part: &Part<'_>, role: Option<Role>, report: &mut Report) {
    let component = candidate.component;
    let most = if part.is_rtp() { 2 } else { 1 };
    match component.number() {
        Some(n) if n > most => {
            report.say(
                &COMPONENT_RTP,
                component,
                format!("expected component 1{}, found {n}", if most == 2 { " or 2" } else { "" }),
            );
        }
        Some(2) if part.has("rtcp-mux-only") || part.has("rtcp-mux") && role == Some(Role::Answer) => {
            report.say(
                &COMPONENT_MUX,
                component,
                "a candidate of component 2, where RTCP shares the port of RTP",
            );
        }
        _ => {}
    }
}
