//! Hosts that do what a test says.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use fastrand::Rng;
use sim::{Behavior, Host, Nat, Outbox, Packet, Payload, Refusal};
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

/// A NAT on a bench: packets go out and come in by hand.
pub(crate) struct Bench {
    pub(crate) nat: Nat,
    pub(crate) now: Duration,
    rng: Rng,
}

impl Bench {
    pub(crate) fn new(behavior: Behavior) -> Self {
        Self::of_pool(behavior, ["198.51.100.1"])
    }

    pub(crate) fn of_pool<const N: usize>(behavior: Behavior, pool: [&str; N]) -> Self {
        let pool: Vec<IpAddr> = pool.iter().map(|one| one.parse().unwrap()).collect();
        Self { nat: Nat::new(behavior, pool), now: Duration::ZERO, rng: Rng::with_seed(7) }
    }

    pub(crate) fn after(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        self
    }

    /// The external endpoint from which a datagram of `from` goes on to `to`.
    pub(crate) fn goes(&mut self, from: &str, to: &str) -> Result<SocketAddr, Refusal> {
        self.send(&Packet::udp(at(from), at(to), *b"out")).map(|packet| packet.from)
    }

    /// The internal endpoint that a datagram gets to.
    pub(crate) fn comes(&mut self, from: &str, to: SocketAddr) -> Result<SocketAddr, Refusal> {
        self.take(&Packet::udp(at(from), to, *b"in")).map(|packet| packet.to)
    }

    pub(crate) fn send(&mut self, packet: &Packet) -> Result<Packet, Refusal> {
        self.nat.outbound(self.now, packet, &mut self.rng)
    }

    pub(crate) fn take(&mut self, packet: &Packet) -> Result<Packet, Refusal> {
        self.nat.inbound(self.now, packet)
    }

    pub(crate) fn turn(&mut self, packet: &Packet) -> Result<Packet, Refusal> {
        self.nat.hairpin(self.now, packet, &mut self.rng)
    }

    pub(crate) fn live(&self) -> usize {
        self.nat.mappings(self.now).count()
    }
}
