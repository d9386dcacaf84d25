//! Hosts that do what a test says.

#![allow(dead_code, reason = "later rules")]

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use sim::{Host, Outbox, Packet, Payload};
use wire::trace::Trace;

/// Sends packets at times, keeps what it gets, and answers if it is told to.
#[derive(Debug, Default)]
pub(crate) struct Script {
    pub(crate) to_send: VecDeque<(Duration, Packet)>,
    pub(crate) got: Vec<(Duration, Packet)>,
    pub(crate) echoes: bool,
}

impl Script {
    pub(crate) fn silent() -> Self {
        Self::default()
    }

    /// Sends each datagram back to where it came from.
    pub(crate) fn echo() -> Self {
        Self { echoes: true, ..Self::default() }
    }

    /// Sends texts by UDP: at so many milliseconds, from, to.
    pub(crate) fn says<const N: usize>(lines: [(u64, &str, &str, &str); N]) -> Self {
        let line = |(ms, from, to, text): (u64, &str, &str, &str)| {
            (Duration::from_millis(ms), Packet::udp(at(from), at(to), text))
        };
        Self { to_send: lines.into_iter().map(line).collect(), ..Self::default() }
    }

    pub(crate) fn sends(packets: impl IntoIterator<Item = (Duration, Packet)>) -> Self {
        Self { to_send: packets.into_iter().collect(), ..Self::default() }
    }

    /// The texts that it got.
    pub(crate) fn texts(&self) -> Vec<String> {
        let text = |(_, packet): &(Duration, Packet)| match &packet.payload {
            Payload::Udp(bytes) => Some(text(bytes)),
            Payload::Tcp(_) | Payload::Icmp(_) => None,
        };
        self.got.iter().filter_map(text).collect()
    }
}

impl Host for Script {
    fn receive(&mut self, now: Duration, packet: Packet, out: &mut Outbox) {
        if let (true, Payload::Udp(bytes)) = (self.echoes, &packet.payload) {
            out.udp(packet.to, packet.from, bytes.clone());
        }
        self.got.push((now, packet));
    }

    fn next_wake(&mut self) -> Option<Duration> {
        self.to_send.front().map(|(at, _)| *at)
    }

    fn wake(&mut self, now: Duration, out: &mut Outbox) {
        while let Some((_, packet)) = self.to_send.pop_front_if(|(at, _)| *at <= now) {
            out.send(packet);
        }
    }
}

pub(crate) fn at(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) fn pcapng(trace: &Trace) -> Vec<u8> {
    let mut bytes = Vec::new();
    trace.write_pcapng(&mut bytes).unwrap();
    bytes
}
