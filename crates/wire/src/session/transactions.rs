//! STUN transactions: which response answers which request (RFC 8489 section 6.3).

use std::net::SocketAddr;
use std::time::Duration;

use super::bounded::Bounded;
use crate::context::LongTerm;
use crate::stun::HEADER_LEN;
use crate::trace::Event;
use crate::tree::{Dissection, Node};

/// So many requests are remembered.
const MOST: usize = 65_536;

/// A longer USERNAME is none (RFC 8489 section 14.3).
const MOST_USERNAME: usize = 508;

/// The transaction ID, cookie and all (which makes it the 128 bits of RFC 3489), and the client.
type Key = ([u8; 16], SocketAddr);

#[derive(Debug, Default)]
pub(super) struct Transactions {
    requests: Bounded<Key, Request, MOST>,
}

#[derive(Debug)]
struct Request {
    number: u64,
    at: Duration,
    to: SocketAddr,
    long_term: Option<OwnedLongTerm>,
    /// Where it is a check of ICE, whose USERNAME has a colon.
    username: Option<Vec<u8>>,
}

/// What a request said of its long-term credential.
#[derive(Clone, Debug)]
pub(super) struct OwnedLongTerm {
    username: Vec<u8>,
    realm: Vec<u8>,
    algorithm: u64,
}

impl OwnedLongTerm {
    pub(super) fn borrowed(&self) -> LongTerm<'_> {
        LongTerm { username: &self.username, realm: &self.realm, algorithm: self.algorithm }
    }
}

impl Transactions {
    /// What the request that this event may answer said of its credential.
    pub(super) fn long_term(&self, event: &Event) -> Option<OwnedLongTerm> {
        self.requests.of(&(id(&event.bytes)?, event.to))?.long_term.clone()
    }

    /// Whom the check that this event may answer asked.
    pub(super) fn username(&self, event: &Event) -> Option<&[u8]> {
        self.requests.of(&(id(&event.bytes)?, event.to))?.username.as_deref()
    }

    /// Remembers a request; says of a response what it answers.
    pub(super) fn fold(&mut self, number: u64, event: &Event, d: &Dissection<'_>) -> Vec<String> {
        let (Some(id), Some(class)) = (id(&event.bytes), d.find("Class").and_then(Node::uint)) else {
            return Vec::new();
        };
        match class {
            0 => self.request((id, event.from), number, event, d),
            1 => Vec::new(),
            _ => self.response(&(id, event.to), event, d),
        }
    }

    fn request(&mut self, key: Key, number: u64, event: &Event, d: &Dissection<'_>) -> Vec<String> {
        if let Some(first) = self.requests.of(&key) {
            let after = Milliseconds(event.at.saturating_sub(first.at));
            return vec![format!("packet {} again, {after} later: a retransmission", first.number)];
        }
        let username = text(d, "USERNAME")
            .filter(|username| username.len() <= MOST_USERNAME && username.contains(&b':'));
        let request = Request { number, at: event.at, to: event.to, long_term: long_term(d), username };
        self.requests.insert(key, request);
        Vec::new()
    }

    fn response(&self, key: &Key, event: &Event, d: &Dissection<'_>) -> Vec<String> {
        let Some(request) = self.requests.of(key) else {
            return vec!["answers no request of this trace".to_owned()];
        };
        let after = Milliseconds(event.at.saturating_sub(request.at));
        let mut remarks = vec![format!("answers packet {}, {after} later", request.number)];
        if event.from != request.to {
            remarks.push(format!("comes from {}, though the request went to {}", event.from, request.to));
        }
        let mapped = ["XOR-MAPPED-ADDRESS", "MAPPED-ADDRESS"].iter().find_map(|name| d.find(name)?.addr());
        if let Some(mapped) = mapped.filter(|mapped| *mapped != event.to) {
            remarks.push(format!("the server saw {mapped}, this trace {}: a NAT stands between", event.to));
        }
        remarks
    }
}

fn id(message: &[u8]) -> Option<[u8; 16]> {
    message.get(4..HEADER_LEN)?.try_into().ok()
}

fn long_term(d: &Dissection<'_>) -> Option<OwnedLongTerm> {
    Some(OwnedLongTerm {
        realm: text(d, "REALM")?,
        username: text(d, "USERNAME")?,
        algorithm: d.find("PASSWORD-ALGORITHM").and_then(Node::uint).unwrap_or(1),
    })
}

/// The value of an attribute.
fn text(d: &Dissection<'_>, name: &str) -> Option<Vec<u8>> {
    let attribute = d.bytes(d.find(name)?.span);
    let length = usize::from(u16::from_be_bytes([*attribute.get(2)?, *attribute.get(3)?]));
    Some(attribute.get(4..4 + length)?.to_vec())
}

/// `0.31 ms`, `1.5 s`
pub(super) struct Milliseconds(pub(super) Duration);

impl std::fmt::Display for Milliseconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0.as_micros() {
            us if us < 10_000 => write!(f, "{}.{:02} ms", us / 1000, us % 1000 / 10),
            us if us < 1_000_000 => write!(f, "{} ms", us / 1000),
            us => write!(f, "{}.{} s", us / 1_000_000, us % 1_000_000 / 100_000),
        }
    }
}
