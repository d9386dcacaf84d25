//! The port: takes connections, reads their handshakes, and hands them on to be echoed.
//!
//! When every place is taken, who has not finished its handshake makes way for who comes: ten thousand that say
//! nothing keep nobody out. With all places taken by open WebSockets, a newcomer is told so.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

use super::budget::Budget;
use super::echo::{Connection, linger};
use super::handshake::{Known, LONGEST_HEAD, Opening, Refusal, answer};
use super::input::Input;
use super::pace::Pace;
use super::{Limits, SHORTLY};

/// So many are told at once that there is no place; more are turned away without a word.
const REFUSALS: usize = 64;

/// What all connections share.
pub(super) struct Shared<K> {
    pub(super) known: K,
    pub(super) limits: Limits,
    pub(super) budget: Budget,
    /// Those whose handshake is under way, the oldest first.
    opening: Mutex<BTreeMap<u64, AbortHandle>>,
}

impl<K: Known + Send + Sync + 'static> Shared<K> {
    pub(super) fn new(known: K, limits: Limits) -> Self {
        Self { known, limits, budget: Budget::default(), opening: Mutex::default() }
    }

    /// Takes connections until it is dropped, which closes them.
    pub(super) async fn listen(self: Arc<Self>, listener: TcpListener) {
        let places = Arc::new(Semaphore::new(self.limits.connections));
        let refusals = Arc::new(Semaphore::new(REFUSALS));
        let mut connections = JoinSet::new();
        for no in 0.. {
            let Some(stream) = accept(&listener, &mut connections).await else { continue };
            let place = match Arc::clone(&places).try_acquire_owned() {
                Ok(place) => Some(place),
                Err(_) if self.make_way() => Arc::clone(&places).acquire_owned().await.ok(),
                Err(_) => None,
            };
            match place {
                Some(place) => {
                    // Not before it is in the list may it take itself off.
                    let mut opening = self.opening();
                    let serving = Arc::clone(&self).serve(no, stream, place);
                    opening.insert(no, connections.spawn(serving));
                }
                None => {
                    if let Ok(turn) = Arc::clone(&refusals).try_acquire_owned() {
                        let shared = Arc::clone(&self);
                        connections.spawn(async move {
                            shared.turn_away(stream).await;
                            drop(turn);
                        });
                    }
                }
            }
        }
    }

    /// Ends the oldest handshake that is under way, if there is one.
    fn make_way(&self) -> bool {
        let oldest = self.opening().pop_first();
        oldest.inspect(|(_, connection)| connection.abort()).is_some()
    }

    async fn serve(self: Arc<Self>, no: u64, stream: TcpStream, place: OwnedSemaphorePermit) {
        let open = Box::pin(self.open(stream)).await;
        self.opening().remove(&no);
        if let Some(input) = open {
            let pace = Pace::new(self.limits.rate);
            Connection { input, limits: &self.limits, budget: &self.budget, pace }.run().await;
        }
        drop(place);
    }

    /// Does the opening handshake; nothing, if there is no WebSocket after it.
    async fn open(&self, mut stream: TcpStream) -> Option<Input> {
        let _ = stream.set_nodelay(true);
        let mut head = Vec::new();
        match self.read_opening(&mut stream, &mut head).await? {
            Ok((response, length)) => {
                // So few bytes fit into any socket's buffer.
                timeout(SHORTLY, stream.write_all(response.as_bytes())).await.ok()?.ok()?;
                head.drain(..length);
                Some(Input::new(stream, head))
            }
            Err(refusal) => {
                refuse(stream, &refusal).await;
                None
            }
        }
    }

    /// The 101 and how long the head was, or why there is none; nothing, if the client went away.
    async fn read_opening(
        &self,
        stream: &mut TcpStream,
        head: &mut Vec<u8>,
    ) -> Option<Result<(String, usize), Refusal>> {
        let reading = async {
            loop {
                // Until something is there, nothing is held for it.
                stream.readable().await.ok()?;
                head.reserve(1024);
                let room = LONGEST_HEAD.saturating_sub(head.len()) as u64;
                if (&mut *stream).take(room).read_buf(head).await.ok()? == 0 {
                    return None;
                }
                match answer(head, &self.known) {
                    Opening::Unfinished => {}
                    Opening::Accepted { response, head } => return Some(Ok((response, head))),
                    Opening::Refused(refusal) => return Some(Err(refusal)),
                }
            }
        };
        let late = || Some(Err(Refusal::too_slow(self.limits.handshake.as_secs())));
        timeout(self.limits.handshake, reading).await.unwrap_or_else(|_| late())
    }

    /// Hears what a client wants, as it would not hear an answer before, and says that there is no place.
    async fn turn_away(&self, mut stream: TcpStream) {
        let mut head = Vec::new();
        if timeout(SHORTLY, self.read_opening(&mut stream, &mut head))
            .await
            .is_ok_and(|heard| heard.is_some())
        {
            refuse(stream, &Refusal::full(self.limits.connections)).await;
        }
    }

    /// Nothing is left half done where a panic could have poisoned the lock.
    fn opening(&self) -> MutexGuard<'_, BTreeMap<u64, AbortHandle>> {
        self.opening.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The next connection. Meanwhile those that have ended are forgotten.
async fn accept(listener: &TcpListener, connections: &mut JoinSet<()>) -> Option<TcpStream> {
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => return Some(stream),
                Err(_) => {
                    // Out of file handles, most likely: closing connections will free some.
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    return None;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn refuse(mut stream: TcpStream, refusal: &Refusal) {
    if let Ok(Ok(())) = timeout(SHORTLY, stream.write_all(refusal.response().as_bytes())).await {
        linger(stream).await;
    }
}
