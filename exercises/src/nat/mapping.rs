//! Which external port a packet leaves by: RFC 4787 sections 4.1 and 4.2.1.

mod mistakes;
mod sequences;

use std::net::SocketAddr;

use wire::{Spec, rfc};

use super::{Dependence, lab};
use crate::{Exam, Failure, Reason, Returned};
use mistakes::MISTAKES;
use sequences::Sequence;

/// A line of a NAT's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// Who sends, inside.
    pub internal: SocketAddr,
    /// To whom the packet went for which this mapping was made.
    pub remote: SocketAddr,
    /// The port outside. The address is the NAT's only one.
    pub external: u16,
}

/// What the student writes: kind of NAT, table, internal endpoint and remote endpoint, to an external port.
pub type ExternalPort = fn(Dependence, &mut Vec<Mapping>, SocketAddr, SocketAddr) -> u16;

const MAPPING: Spec = rfc(4787, "4.1");
const PORTS: Spec = rfc(4787, "4.2.1");

/// Sends sequences of packets through the student's NAT. The simulator's says which of them share a mapping.
///
/// # Errors
/// The first packet that leaves by a wrong port, or a mapping that is not kept.
pub fn check(exam: &Exam, external_port: ExternalPort) -> Result<(), Box<Failure>> {
    sequences::all().try_for_each(|sequence| play(exam, &sequence, external_port))
}

fn play(exam: &Exam, sequence: &Sequence, external_port: ExternalPort) -> Result<(), Box<Failure>> {
    let shared = lab::outside_of(sequence.mapping, &sequence.packets);
    let mut table = Vec::new();
    // What the table should hold, and by which port each packet left.
    let (mut known, mut ports): (Vec<Mapping>, Vec<u16>) = (Vec::new(), Vec::new());
    for (at, &(internal, remote)) in sequence.packets.iter().enumerate() {
        let reused = shared[..at].iter().position(|external| *external == shared[at]);
        let asked = Asked {
            mapping: sequence.mapping,
            internal,
            remote,
            reused: reused.map(|at| ports[at]),
            known: &known,
        };
        let picture = Picture::of(sequence, &ports);
        let name = format!("{} mapping, packet {}: {}", sequence.mapping, at + 1, sequence.name);
        let spec = if reused.is_some() { MAPPING } else { PORTS };
        let case = exam.case(&name, picture.text.as_bytes(), asked.expected(reused), spec).text();
        let case = case.at(picture.part(Part::Both), "this packet");
        let before = table.len();
        let returned = case
            .ask(|| external_port(sequence.mapping, &mut table, internal, remote))
            .map_err(|failure| overflowing(failure, &picture))?;
        let grown = table.len() > before;
        if let Some((part, label, spec, why)) = asked.mistake(returned, grown) {
            let how = if grown { "a new mapping" } else { "no new mapping" };
            let reason = Reason::new(spec, why).at(picture.part(part), label);
            return Err(case.wrong(format!("port {returned}, {how}"), reason));
        }
        if reused.is_none() {
            known.push(Mapping { internal, remote, external: returned });
        }
        ports.push(returned);
        if !same_mappings(&table, &known) {
            let why = "a new mapping is pushed to the table, once, with its internal endpoint and its external port; nothing \
                       else changes there. It is there for the answer, which must find its way in";
            let reason = Reason::new(MAPPING, why).at(picture.part(Part::Both), "what is in the table now?");
            return Err(case.wrong(format!("port {returned}, but the table {}", show(&table)), reason));
        }
    }
    Ok(())
}

/// One packet, and what is known when it comes.
struct Asked<'k> {
    mapping: Dependence,
    internal: SocketAddr,
    remote: SocketAddr,
    /// The port that it must leave by, where there is a mapping for it.
    reused: Option<u16>,
    known: &'k [Mapping],
}

/// What shows a mistake, what it is in a few words, the rule, and why.
type Told = (Part, &'static str, Spec, &'static str);

