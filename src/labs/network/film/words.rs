//! The sentences.

use std::net::SocketAddr;

use sim::{Dependence, Mapping, Packet, Payload};

/// Whom a mapping lets in, each in a few words (RFC 4787 section 5).
pub(super) fn lets_in(mapping: &Mapping, filtering: Option<Dependence>) -> Vec<String> {
    match filtering {
        None | Some(Dependence::EndpointIndependent) => vec!["anybody".to_owned()],
        Some(Dependence::AddressDependent) => {
            let mut all: Vec<_> = mapping.remotes.iter().map(std::net::SocketAddr::ip).collect();
            all.sort_unstable();
            all.dedup();
            all.iter().map(|address| format!("{address}, any port")).collect()
        }
        Some(Dependence::AddressAndPortDependent) => {
            mapping.remotes.iter().map(ToString::to_string).collect()
        }
    }
}

/// What a router did with a packet that it passed on.
pub(super) struct Passing<'a> {
    pub(super) lane: &'a str,
    pub(super) label: &'a str,
    pub(super) before: (SocketAddr, SocketAddr),
    pub(super) after: Option<(SocketAddr, SocketAddr)>,
    /// Whom the mapping lets in that was made for it.
    pub(super) made: Option<&'a [String]>,
}

impl Passing<'_> {
    pub(super) fn text(&self) -> String {
        let Self { lane, label, before, after, made } = *self;
        match (after, made) {
            (Some(after), _) if after.0 != before.0 && after.1 != before.1 => format!(
                "The {lane} turns {label} back inside: {} is {}, {} is {}.",
                before.0, after.0, before.1, after.1
            ),
            (Some(after), Some(open)) if after.0 != before.0 => format!(
                "The {lane} makes a mapping: {} is {} outside, and lets in {}. So {label} goes on to {}.",
                before.0,
                after.0,
                open.join(" and "),
                after.1
            ),
            (Some(after), _) if after.0 != before.0 => format!(
                "The {lane} has a mapping for it: {} is {} outside. So {label} goes on to {}.",
                before.0, after.0, after.1
            ),
            (Some(after), _) if after.1 != before.1 => {
                format!("The {lane} lets {label} from {} in: {} is {} inside.", before.0, before.1, after.1)
            }
            _ => format!("The {lane} passes {label} on: {} to {}.", before.0, before.1),
        }
    }
}

/// "a Binding request"; what cannot be named is a datagram.
pub(super) fn name(packet: &Packet, summary: &str) -> String {
    match &packet.payload {
        Payload::Icmp(_) => "an ICMP error".to_owned(),
        Payload::Tcp(_) => "a TCP segment".to_owned(),
        Payload::Udp(bytes) if summary.is_empty() => format!("a datagram of {} bytes", bytes.len()),
        Payload::Udp(_) => summary.to_owned(),
    }
}
