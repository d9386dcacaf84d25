//! A trace as text that is the same for every run of the command that made it.

use std::fmt::Write;
use std::net::SocketAddr;

use sha2::{Digest, Sha256};
use wire::render::shown;
use wire::trace::{Event, Trace};
use wire::{Dissection, Meaning, Node, Session, Value};

/// Each packet as a list of its fields. A port is called after the order in which the trace's addresses
/// appear; what is computed from ports is left out by field, and so are times and what a library draws at random:
/// a WebSocket's key and what follows from it, and masking keys with the bytes under them. An Engine.IO session is
/// called after the order in which they were opened. A session description in JSON is given as its lines.
///
/// A call, which a trace with keys holds, is made of chance: every id, name, password, key and signature in it is drawn
/// anew, and some of their lengths with them. Those are left out too, by field again.
pub(crate) fn redacted(trace: &Trace, password: &str) -> Vec<String> {
    let ice = is_simulated(trace);
    // Agents have passwords of their own; held to another, each packet would show the HMAC that it ought to have.
    let mut session = Session::of(trace, (!ice).then(|| password.to_owned()));
    let mut chance = Chance { call: !trace.secrets.is_empty(), ice, ..Chance::default() };
    trace.events.iter().map(|event| packet(event, &session.dissect(event), &mut chance)).collect()
}

/// Whether two ICE agents met in the simulator: names, passwords, tie-breakers and times come of the seed there, and
/// the stack draws only transaction ids anew.
fn is_simulated(trace: &Trace) -> bool {
    let comments = trace.events.iter().filter_map(|event| event.comment.as_deref());
    comments.take(2).flat_map(str::lines).any(|line| line.parse::<wire::journey::Journey>().is_ok())
}

/// What was drawn by chance and comes back in later packets.
#[derive(Default)]
struct Chance {
    ice: bool,
    ports: Ports,
    sessions: Vec<String>,
    call: bool,
    /// What SDP draws at random, and what it is called here.
    drawn: Vec<(String, String)>,
    descriptions: crate::sdp_redacted::Chance,
}

impl Chance {
    fn learn(&mut self, event: &Event, dissection: &Dissection<'_>) {
        let named = dissection.nodes().iter().filter_map(Node::addr);
        [event.from, event.to].into_iter().chain(named).for_each(|address| self.ports.learn(address));
        let opens = |node: &&Node| matches!(node.field.name, "handshake" | "data");
        for node in dissection.nodes().iter().filter(opens) {
            let json: serde_json::Value =
                serde_json::from_slice(dissection.bytes(node.span)).unwrap_or_default();
            let sid = json["sid"].as_str().map(str::to_owned);
            self.sessions.extend(sid.filter(|sid| !self.sessions.contains(sid)));
        }
        if self.call {
            let message = dissection.find("Application data").map(|node| dissection.bytes(node.span));
            self.learn_sdp(&String::from_utf8_lossy(message.unwrap_or_default()));
            for node in dissection.nodes().iter().filter(|node| node.field.name == "sess-version") {
                let version = String::from_utf8_lossy(dissection.bytes(node.span)).into_owned();
                self.drawn.push((version, "session version".to_owned()));
            }
        }
    }

    /// Offers and answers name what comes back in all packets after them.
    fn learn_sdp(&mut self, message: &str) {
        for (before, name) in SDP_CHANCE {
            for (_, value) in message.match_indices(before).map(|(at, _)| message.split_at(at + before.len()))
            {
                let value: String = value.chars().take_while(|c| !c.is_whitespace() && *c != '\\').collect();
                let count = self.drawn.iter().filter(|(_, drawn)| drawn.starts_with(name)).count();
                if !self.drawn.iter().any(|(drawn, _)| *drawn == value) {
                    self.drawn.push((value, format!("{name} {}", count + 1)));
                }
            }
        }
    }

    /// `sid=k6Lo5vn2FY1hthia` as `sid=[session 1]`.
    fn hide(&self, text: &str) -> String {
        let text = (1..).zip(&self.sessions).fold(self.ports.hide(text), |text, (number, sid)| {
            text.replace(sid, &format!("[session {number}]"))
        });
        self.drawn.iter().fold(text, |text, (drawn, name)| text.replace(drawn, &format!("[{name}]")))
    }
}

/// What is drawn anew for each call, or follows from what is.
const CALL_CHANCE: &[&str] = &[
    // SDP
    "port",
    "sess-version",
    // WebSocket, around SDP
    "Extended payload length",
    // STUN
    "tiebreaker value",
    "CRC-32",
    // DTLS, around certificates and signatures
    "length",
    "fragment_length",
    "Tag and length",
    // SCTP
    "Checksum",
    "Verification Tag",
    "Initiate Tag",
    "Initial TSN",
    "TSN",
    "Cumulative TSN Ack",
    "Sender's Last Assigned TSN",
    "Re-configuration Request Sequence Number",
    "Re-configuration Response Sequence Number",
];

