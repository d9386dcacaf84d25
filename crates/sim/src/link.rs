//! A cable or a radio: what it does to packets.

use std::time::Duration;

use fastrand::Rng;

use crate::packet::Packet;

/// What a link does to the packets that pass, in each direction. A chance is from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Each packet takes so long.
    pub latency: Duration,
    /// And up to so much longer, evenly spread.
    pub jitter: Duration,
    /// The chance that a packet is lost.
    pub loss: f64,
    /// The chance that a packet is delivered twice.
    pub duplication: f64,
    /// The chance that a packet is held back for [`Link::HELD`] times its latency, so that later ones overtake it.
    pub reordering: f64,
    /// Bytes of the largest packet that fits.
    pub mtu: usize,
    /// Bits a second; `None` for as fast as can be. Packets queue, and what would wait longer than [`Link::QUEUE`] is dropped.
    pub rate: Option<u64>,
}

impl Default for Link {
    fn default() -> Self {
        Self {
            latency: Duration::from_millis(5),
            jitter: Duration::ZERO,
            loss: 0.0,
            duplication: 0.0,
            reordering: 0.0,
            mtu: 1500,
            rate: None,
        }
    }
}

/// What a link does with one packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It arrives after these times: once, or twice.
    Arrives(Duration, Option<Duration>),
    Lost,
    QueueFull,
    TooBig,
}

impl Link {
    /// A packet that is held back takes so many times the latency.
    pub const HELD: u32 = 3;
    /// So long may packets wait for a link with a rate.
    pub const QUEUE: Duration = Duration::from_millis(500);

    /// A link that takes `latency` and does nothing else to a packet.
    #[must_use]
    pub fn of(latency: Duration) -> Self {
        Self { latency, ..Self::default() }
    }

    /// The same link, losing packets with that chance.
    #[must_use]
    pub fn losing(mut self, loss: f64) -> Self {
        self.loss = loss;
        self
    }

    /// `free_at`: when the packets before this one have left, for a link with a rate.
    pub(crate) fn pass(&self, now: Duration, packet: &Packet, free_at: &mut Duration, rng: &mut Rng) -> Fate {
        if packet.length() > self.mtu {
            return Fate::TooBig;
        }
        let mut delay = Duration::ZERO;
        if let Some(rate) = self.rate {
            let begins = (*free_at).max(now);
            if begins - now > Self::QUEUE {
                return Fate::QueueFull;
            }
            let sending = Duration::from_secs_f64(packet.length() as f64 * 8.0 / rate.max(1) as f64);
            *free_at = begins + sending;
            delay += *free_at - now;
        }
        if happens(self.loss, rng) {
            return Fate::Lost;
        }
        let twice = happens(self.duplication, rng).then(|| delay + self.travel(rng));
        Fate::Arrives(delay + self.travel(rng), twice)
    }

    fn travel(&self, rng: &mut Rng) -> Duration {
        let held = if happens(self.reordering, rng) { Self::HELD } else { 1 };
        let jitter = if self.jitter.is_zero() { Duration::ZERO } else { self.jitter.mul_f64(rng.f64()) };
        self.latency * held + jitter
    }
}

/// Asks chance only where there is one, so that adding a property to one link changes nothing on the others.
fn happens(chance: f64, rng: &mut Rng) -> bool {
    chance > 0.0 && rng.f64() < chance
}
