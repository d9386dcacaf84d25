//! Asks a STUN server what address it sees: how a server-reflexive candidate is found (RFC 8445 section 5.1.1.2).

use std::net::SocketAddr;
use std::time::Duration;

use wire::stun::{Class, Message, STUN, kind};

/// One Binding transaction, repeated until it is answered (RFC 8489 section 6.2.1).
#[derive(Debug)]
pub(crate) struct Gathering {
    /// The socket that asks: the candidate's base.
    pub(crate) base: SocketAddr,
    request: Vec<u8>,
    sent: u32,
    next: Option<Duration>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Mapped(SocketAddr),
    Nothing(&'static str),
}

/// How long to wait for an answer at first; then twice as long, and so on.
const RTO: Duration = Duration::from_millis(500);
/// Rc: so many requests.
const REQUESTS: u32 = 7;
/// Rm: after the last, so many times the first wait.
const PATIENCE: u32 = 16;

impl Gathering {
    pub(crate) fn new(base: SocketAddr, id: [u8; 12], now: Duration) -> Self {
        let mut request = Vec::new();
        // Twenty bytes and eight fit.
        _ = Message::begin(&mut request, Class::Request, kind::BINDING, id).fingerprint().finish();
        Self { base, request, sent: 0, next: Some(now) }
    }

    /// When it wants to send again, or to give up; `None` when it is over.
    pub(crate) fn next(&self) -> Option<Duration> {
        self.next
    }

    /// What to send now, where the time has come; else the end, where that has.
    pub(crate) fn wake(&mut self, now: Duration) -> Option<Result<Vec<u8>, Found>> {
        if self.next? > now {
            return None;
        }
        if self.sent == REQUESTS {
            self.next = None;
            return Some(Err(Found::Nothing("no answer in 39.5 s")));
        }
        let wait = if self.sent + 1 == REQUESTS { RTO * PATIENCE } else { RTO * (1 << self.sent) };
        self.sent += 1;
        self.next = Some(now + wait);
        Some(Ok(self.request.clone()))
    }

    /// Takes a datagram of the server's. `None` where it is not the answer.
    pub(crate) fn answered(&mut self, bytes: &[u8]) -> Option<Found> {
        let ours = |bytes: &[u8]| bytes.get(4..20) == self.request.get(4..20);
        if self.next.is_none() || !ours(bytes) {
            return None;
        }
        let response = STUN.dissect(bytes);
        let class = response.find("Class").and_then(wire::Node::uint)?;
        let mapped = response.find("XOR-MAPPED-ADDRESS").and_then(wire::Node::addr);
        self.next = None;
        Some(match mapped.filter(|_| class == Class::SuccessResponse as u64) {
            Some(address) => Found::Mapped(address),
            None => Found::Nothing("the server refused"),
        })
    }

    /// A hard ICMP error ends a transaction (RFC 8489 section 6.2.1).
    pub(crate) fn unreachable(&mut self) -> Option<Found> {
        self.next.take().map(|_| Found::Nothing("an ICMP error said that the server cannot be reached"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_out_when_rfc_8489_says() {
        let mut gathering = Gathering::new("192.0.2.7:5000".parse().unwrap(), [7; 12], Duration::ZERO);
        let mut sent = Vec::new();
        let end = loop {
            let at = gathering.next().unwrap();
            match gathering.wake(at).unwrap() {
                Ok(_) => sent.push(at.as_millis()),
                Err(found) => break (at.as_millis(), found),
            }
        };
        assert_eq!(sent, [0, 500, 1500, 3500, 7500, 15500, 31500]);
        assert_eq!(end, (39500, Found::Nothing("no answer in 39.5 s")));
        assert_eq!(gathering.next(), None);
    }
}
