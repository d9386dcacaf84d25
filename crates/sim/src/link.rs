//! A cable or a radio: what it does to packets.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::time::Duration;

use fastrand::Rng;

use crate::packet::Packet;

/// What a link does to the packets that pass. A chance is from 0 to 1.
///
/// A link has two directions, up from its node and down to it. They have the same properties unless
/// [`World::set_links`](crate::World::set_links) says otherwise, and always their own chance and their own queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Each packet takes so long.
    pub latency: Duration,
    /// And up to so much longer, evenly spread. Where it is more than the time between two packets, it reorders them.
    pub jitter: Duration,
    /// The chance that a packet is lost.
    pub loss: f64,
    /// The chance that a packet is delivered twice.
    pub duplication: f64,
    /// The chance that a packet is held back for [`Link::HELD`] times its latency, so that later ones overtake it.
    pub reordering: f64,
    /// Bytes of the largest packet that fits. What is larger ends here, as if it said "don't fragment" (RFC 1191
    /// section 4, RFC 8201 section 4), and its sender is told.
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

impl Link {
    /// A packet that is held back takes so many times the latency.
    pub const HELD: u32 = 3;
    /// So long may packets wait for a link with a rate.
    pub const QUEUE: Duration = Duration::from_millis(500);
    /// No link takes a packet of more bytes: the Total Length of IP has 16 bits (RFC 791 section 3.1).
    pub const LARGEST: usize = 65_535;

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

    /// The same link, cut: nothing passes, and nobody is told.
    #[must_use]
    pub fn cut(self) -> Self {
        self.losing(1.0)
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

/// One direction of a link.
#[derive(Clone, Debug)]
pub(crate) struct Lane {
    pub(crate) link: Link,
    /// From when to when it is taken, if it has a rate.
    taken: BTreeMap<Duration, Duration>,
    rng: Rng,
}

impl Lane {
    pub(crate) fn new(link: Link, rng: Rng) -> Self {
        Self { link, taken: BTreeMap::new(), rng }
    }

    /// What happens to a packet that enters at `at`; `now` is no later, and goes on from call to call. Each packet draws equally often, whatever the properties: so more
    /// loss takes the packets that less loss takes and some more, and leaves the jitter of the others as it was.
    pub(crate) fn pass(&mut self, now: Duration, at: Duration, packet: &Packet) -> Fate {
        let [lost, twice, first, second, held_first, held_second] = std::array::from_fn(|_| self.rng.f64());
        let link = &self.link;
        let length = packet.length();
        if length > link.mtu.min(Link::LARGEST) {
            return Fate::TooBig;
        }
        let sending = link
            .rate
            .map_or(Duration::ZERO, |rate| Duration::from_secs_f64(length as f64 * 8.0 / rate.max(1) as f64));
        let Some(waits) = queued(&mut self.taken, now, at, sending) else { return Fate::QueueFull };
        if lost < link.loss {
            return Fate::Lost;
        }
        let travel = |jitter, held: f64| {
            let times = if held < link.reordering { Link::HELD } else { 1 };
            let travel = link.latency.saturating_mul(times).saturating_add(link.jitter.mul_f64(jitter));
            travel.saturating_add(waits)
        };
        let again = (twice < link.duplication).then(|| travel(second, held_second));
        Fate::Arrives(travel(first, held_first), again)
    }
}

/// How long until a packet that enters at `at` has left; `None` where it would have to wait too long for others. One that
/// comes over a short way enters before one that is sent earlier and comes over a long one: so it takes the first gap.
fn queued(
    taken: &mut BTreeMap<Duration, Duration>,
    now: Duration,
    at: Duration,
    sending: Duration,
) -> Option<Duration> {
    while taken.first_key_value().is_some_and(|(_, &end)| end <= now) {
        taken.pop_first();
    }
    if sending.is_zero() {
        return Some(Duration::ZERO);
    }
    let before = taken.range(..=at).next_back().map(|(_, &end)| end);
    let mut begins = before.map_or(at, |end| end.max(at));
    for (&start, &end) in taken.range((Bound::Excluded(at), Bound::Unbounded)) {
        if begins.saturating_add(sending) <= start || begins.saturating_sub(at) > Link::QUEUE {
            break;
        }
        begins = end;
    }
    if begins.saturating_sub(at) > Link::QUEUE {
        return None;
    }
    let ends = begins.saturating_add(sending);
    take(taken, begins, ends);
    Some(ends.saturating_sub(at))
}

/// Packets that follow each other at once are kept as one.
fn take(taken: &mut BTreeMap<Duration, Duration>, begins: Duration, ends: Duration) {
    let ends = taken.remove(&ends).unwrap_or(ends);
    match taken.range_mut(..begins).next_back() {
        Some((_, before)) if *before == begins => *before = ends,
        _ => _ = taken.insert(begins, ends),
    }
}
