//! Running a world: from one event to the next, within limits.

use std::time::Duration;

use super::World;
use crate::host::{Host, Outbox};
use crate::network::{RouterId, Side};

/// How far a run may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until so long after the world began.
    pub time: Duration,
    /// So many events, since the world began: arrivals of packets, and wakings of hosts.
    pub events: u64,
}

/// Why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// What the caller waited for came.
    Reached,
    /// Nothing is on its way and nobody wants to be woken.
    Quiet,
    /// The virtual time is up.
    TimeUp,
    /// So many events as allowed have happened.
    TooManyEvents,
}

impl Default for Limits {
    /// A minute, a hundred thousand events.
    fn default() -> Self {
        Self { time: Duration::from_secs(60), events: 100_000 }
    }
}

impl<H: Host> World<H> {
    /// Goes on until `reached`, or nothing more happens, or a limit is met.
    pub fn run(&mut self, limits: Limits, mut reached: impl FnMut(&mut Self) -> bool) -> Stop {
        loop {
            if reached(self) {
                return Stop::Reached;
            }
            let Some(next) = self.next_event() else { return Stop::Quiet };
            if next > limits.time {
                self.advance(limits.time);
                return Stop::TimeUp;
            }
            if self.events >= limits.events {
                return Stop::TooManyEvents;
            }
            self.step();
        }
    }

    /// When something happens next: a packet arrives, or a host is woken. That mappings expire does not count.
    #[must_use]
    pub fn next_event(&mut self) -> Option<Duration> {
        self.ask_wishes();
        let wake = self.wakes.next().map(|(at, _)| at);
        let arrival = self.queue.next();
        wake.into_iter().chain(arrival).min().map(|at| at.max(self.now))
    }

    /// Does what is due next: one arrival, or one waking. False where nothing is.
    pub fn step(&mut self) -> bool {
        self.ask_wishes();
        match (self.queue.next(), self.wakes.next()) {
            (None, None) => return false,
            (arrival, Some((wake, host))) if arrival.is_none_or(|arrival| wake < arrival) => {
                self.advance(wake);
                self.call(host, H::wake);
            }
            _ => {
                if let Some((at, arrival)) = self.queue.pop() {
                    self.advance(at);
                    self.arrive(arrival);
                }
            }
        }
        self.events += 1;
        true
    }

    /// Lets a host do something, sends what it sends, and asks it later when it wants to be woken.
    pub(super) fn call(&mut self, host: usize, does: impl FnOnce(&mut H, Duration, &mut Outbox)) {
        let mut out = Outbox::default();
        does(&mut self.hosts[host].host, self.now, &mut out);
        self.restless.insert(host);
        self.send_all(host, out);
    }

    fn ask_wishes(&mut self) {
        while let Some(host) = self.restless.pop_first() {
            let wish = self.hosts[host].host.next_wake();
            self.wakes.set(host, wish.map(|at| at.max(self.now)));
        }
    }

    /// Lets time pass, and mappings expire, each at its time.
    fn advance(&mut self, to: Duration) {
        while let Some((at, router)) = self.expiries.next().filter(|&(at, _)| at <= to) {
            self.now = self.now.max(at);
            if let Some(nat) = &mut self.routers[router].router.nat {
                nat.expire(at);
            }
            self.note_changes(RouterId(router), Side::Inside, None);
        }
        self.now = self.now.max(to);
    }
}
