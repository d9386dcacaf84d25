//! The loop under each socket: receive, answer, and show it if somebody watches.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use stun_server::{Endpoint, MAX_RESPONSE, Reply, Server};
use wire::trace::Event;

use super::budget::{Budget, PerSource};
use super::feed::Feed;
use super::sockets::Sockets;

/// Longer datagrams are dropped: a request without PADDING has some hundred bytes, and RFC 8489 section 6.1
/// keeps messages within one packet.
const LONGEST: usize = 4096;
/// How long a stop could take if its wake-up were lost.
const PATIENCE: Duration = Duration::from_millis(250);

/// What the threads share.
#[derive(Debug)]
pub(super) struct Listener {
    pub(super) server: Server,
    pub(super) sockets: Sockets,
    pub(super) feed: Feed,
    budget: Budget,
    started: Instant,
    stopping: AtomicBool,
    answered: AtomicU64,
    ignored: AtomicU64,
    over_budget: AtomicU64,
}

/// What became of the datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Got a response, success or error.
    pub answered: u64,
    /// Were not a STUN request.
    pub ignored: u64,
    /// Came from a source that had asked too much.
    pub over_budget: u64,
}

impl Listener {
    pub(super) fn new(server: Server, sockets: Sockets, per_source: PerSource) -> Self {
        Self {
            server,
            sockets,
            feed: Feed::default(),
            budget: Budget::new(per_source),
            started: Instant::now(),
            stopping: AtomicBool::new(false),
            answered: AtomicU64::new(0),
            ignored: AtomicU64::new(0),
            over_budget: AtomicU64::new(0),
        }
    }

    /// Answers what arrives at one endpoint, until [`Listener::stop`].
    pub(super) fn run(&self, endpoint: Endpoint) {
        let Some(socket) = self.sockets.at(endpoint) else { return };
        // Without a time-out, a stop would have to rely on its wake-up alone.
        let _ = socket.set_read_timeout(Some(PATIENCE));
        let mut buffer = [0; LONGEST];
        let mut response = Vec::with_capacity(MAX_RESPONSE);
        while !self.stopping.load(Ordering::Relaxed) {
            match socket.recv_from(&mut buffer) {
                Ok((len, from)) => {
                    self.take(buffer.get(..len).unwrap_or_default(), from, endpoint, &mut response);
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                    // ICMP's "port unreachable" for a response sent earlier: the client went away. Some
                    // systems report it here (RFC 8489 section 6.2.1 leaves the repair to the client).
                    ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => {}
                    // Whatever it is, it must neither end the lab nor turn the loop into a busy one.
                    _ => std::thread::sleep(Duration::from_millis(1)),
                },
            }
        }
    }

    /// Ends all loops, and all live streams.
    pub(super) fn stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
        self.feed.close();
        for socket in self.sockets.iter() {
            if let Ok(own) = socket.local_addr() {
                // Wakes the thread; should it fail, the time-out does.
                let _ = socket.send_to(&[], own);
            }
        }
    }

    pub(super) fn counts(&self) -> Counts {
        Counts {
            answered: self.answered.load(Ordering::Relaxed),
            ignored: self.ignored.load(Ordering::Relaxed),
            over_budget: self.over_budget.load(Ordering::Relaxed),
        }
    }

    fn take(&self, datagram: &[u8], from: SocketAddr, endpoint: Endpoint, response: &mut Vec<u8>) {
        if !self.budget.allows(from, self.started.elapsed()) {
            count(&self.over_budget);
            return;
        }
        let arrived = self.feed.is_watched().then(now);
        // One that fills the buffer may have been cut off.
        let whole = datagram.len() < LONGEST;
        let reply = whole.then(|| self.server.respond(datagram, from, endpoint, response)).flatten();
        if let Some(reply) = reply {
            self.send(response, reply);
        }
        count(if reply.is_some() { &self.answered } else { &self.ignored });
        if let Some(arrived) = arrived {
            let address = |endpoint| self.server.address(endpoint);
            let request = address(endpoint).map(|own| Event::udp(arrived, from, own, datagram));
            let answer = reply
                .and_then(|reply| Some(Event::udp(now(), address(reply.from)?, reply.to, &response[..])));
            self.feed.saw(request.into_iter().chain(answer));
        }
    }

    /// A response that cannot be sent is as good as one that was lost; the client asks again.
    fn send(&self, response: &[u8], reply: Reply) {
        if let Some(socket) = self.sockets.at(reply.from) {
            let _ = socket.send_to(response, reply.to);
        }
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Since the Unix epoch. A clock before it reads as the epoch.
fn now() -> Duration {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default()
}
