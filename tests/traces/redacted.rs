//! A trace as text that is the same for every run of the command that made it.

use std::fmt::Write;
use std::net::SocketAddr;

use sha2::{Digest, Sha256};
use wire::render::shown;
use wire::trace::{Event, Trace};
use wire::{Dissection, Meaning, Node, Session, Value};

/// Each packet as a list of its fields. A port is called after the order in which the trace's addresses
/// appear; what is computed from ports is left out by field, and so are times and what a library draws at random:
/// a WebSocket's key and what follows from it, and masking keys with the bytes under them.
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
    let mut within: Vec<(u32, &str)> = Vec::new();
    for (at, node) in (0..).zip(dissection.nodes()) {
        within.retain(|(end, _)| *end > at);
        let indent = within.len() * 2;
        let parent = within.last().map_or("", |(_, name)| *name);
        within.push((end(dissection, at), node.field.name));
        let value = match node.field.name {
            "CRC-32" | "HMAC-SHA1" | "HMAC-SHA256" if has_ports => "[computed over ports]".to_owned(),
            "Port" | "X-Port" if port(dissection, at).is_some_and(|port| ports.is_ours(port)) => {
                "[port]".to_owned()
            }
            "Masking-key" => "[random]".to_owned(),
            // Masked, or a part of what is.
            "Payload Data" | "Unfinished" => format!("[{} bytes]", dissection.bytes(node.span).len()),
            "field-value" if ["Sec-WebSocket-Key", "Sec-WebSocket-Accept"].contains(&parent) => {
                format!("[{} bytes of base64]", dissection.bytes(node.span).len())
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

/// All bytes; of many the first, and a hash over all.
fn hex(bytes: &[u8]) -> String {
    let spaced = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    match bytes.get(..32).filter(|_| bytes.len() > 256) {
        None => spaced(bytes),
        Some(first) => {
            let hash = spaced(&Sha256::digest(bytes)[..8]);
            format!("{} ... {} bytes, SHA-256 {hash} ...", spaced(first), bytes.len())
        }
    }
}
