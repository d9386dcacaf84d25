//! Who may come in through a mapping: RFC 4787 section 5.

use std::net::SocketAddr;

use wire::{Spec, rfc};

use super::Dependence::{self, AddressAndPortDependent, AddressDependent, EndpointIndependent};
use super::lab;
use crate::{Exam, Failure, Reason};

/// What the student writes: the filter, whom the internal endpoint wrote to, and who comes.
pub type LetsIn = fn(Dependence, &[SocketAddr], SocketAddr) -> bool;

const FILTERING: Spec = rfc(4787, "5");

const S: &str = "192.0.2.1:3478";
const T: &str = "192.0.2.7:4000";

/// Whom the internal endpoint wrote to, and who comes.
const ARRIVALS: [(&str, &[&str], &str); 11] = [
    ("the answer to a packet", &[S], S),
    ("nobody was written to", &[], S),
    ("a stranger", &[S], "203.0.113.1:40000"),
    ("another address, the same port", &[S], "192.0.2.9:3478"),
    ("the same address, another port", &[S], "192.0.2.1:9999"),
    ("the first of two", &[S, T], S),
    ("the second of two", &[S, T], T),
    ("the address of one, the port of another", &[S, T], "192.0.2.1:4000"),
    ("an address of which one port was written to first", &["192.0.2.1:9999", S, T], "192.0.2.1:9999"),
    ("the address of the first of two, another port", &[S, T], "192.0.2.1:9999"),
    ("the neighbor of an address", &[S], "192.0.2.2:3478"),
];

/// All arrivals at all three filters, against the simulator's NAT.
///
/// # Errors
/// The first answer that is wrong.
pub fn check(exam: &Exam, lets_in: LetsIn) -> Result<(), Box<Failure>> {
    for (name, filtering, written_to, from) in arrivals() {
        let right = lab::comes_in(filtering, &written_to, from);
        let picture = Picture::of(&written_to, from);
        exam.case(&format!("{filtering} filtering: {name}"), picture.text.as_bytes(), say(right), FILTERING)
            .text()
            .at(picture.from.clone(), "comes now")
            .expect(
                &right,
                || lets_in(filtering, &written_to, from),
                |returned| say(*returned).to_owned(),
                |_| explain(filtering, &written_to, from, &picture),
            )?;
    }
    Ok(())
}

/// All that is asked: the arrival's name, the filter, who was written to, who comes.
pub fn arrivals() -> impl Iterator<Item = (&'static str, Dependence, Vec<SocketAddr>, SocketAddr)> {
    ARRIVALS.into_iter().flat_map(|(name, written_to, from)| {
        let written_to: Vec<SocketAddr> = written_to.iter().filter_map(|text| text.parse().ok()).collect();
        let from = from.parse().ok();
        Dependence::ALL
            .into_iter()
            .filter_map(move |filtering| Some((name, filtering, written_to.clone(), from?)))
    })
}

fn say(lets_in: bool) -> &'static str {
    if lets_in { "true: it comes in" } else { "false: it is dropped" }
}

fn explain(filtering: Dependence, written_to: &[SocketAddr], from: SocketAddr, picture: &Picture) -> Reason {
    let address = written_to.iter().position(|remote| remote.ip() == from.ip());
    let port = written_to.iter().position(|remote| remote.port() == from.port());
    let exact = written_to.iter().position(|remote| *remote == from);
    let reason = |at, label: &str, why: &str| Reason::new(FILTERING, why).at(at, label);
    match (filtering, exact) {
        _ if written_to.is_empty() => reason(
            picture.from.clone(),
            "nobody was written to",
            "a mapping is made by the first packet out. Before it nothing outside belongs to this internal endpoint, so there \
             is nobody to hand the packet to: not even the most open NAT lets it in",
        ),
        (EndpointIndependent, _) => reason(
            picture.from.clone(),
            "whoever it is",
            "an endpoint-independent filter does not look at the sender: one packet out, to anybody, opens the door for all \
             the world",
        ),
        (AddressDependent, None) if address.is_some() => reason(
            picture.its_address(),
            "was written to",
            "an address-dependent filter looks at the address and not at the port: whoever was written to may answer from \
             another port, and may be another program",
        ),
        (AddressDependent, None) if port.is_some() => reason(
            picture.its_address(),
            "nobody wrote to this address",
            "an address-dependent filter looks at the address. That somebody else was written to at the same port means \
             nothing",
        ),
        (AddressAndPortDependent, None) if address.is_some() && port.is_some() => reason(
            picture.from.clone(),
            "one from here, one from there",
            "address and port must match in one entry. The internal endpoint wrote to this address at another port, and to \
             this port at another address; to this endpoint it never wrote",
        ),
        (AddressAndPortDependent, None) if address.is_some() => reason(
            picture.its_port(),
            "another port",
            "an address and port-dependent filter lets in what comes from the very endpoint that was written to. From \
             another port of the same address it is a stranger: this is where hole punching fails, when the peer's NAT \
             gave it a new port",
        ),
        (AddressAndPortDependent, None) if port.is_some() => reason(
            picture.its_address(),
            "another address",
            "the port was written to at another address. Both must match",
        ),
        (_, None) => reason(
            picture.from.clone(),
            "a stranger",
            "the internal endpoint never wrote to this address: only an endpoint-independent filter lets it in",
        ),
        (_, Some(at)) => reason(
            picture.written(at),
            "here it was written to",
            "each endpoint that was written to may answer, the first one as the last one: look at the whole list",
        ),
    }
}

/// Whom was written to, and who comes, as text.
struct Picture {
    text: String,
    from: std::ops::Range<usize>,
    colon: usize,
    written: Vec<std::ops::Range<usize>>,
}

impl Picture {
    fn of(written_to: &[SocketAddr], from: SocketAddr) -> Self {
        let mut text = String::new();
        let mut written = Vec::new();
        for remote in written_to {
            text += "wrote to    ";
            let start = text.len();
            text += &remote.to_string();
            written.push(start..text.len());
            text.push('\n');
        }
        text += "comes from  ";
        let start = text.len();
        text += &from.to_string();
        let colon = text.rfind(':').unwrap_or(start);
        Self { from: start..text.len(), colon, written, text }
    }

    fn its_address(&self) -> std::ops::Range<usize> {
        self.from.start..self.colon
    }

    fn its_port(&self) -> std::ops::Range<usize> {
        self.colon + 1..self.from.end
    }

    fn written(&self, at: usize) -> std::ops::Range<usize> {
        self.written.get(at).cloned().unwrap_or_else(|| self.from.clone())
    }
}
