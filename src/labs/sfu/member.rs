//! One WebSocket, in a task of its own: reads what is said, within bounds, and hands it to the hub; writes what the hub
//! has to say.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket};
use sfu::signaling::{FromMember, ToMember};
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::hub::Ask;
use super::link::{self, LinkId, QUEUED};
use super::{Limits, Shared, count};
use crate::labs::pace::Pace;
use crate::labs::wiretap::Recorder;

/// So long may somebody take to read a message.
const SHORTLY: Duration = Duration::from_secs(5);
/// A token has some 200 bytes, one with all services some 700.
const LONGEST_TOKEN: usize = 4096;

/// Whoever is at the other end.
pub(super) struct Member<'s> {
    shared: &'s Shared,
    limits: Limits,
    socket: WebSocket,
    id: LinkId,
    messages: Pace,
    bytes: Pace,
    heard: Instant,
}

/// It is over; the last thing to say, if there is somebody to say it to.
struct Over(Option<ToMember>);

impl<'s> Member<'s> {
    pub(super) fn new(shared: &'s Shared, socket: WebSocket) -> Self {
        let (limits, now) = (shared.limits, Instant::now());
        let pace = |rate: u32| Pace::new(rate, rate.saturating_mul(4), now);
        Self {
            shared,
            limits,
            socket,
            id: LinkId::next(&shared.numbers),
            messages: pace(limits.messages),
            bytes: pace(limits.bytes),
            heard: now,
        }
    }

    /// Serves it to its end, whoever ends it.
    pub(super) async fn serve(mut self, recorder: Option<Recorder>) {
        let (out, mut said) = mpsc::channel(QUEUED);
        let over = match self.ask(Ask::Came(self.id, out, recorder)).await {
            Ok(()) => self.talk(&mut said).await,
            Err(over) => over,
        };
        // First the hub, so that it says nothing more to anybody of who is gone.
        let _ = self.ask(Ask::Went(self.id)).await;
        if let Over(Some(last)) = over {
            let _ = self.write(Message::Text(link::text(&last))).await;
        }
        self.hang_up().await;
    }

    /// Waits for the other side's Close too (RFC 6455 section 7.1.1): to hang up on what is still coming would reset the
    /// connection, and the last words with it.
    async fn hang_up(&mut self) {
        let closing = async {
            let _ = self.socket.send(Message::Close(None)).await;
            while let Some(Ok(_)) = self.socket.recv().await {}
        };
        let _ = timeout(SHORTLY, closing).await;
    }

    async fn talk(&mut self, said: &mut mpsc::Receiver<Utf8Bytes>) -> Over {
        let mut ping = interval(self.limits.silence / 3);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let done = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    _ => Err(Over(None)),
                },
                text = said.recv() => match text {
                    Some(text) => self.write(Message::Text(text)).await,
                    // The hub has closed the link; what it said before was written.
                    None => Err(Over(None)),
                },
                _ = ping.tick() => self.ping().await,
            };
            if let Err(over) = done {
                return over;
            }
        }
    }

    async fn ping(&mut self) -> Result<(), Over> {
        if self.heard.elapsed() >= self.limits.silence {
            return Err(Over(None));
        }
        self.write(Message::Ping(Bytes::new())).await
    }

    async fn hear(&mut self, message: Message) -> Result<(), Over> {
        self.heard = Instant::now();
        let text = match message {
            Message::Text(text) => text,
            Message::Binary(bytes) => {
                self.within_pace(bytes.len())?;
                return self.refuse("message", "expected JSON text, found binary".to_owned()).await;
            }
            Message::Close(_) => return Err(Over(None)),
            Message::Ping(_) | Message::Pong(_) => return self.within_pace(1).map(drop),
        };
        self.within_pace(text.len())?;
        match serde_json::from_str(&text) {
            Ok(message) => self.take(message, text.len()).await,
            Err(error) => {
                let why = format!(
                    "expected JSON with a type of join, renew, offer, answer, prefer, relay or leave, and what belongs to it: {error}"
                );
                self.refuse("message", why).await
            }
        }
    }

    /// Who says more than anybody needs is shown the door.
    fn within_pace(&mut self, bytes: usize) -> Result<(), Over> {
        if self.messages.admits(1, self.heard) && self.bytes.admits(bytes, self.heard) {
            return Ok(());
        }
        let Limits { messages, bytes, .. } = self.limits;
        Err(over("flood", format!("more than {messages} messages or {bytes} bytes a second, for seconds")))
    }

    async fn take(&mut self, message: FromMember, bytes: usize) -> Result<(), Over> {
        match &message {
            FromMember::Join { token, .. } | FromMember::Renew { token } if token.len() > LONGEST_TOKEN => {
                let why = format!("expected a token of at most {LONGEST_TOKEN} bytes, found {}", token.len());
                return self.refuse("message", why).await;
            }
            FromMember::Relay { .. } if bytes > self.limits.relay => {
                let why = format!("expected at most {} bytes to relay, found {bytes}", self.limits.relay);
                return self.refuse("message", why).await;
            }
            _ => {}
        }
        self.ask(Ask::Said(self.id, message)).await
    }

    async fn refuse(&mut self, code: &str, why: String) -> Result<(), Over> {
        count(&self.shared.counts.refusals);
        let refused = ToMember::Refused { code: code.to_owned(), why };
        self.write(Message::Text(link::text(&refused))).await
    }

    async fn write(&mut self, message: Message) -> Result<(), Over> {
        match timeout(SHORTLY, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(Over(None)),
        }
    }

    /// Waits while the hub has much to do: so does then whoever floods it.
    async fn ask(&mut self, ask: Ask) -> Result<(), Over> {
        self.shared.asks.send(ask).await.map_err(|_| Over(None))
    }
}

fn over(code: &str, why: String) -> Over {
    Over(Some(ToMember::Bye { code: code.to_owned(), why }))
}
