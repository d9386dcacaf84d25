//! Running a world: from one event to the next, within limits.

use std::time::Duration;

use super::World;
use crate::host::{Host, Outbox};
use crate::log::Place;
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
                self.now = self.now.max(limits.time);
                return Stop::TimeUp;
            }
            if self.events >= limits.events {
                return Stop::TooManyEvents;
            }
            self.step();
        }
    }

    /// When something happens next.
    #[must_use]
    pub fn next_event(&mut self) -> Option<Duration> {
        let wake = self.next_waker().map(|(at, _)| at);
        let arrival = self.queue.next();
        wake.into_iter().chain(arrival).min().map(|at| at.max(self.now))
    }

    /// Does what is due next: one arrival, or one waking. False where nothing is.
    pub fn step(&mut self) -> bool {
        let arrival = self.queue.next();
        match (arrival, self.next_waker()) {
            (None, None) => return false,
            (arrival, Some((wake, host))) if arrival.is_none_or(|arrival| wake < arrival) => {
                self.now = self.now.max(wake);
                self.expire();
                let mut out = Outbox::default();
                self.hosts[host].host.wake(self.now, &mut out);
                self.send_all(host, out);
            }
            _ => {
                if let Some((at, arrival)) = self.queue.pop() {
                    self.now = self.now.max(at);
                    self.expire();
                    self.arrive(arrival);
                }
            }
        }
        self.events += 1;
        true
    }

    fn next_waker(&mut self) -> Option<(Duration, usize)> {
        let wakes =
            self.hosts.iter_mut().enumerate().filter_map(|(at, sited)| Some((sited.host.next_wake()?, at)));
        wakes.min()
    }

    fn expire(&mut self) {
        for router in 0..self.routers.len() {
            let now = self.now;
            let Some(nat) = self.routers[router].router.nat.as_mut() else { continue };
            if nat.next_expiry().is_some_and(|at| at <= now) {
                nat.expire(now);
                let changes = nat.take_changes();
                self.note_changes(Place::Router(RouterId(router), Side::Inside), None, changes);
            }
        }
    }
}