impl Asked<'_> {
    fn expected(&self, reused: Option<usize>) -> String {
        match (self.reused, reused) {
            (Some(port), Some(at)) => format!("port {port}, by the mapping that packet {} made", at + 1),
            _ if self.is_taken(self.internal.port()) => {
                "a new mapping, with a port from 1024 on that no mapping has outside".to_owned()
            }
            _ => format!("port {}, a new mapping", self.internal.port()),
        }
    }

    fn is_taken(&self, port: u16) -> bool {
        self.known.iter().any(|known| known.external == port)
    }

    fn mistake(&self, returned: u16, grown: bool) -> Option<Told> {
        match self.reused {
            Some(port) if returned == port && !grown => None,
            Some(_) => Some(self.wrong_choice((!grown).then_some(returned))),
            None if !grown && self.is_taken(returned) => Some(self.wrong_choice(Some(returned))),
            None => self.wrong_port(returned),
        }
    }

    /// Another mapping than the right one was chosen; or none was, where there is one.
    fn wrong_choice(&self, chosen: Option<u16>) -> Told {
        let found = MISTAKES.iter().find(|mistake| {
            let choice = (mistake.chooses)(self.mapping, self.known, self.internal, self.remote);
            choice.map(|known| known.external) == chosen
        });
        if let Some(mistake) = found {
            return (mistake.part, mistake.label, MAPPING, mistake.why);
        }
        let why = match self.mapping {
            Dependence::EndpointIndependent => {
                "this NAT has one mapping for an internal endpoint, and uses it whatever the remote endpoint is"
            }
            Dependence::AddressDependent => {
                "this NAT has one mapping for an internal endpoint and a remote address, whatever the remote port is"
            }
            Dependence::AddressAndPortDependent => {
                "this NAT has one mapping for an internal endpoint and a remote endpoint, address and port"
            }
        };
        (Part::Both, "this packet", MAPPING, why)
    }

    /// A mapping was to be made, and its port is not to be had.
    fn wrong_port(&self, port: u16) -> Option<Told> {
        let own = self.internal.port();
        let told = |part, label, why| Some((part, label, PORTS, why));
        match port {
            _ if self.is_taken(port) && port != own => told(
                Part::Port,
                "the next port is taken too",
                "one step aside may lead to a port that is taken as well: go on until no mapping has it",
            ),
            _ if self.is_taken(port) && self.known.iter().all(|known| known.internal.port() != own) => told(
                Part::Port,
                "its port is taken outside",
                "what must be free is the port outside. A port may be nobody's inside and yet be taken outside, by a \
                 mapping whose own port was not to be had",
            ),
            _ if self.is_taken(port) => told(
                Part::Port,
                "that port is taken outside",
                "two internal endpoints with one external port is port overloading, which REQ-3 forbids: both talk to \
                 the same server, and its answers look alike",
            ),
            0..1024 => told(
                Part::Port,
                "after 65535, go on with 1024",
                "port 0 is no port that one can send to, and 1 to 1023 are for internal endpoints that have such a port \
                 (REQ-3a): after 65535 go on with 1024",
            ),
            _ if port != own && !self.is_taken(own) => told(
                Part::Internal,
                "its port is free outside",
                "no mapping has the internal port outside, so the new mapping gets it: this NAT preserves ports where \
                 it can",
            ),
            _ => None,
        }
    }
}

/// A panic at the last port has its own words.
fn overflowing(mut failure: Box<Failure>, picture: &Picture) -> Box<Failure> {
    if matches!(&failure.returned, Returned::Panic { message, .. } if message.contains("overflow")) {
        let why = "65535 is the last port, and a u16 has no room for one more: `checked_add(1)` gives None there, and then \
                   1024 is next";
        failure.reason = Reason::new(PORTS, why).at(picture.part(Part::Internal), "the last port");
    }
    failure
}

/// What a table holds, whatever its order.
fn same_mappings(one: &[Mapping], other: &[Mapping]) -> bool {
    let has = |table: &[Mapping], wanted: &Mapping| {
        table.iter().any(|known| (known.internal, known.external) == (wanted.internal, wanted.external))
    };
    one.len() == other.len() && other.iter().all(|wanted| has(one, wanted))
}

fn show(table: &[Mapping]) -> String {
    if table.is_empty() {
        return "is empty".to_owned();
    }
    let lines: Vec<_> =
        table.iter().map(|known| format!("{} as :{}", known.internal, known.external)).collect();
    format!("has {}", lines.join(", "))
}

/// Which part of the last packet shows the mistake.
#[derive(Clone, Copy)]
pub(super) enum Part {
    Internal,
    Remote,
    Both,
    Port,
}

/// The packets up to the one that is asked about, as text.
struct Picture {
    text: String,
    internal: std::ops::Range<usize>,
    remote: std::ops::Range<usize>,
    port: std::ops::Range<usize>,
}

impl Picture {
    /// `ports`: those by which the packets before it left.
    fn of(sequence: &Sequence, ports: &[u16]) -> Self {
        let mut picture = Self { text: String::new(), internal: 0..0, remote: 0..0, port: 0..0 };
        let left = ports.iter().map(|port| format!("left as :{port}")).chain(["leaves as ?".to_owned()]);
        for ((internal, remote), left) in sequence.packets.iter().zip(left) {
            let line = picture.text.len();
            picture.internal = picture.put(&internal.to_string());
            picture.put(" -> ");
            picture.remote = picture.put(&remote.to_string());
            picture.put(&" ".repeat((line + 36).saturating_sub(picture.text.len())));
            picture.port = picture.put(&left);
            picture.put("\n");
        }
        picture
    }

    fn put(&mut self, text: &str) -> std::ops::Range<usize> {
        let start = self.text.len();
        self.text += text;
        start..self.text.len()
    }

    fn part(&self, part: Part) -> std::ops::Range<usize> {
        match part {
            Part::Internal => self.internal.clone(),
            Part::Remote => self.remote.clone(),
            Part::Both => self.internal.start..self.remote.end,
            Part::Port => self.port.clone(),
        }
    }
}
