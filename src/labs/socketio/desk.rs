//! Where one client's events are taken, and worked off one after the other.
//!
//! socketioxide runs each handler as a task of its own: two events could overtake each other, and a flood be a flood
//! of tasks. Here a handler only puts down what was asked; one task a client reads it, in order, and acknowledges.
//! Who asks more than its [`Pace`] allows, or than fits, is told so and let go.
//!
//! A desk is opened in a middleware, before the client hears that it is in. socketioxide sends CONNECT first and calls
//! a namespace's handler after it, while another thread may read the client's next packet already: an event that
//! nobody takes yet is dropped, without an error and without an acknowledgment. So on a busy machine a handler that
//! takes events comes too late for a client that asks at once.
//!
//! [`Pace`]: super::pace::Pace

use std::future::ready;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde_json::json;
use socketioxide::adapter::Adapter;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use tokio::sync::mpsc;

use super::arguments::Arguments;
use super::door::Session;

/// So many events may wait: more than a burst has.
const QUEUED: usize = 512;

/// What an event is acknowledged with; or why it could not be done.
pub(super) type Answer = Result<Arguments, String>;

struct Errand<A: Adapter, Q> {
    // Not with the desk: a socket owns its handlers, and they the desk.
    socket: SocketRef<A>,
    ask: Result<Q, String>,
    ack: AckSender<A>,
}

/// Works off what one client asks.
pub(super) trait Clerk<A: Adapter>: Send + Sync + 'static {
    /// What may be asked.
    type Ask: Send + 'static;

    /// Does it.
    fn answer(&self, socket: SocketRef<A>, ask: Self::Ask) -> impl Future<Output = Answer> + Send;
}

pub(super) struct Desk<A: Adapter, Q> {
    queue: mpsc::Sender<Errand<A, Q>>,
}

impl<A: Adapter, Q: Send + 'static> Desk<A, Q> {
    /// Begins to work, until the socket is gone.
    pub(super) fn open(clerk: impl Clerk<A, Ask = Q>) -> Self {
        let (queue, mut errands) = mpsc::channel::<Errand<A, Q>>(QUEUED);
        tokio::spawn(async move {
            while let Some(Errand { socket, ask, ack }) = errands.recv().await {
                let answer = match ask {
                    Ok(ask) => clerk.answer(socket, ask).await,
                    Err(why) => Err(why),
                };
                // Not sent where none was asked for, or the client is gone.
                let _ = match answer {
                    Ok(arguments) => ack.send(&arguments),
                    Err(why) => ack.send(&json!({ "error": why })),
                };
            }
        });
        Self { queue }
    }

    /// From now on the socket takes this event; `wants` says with which arguments.
    pub(super) fn takes<T>(
        &self,
        socket: &SocketRef<A>,
        event: &'static str,
        wants: &'static str,
        read: fn(T) -> Q,
    ) where
        T: DeserializeOwned + Price + Send + Sync + 'static,
    {
        let queue = self.queue.clone();
        socket.on(event, move |socket: SocketRef<A>, TryData(data): TryData<T>, ack: AckSender<A>| {
            let price = data.as_ref().map_or(1, Price::price);
            let ask = data.map(read).map_err(|_| format!("{event} takes {wants}"));
            if !may_ask(&socket, price)
                || queue.try_send(Errand { socket: socket.clone(), ask, ack }).is_err()
            {
                let_go(socket);
            }
            ready(())
        });
    }
}

/// How many events' worth arguments are.
pub(super) trait Price {
    fn price(&self) -> u32 {
        1
    }
}

impl Price for (String,) {}
impl Price for (String, String) {}
impl Price for Arguments {
    /// One more for each KiB.
    fn price(&self) -> u32 {
        1 + u32::try_from(self.weight() / 1024).unwrap_or(u32::MAX - 1)
    }
}

fn may_ask<A: Adapter>(socket: &SocketRef<A>, price: u32) -> bool {
    let session = socket.req_parts().extensions.get::<Session>();
    session.is_none_or(|session| session.pace.allows(price, Instant::now()))
}

/// DISCONNECT, by which a client knows not to come back on its own.
fn let_go<A: Adapter>(socket: SocketRef<A>) {
    // Where its queue is full, the heartbeat finds so and ends the session.
    let _ = socket.emit("refused", &json!({ "why": "you send more than this lab takes: slow down" }));
    let _ = socket.disconnect();
}
