//! What a client needs of a network, and a question that is repeated until it is
//! answered.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Result;

use crate::message::{Request, Response};

// ANCHOR: network
/// A network with a clock: `world` simulates one, `sockets` is the real one. The
/// tests know of neither.
pub(crate) trait Network {
    /// Opens a port that nothing was ever sent from.
    async fn open(&mut self) -> Result<SocketAddr>;

    /// Sends a datagram from an open port.
    async fn send(
        &mut self,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
    ) -> Result<()>;

    /// The next datagram for any open port; `None` where none comes until then.
    async fn next(&mut self, until: Duration) -> Result<Option<Datagram>>;

    /// What the clock says.
    fn now(&self) -> Duration;

    /// What is being tested from now on, for the record.
    fn mark(&mut self, test: &str);

    /// What happened since the last call that a client cannot see.
    fn unseen(&mut self) -> Vec<String>;
}
// ANCHOR_END: network

/// A datagram that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Datagram {
    pub(crate) from: SocketAddr,
    /// The port of ours that it came to.
    pub(crate) to: SocketAddr,
    pub(crate) bytes: Vec<u8>,
}

/// How a question went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    /// When the request left, first and last.
    pub(crate) first: Duration,
    pub(crate) last: Duration,
    /// How often.
    pub(crate) requests: u32,
    /// Silence is an answer too.
    pub(crate) answer: Option<(Datagram, Response)>,
}

impl Asked {
    pub(crate) fn never(now: Duration) -> Self {
        Self { first: now, last: now, requests: 0, answer: None }
    }
}

/// How long to wait before asking again, how often to ask, and how long to wait for
/// the last answer, in units of the first wait (RFC 8489 section 6.2.1).
const RTO: Duration = Duration::from_millis(500);
const RC: u32 = 7;
const RM: u32 = 16;
/// What that adds up to: 63 × 500 ms until the seventh request, and 16 × 500 ms
/// more.
pub(crate) const PATIENCE: Duration = Duration::from_millis(39_500);

// ANCHOR: ask
/// Asks until it is answered. One lost packet is no silence: a request is sent up to
/// seven times, and silence is when nothing came of any of them.
pub(crate) async fn ask(
    network: &mut impl Network,
    from: SocketAddr,
    to: SocketAddr,
    request: &Request,
    patience: Duration,
) -> Result<Asked> {
    let mut asked = Asked::never(network.now());
    for wait in waits(patience) {
        network.send(from, to, &request.bytes).await?;
        asked.last = network.now();
        asked.requests += 1;
        while let Some(datagram) = network.next(asked.last + wait).await? {
            if let Some(response) = Response::to(request.id, &datagram.bytes) {
                asked.answer = Some((datagram, response));
                return Ok(asked);
            }
        }
    }
    Ok(asked)
}

/// 0.5 s, 1 s, 2 s, 4 s, ...: a network that loses packets needs fewer of them.
pub(crate) fn waits(patience: Duration) -> impl Iterator<Item = Duration> {
    let mut left = patience;
    (1..=RC).map_while(move |request| {
        let units = if request == RC { RM } else { 1 << (request - 1) };
        let wait = left.min(RTO * units);
        left -= wait;
        (!wait.is_zero()).then_some(wait)
    })
}
// ANCHOR_END: ask

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_requests_and_a_long_wait_as_rfc_8489_counts_them() {
        let ms = |ms: &[u64]| -> Vec<_> {
            ms.iter().map(|ms| Duration::from_millis(*ms)).collect()
        };
        for (patience, expected) in [
            (PATIENCE, ms(&[500, 1000, 2000, 4000, 8000, 16_000, 8000])),
            (Duration::from_millis(7500), ms(&[500, 1000, 2000, 4000])),
            (Duration::from_millis(1200), ms(&[500, 700])),
            (Duration::from_millis(100), ms(&[100])),
            (Duration::ZERO, ms(&[])),
        ] {
            assert_eq!(waits(patience).collect::<Vec<_>>(), expected);
        }
    }
}
