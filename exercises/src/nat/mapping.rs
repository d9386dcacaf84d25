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

/// Sends sequences of packets through the student's NAT and through the simulator's.
///
/// # Errors
/// The first packet that leaves by another port, or a mapping that is not kept.
pub fn check(exam: &Exam, external_port: ExternalPort) -> Result<(), Box<Failure>> {
    sequences::all().try_for_each(|sequence| play(exam, &sequence, external_port))
}

/// The sequences, each with the external ports that a NAT gives: `(name, kind, packets, ports)`.
pub fn sequences() -> impl Iterator<Item = (String, Dependence, Vec<(SocketAddr, SocketAddr)>, Vec<u16>)> {
    sequences::all().map(|sequence| {
        let ports = right_ports(&sequence);
        (sequence.name, sequence.mapping, sequence.packets, ports)
    })
}

fn right_ports(sequence: &Sequence) -> Vec<u16> {
    lab::outside_of(sequence.mapping, &sequence.packets).iter().map(SocketAddr::port).collect()
}

fn play(exam: &Exam, sequence: &Sequence, external_port: ExternalPort) -> Result<(), Box<Failure>> {
    let right = right_ports(sequence);
    let mut table = Vec::new();
    for (at, (&(internal, remote), &port)) in sequence.packets.iter().zip(&right).enumerate() {
        let name = format!("{} mapping, packet {}: {}", sequence.mapping, at + 1, sequence.name);
        let picture = Picture::of(sequence, &right, at);
        let made = table_of(sequence, &right, at + 1).len() > table_of(sequence, &right, at).len();
        let (how, spec) = if made { ("a new mapping", PORTS) } else { ("a mapping that is there", MAPPING) };
        let case = exam.case(&name, picture.text.as_bytes(), format!("port {port}, {how}"), spec).text();
        let case = case.at(picture.asked(), "this packet");
        let before = table.clone();
        let returned = case
            .ask(|| external_port(sequence.mapping, &mut table, internal, remote))
            .map_err(|failure| overflowing(failure, &picture))?;
        let kept = table_of(sequence, &right, at + 1);
        if returned == port && same_mappings(&table, &kept) {
            continue;
        }
        let shown = if returned == port {
            let extra = if table.len() < kept.len() {
                "the mapping is not in the table"
            } else {
                "the table has other mappings"
            };
            format!("port {returned}, but {extra}: {}", show(&table))
        } else {
            format!(
                "port {returned}, {}",
                if table.len() > before.len() { "a new mapping" } else { "no new mapping" }
            )
        };
        let reason = explain(sequence, &right[..=at], &picture, (returned, &table, &before));
        return Err(case.wrong(shown, reason));
    }
    Ok(())
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

/// The table after `count` packets: one line for each external port.
fn table_of(sequence: &Sequence, right: &[u16], count: usize) -> Vec<Mapping> {
    let mut table: Vec<Mapping> = Vec::new();
    for (&(internal, remote), &external) in sequence.packets.iter().zip(right).take(count) {
        if table.iter().all(|known| known.external != external) {
            table.push(Mapping { internal, remote, external });
        }
    }
    table
}

fn show(table: &[Mapping]) -> String {
    if table.is_empty() {
        return "it is empty".to_owned();
    }
    let lines: Vec<_> =
        table.iter().map(|known| format!("{} as :{}", known.internal, known.external)).collect();
    format!("it has {}", lines.join(", "))
}

/// Looks for a way to go wrong that ends here with the same port and as large a table.
fn explain(
    sequence: &Sequence,
    right: &[u16],
    picture: &Picture,
    (returned, table, before): (u16, &[Mapping], &[Mapping]),
) -> Reason {
    let at = right.len() - 1;
    let size = table_of(sequence, right, right.len()).len();
    let right = right[at];
    let found = MISTAKES.iter().find(|mistake| {
        let mut known = Vec::new();
        let packets = sequence.packets.iter().take(at + 1);
        let port = packets
            .map(|&(internal, remote)| (mistake.way)(sequence.mapping, &mut known, internal, remote))
            .last();
        port == Some(returned) && known.len() == table.len() && (returned, known.len()) != (right, size)
    });
    match found {
        Some(mistake) => Reason::new(mistake.spec, mistake.why).at(picture.part(mistake.part), mistake.label),
        None if returned != right && right == sequence.packets[at].0.port() && size > before.len() => {
            let why = "no mapping has the internal port outside, so the new mapping gets it: this NAT preserves ports \
                       where it can";
            Reason::new(PORTS, why).at(picture.part(Part::Internal), "its port is free outside")
        }
        None if returned == right => {
            let why = "each mapping that is made stays in the table once, with its internal endpoint and its external \
                       port; nothing else is there";
            Reason::new(MAPPING, why).at(picture.asked(), "the table is wrong after this packet")
        }
        None => {
            let why = match sequence.mapping {
                Dependence::EndpointIndependent => {
                    "this NAT has one mapping for an internal endpoint, and uses it whatever the remote endpoint is. A new \
                     one gets the internal port, or the next one up that no mapping has outside"
                }
                Dependence::AddressDependent => {
                    "this NAT has one mapping for an internal endpoint and a remote address, whatever the remote port is. A \
                     new one gets the internal port, or the next one up that no mapping has outside"
                }
                Dependence::AddressAndPortDependent => {
                    "this NAT has one mapping for an internal endpoint and a remote endpoint. A new one gets the internal \
                     port, or the next one up that no mapping has outside"
                }
            };
            Reason::new(MAPPING, why).at(picture.asked(), "this packet")
        }
    }
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
    fn of(sequence: &Sequence, right: &[u16], at: usize) -> Self {
        let mut text = String::new();
        let mut picture = Self { text: String::new(), internal: 0..0, remote: 0..0, port: 0..0 };
        for (number, (internal, remote)) in sequence.packets.iter().take(at + 1).enumerate() {
            let start = text.len();
            text += &internal.to_string();
            picture.internal = start..text.len();
            text += " -> ";
            let start = text.len();
            text += &remote.to_string();
            picture.remote = start..text.len();
            while text.len() < picture.internal.start + 36 {
                text.push(' ');
            }
            let start = text.len();
            text +=
                &if number < at { format!("left as :{}", right[number]) } else { "leaves as ?".to_owned() };
            picture.port = start..text.len();
            text.push('\n');
        }
        picture.text = text;
        picture
    }

    fn asked(&self) -> std::ops::Range<usize> {
        self.internal.start..self.remote.end
    }

    fn part(&self, part: Part) -> std::ops::Range<usize> {
        match part {
            Part::Internal => self.internal.clone(),
            Part::Remote => self.remote.clone(),
            Part::Both => self.asked(),
            Part::Port => self.port.clone(),
        }
    }
}