/// What is drawn anew for each packet of an ICE agent, and what is computed over it.
const ICE_CHANCE: &[&str] = &["Transaction ID", "HMAC-SHA1", "CRC-32"];

/// The content type of a DTLS record that holds handshake messages (RFC 5246 section 6.2.1).
const HANDSHAKE: u8 = 22;

/// Where SDP holds what is drawn at random.
const SDP_CHANCE: &[(&str, &str)] = &[
    ("o=- ", "session id"),
    ("a=ice-ufrag:", "ufrag"),
    ("a=ice-pwd:", "pwd"),
    ("a=fingerprint:sha-256 ", "fingerprint"),
    ("\"candidate:", "foundation"),
];

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

fn packet(event: &Event, dissection: &Dissection<'_>, chance: &mut Chance) -> String {
    chance.learn(event, dissection);
    let mut out = chance.hide(&format!("{} -> {}\n", event.from, event.to));
    if let Some(comment) = &event.comment {
        writeln!(out, "{}", chance.hide(comment)).unwrap();
    }
    let has_ports =
        dissection.nodes().iter().filter_map(Node::addr).any(|address| address.ip().is_loopback());
    let signals = dissection.nodes().iter().any(|node| description(dissection, node).is_some());
    let mut within: Vec<(u32, &str)> = Vec::new();
    let mut told = 0;
    for (at, node) in (0..).zip(dissection.nodes()) {
        if at < told {
            continue;
        }
        if let Some(sdp) = description(dissection, node).filter(|_| !chance.call) {
            told = end(dissection, at);
            writeln!(out, "{}: JSON with\n{}", node.field.name, chance.descriptions.redact(&sdp)).unwrap();
            continue;
        }
        within.retain(|(end, _)| *end > at);
        let indent = within.len() * 2;
        let parent = within.last().map_or("", |(_, name)| *name);
        within.push((end(dissection, at), node.field.name));
        let value = match node.field.name {
            "Length" if chance.call && event.bytes.first() == Some(&HANDSHAKE) => "[chance]".to_owned(),
            name if chance.ice && ICE_CHANCE.contains(&name) => "[chance]".to_owned(),
            name if chance.call && CALL_CHANCE.contains(&name) => "[chance]".to_owned(),
            // Their lengths too are a matter of chance: certificates, signatures, and what is around them.
            _ if chance.call && matches!(node.value, Value::Bytes) => "[bytes]".to_owned(),
            "CRC-32" | "HMAC-SHA1" | "HMAC-SHA256" if has_ports => "[computed over ports]".to_owned(),
            "Port" | "X-Port" if port(dissection, at).is_some_and(|port| chance.ports.is_ours(port)) => {
                "[port]".to_owned()
            }
            "Masking-key" => "[random]".to_owned(),
            // Masked, or a part of what is.
            "Payload Data" | "Unfinished" => format!("[{} bytes]", dissection.bytes(node.span).len()),
            "field-value" if ["Sec-WebSocket-Key", "Sec-WebSocket-Accept"].contains(&parent) => {
                format!("[{} bytes of base64]", dissection.bytes(node.span).len())
            }
            "field-value" if parent == "Date" => "[time]".to_owned(),
            "field-value" if parent == "Content-Length" && signals => "[length]".to_owned(),
            _ if matches!(node.value, Value::Bytes) => hex(dissection.bytes(node.span)),
            _ => chance.hide(&shown(dissection, at).to_string()),
        };
        writeln!(out, "{:indent$}{}: {value}", "", node.field.name).unwrap();
        for note in dissection.notes_at(at) {
            let text = note.text.split_once(" ms later").map_or(&*note.text, |(text, _)| text);
            let text = text.split_once(" ms after").map_or(text, |(text, _)| text);
            let text = if text.len() < note.text.len() { text.rsplit_once(", ").unwrap().0 } else { text };
            writeln!(out, "{:indent$}  ({:?}: {})", "", note.severity, chance.hide(text)).unwrap();
        }
    }
    out
}

/// The session description in the JSON that is a message's content.
fn description(dissection: &Dissection<'_>, node: &Node) -> Option<String> {
    let content = (node.field.name == "content").then(|| dissection.bytes(node.span))?;
    let json: serde_json::Value = serde_json::from_slice(content).ok()?;
    json["sdp"].as_str().map(str::to_owned)
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
