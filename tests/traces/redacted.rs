//! A trace as text that is the same for every run of the command that made it.

use std::fmt::Write;
use std::net::SocketAddr;

use wire::render::shown;
use wire::trace::{Event, Trace};
use wire::{Dissection, Meaning, Node, Session, Value};

/// Each packet as a list of its fields. A port is called after the order in which the trace's addresses
/// appear, what is computed from ports is left out by field, and times too.
pub(crate) fn redacted(trace: &Trace, password: &str) -> Vec<String> {
    let mut session = Session::new(Some(password.to_owned()));
    let mut ports = Ports::default();
    trace.events.iter().map(|event| packet(event, &session.dissect(event), &mut ports)).collect()
}

/// The ports of loopback addresses: the system's choice, unlike those of documentation.
#[derive(Default)]
struct Ports(Vec<u16>);

impl Ports {
    fn learn(&mut self, address: SocketAddr) {
        if address.ip().is_loopback() && !self.0.contains(&address.port()) {
            self.0.push(address.port());
        }
    }

    fn is_ours(&self, port: u64) -> bool {
        self.0.iter().any(|ours| u64::from(*ours) == port)
    }

    /// `127.0.0.1:3478` as `127.0.0.1:[port 2]`.
    fn hide(&self, text: &str) -> String {
        (1..).zip(&self.0).fold(text.to_owned(), |text, (number, port)| {
            text.replace(&format!(":{port}"), &format!(":[port {number}]"))
        })
    }
}

fn packet(event: &Event, dissection: &Dissection<'_>, ports: &mut Ports) -> String {
    for address in [event.from, event.to].into_iter().chain(dissection.nodes().iter().filter_map(Node::addr))
    {
        ports.learn(address);
    }
    let mut out = ports.hide(&format!("{} -> {}\n", event.from, event.to));
    if let Some(comment) = &event.comment {
        writeln!(out, "{}", ports.hide(comment)).unwrap();
    }
    let has_ports =
        dissection.nodes().iter().filter_map(Node::addr).any(|address| address.ip().is_loopback());
    let mut ends = Vec::new();
    for (at, node) in (0..).zip(dissection.nodes()) {
        ends.retain(|end| *end > at);
        let indent = ends.len() * 2;
        ends.push(dissection.children(at).last().map_or(at + 1, |last| end(dissection, last)));
        let value = match node.field.name {
            "CRC-32" | "HMAC-SHA1" | "HMAC-SHA256" if has_ports => "[computed over ports]".to_owned(),
            "Port" | "X-Port" if port(dissection, at).is_some_and(|port| ports.is_ours(port)) => {
                "[port]".to_owned()
            }
            _ if matches!(node.value, Value::Bytes) => hex(dissection.bytes(node.span)),
            _ => ports.hide(&shown(dissection, at).to_string()),
        };
        writeln!(out, "{:indent$}{}: {value}", "", node.field.name).unwrap();
        for note in dissection.notes_at(at) {
            let text = note.text.split_once(" ms later").map_or(&*note.text, |(text, _)| text);
            let text = if text.len() < note.text.len() { text.rsplit_once(", ").unwrap().0 } else { text };
            writeln!(out, "{:indent$}  ({:?}: {})", "", note.severity, ports.hide(text)).unwrap();
        }
    }
    out
}

/// Where the nodes below `at` end.
fn end(dissection: &Dissection<'_>, at: u32) -> u32 {
    dissection.children(at).last().map_or(at + 1, |last| end(dissection, last))
}

fn port(dissection: &Dissection<'_>, at: u32) -> Option<u64> {
    let node = dissection.nodes().get(at as usize)?;
    match node.meaning {
        Meaning::Number(port) => Some(port),
        _ => node.uint(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}
