//! A small Socket.IO client: one connection, any number of namespaces on it.
//!
//! `Client` and `Socket` are what a program holds. Behind them a task, in `session`,
//! keeps the connection: it answers pings, and connects again when the connection is
//! lost. What comes goes to the `inbox`, which pairs acknowledgements with their
//! questions and joins attachments.

mod inbox;
mod session;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::timeout;

use crate::failure::Failure;
use crate::http::Endpoint;
use crate::packet::{Data, Kind, Packet, Payload};
use crate::transport::Ways;

/// How long an answer may take: to a request to open, to a CONNECT, to an event.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);
/// So many events wait for whoever listens.
const MOST_WAITING: usize = 64;

/// A connection to a server, for as long as it can be had.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    commands: mpsc::Sender<Command>,
    status: watch::Receiver<Status>,
}

/// How the connection is.
#[derive(Clone, Debug)]
pub(crate) enum Status {
    Connected {
        /// Engine.IO's name for the session.
        sid: String,
        transport: &'static str,
        /// After a loss: the server kept what it knew, and sent what was missed.
        recovered: bool,
    },
    /// Lost, and to be had again after this time.
    Away {
        why: String,
        wait: Duration,
    },
    Closed {
        why: Option<Arc<Failure>>,
    },
}

/// How to connect again: `first`, then twice as long each time, up to `most`, each
/// half as much more or less, so that not all clients come back at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reconnect {
    pub(crate) first: Duration,
    pub(crate) most: Duration,
    pub(crate) attempts: u32,
    /// Before namespaces are joined again. Zero, but for the story: there the first
    /// ping is to come before, each time.
    pub(crate) settle: Duration,
}

/// One namespace of a connection.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    namespace: String,
    commands: mpsc::Sender<Command>,
}

/// An event that the server sent.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) name: String,
    pub(crate) args: Vec<Data>,
    /// The number under which the server waits for an answer.
    pub(crate) id: Option<u64>,
}

/// What a program asks of the task that keeps the connection.
#[derive(Debug)]
enum Command {
    Connect {
        namespace: String,
        auth: Value,
        done: oneshot::Sender<Result<(), Failure>>,
    },
    Listen {
        namespace: String,
        event: Option<String>,
        listener: mpsc::Sender<Event>,
    },
    Emit {
        packet: Packet,
        /// Where the acknowledgement goes, if one is asked for.
        answer: Option<oneshot::Sender<Result<Vec<Data>, Failure>>>,
        volatile: bool,
    },
    Lose,
    Close {
        done: oneshot::Sender<()>,
    },
}

impl Client {
    /// Opens a connection. It carries nothing yet: see [`Client::socket`].
    pub(crate) async fn connect(
        endpoint: Endpoint,
        ways: Option<Ways>,
        reconnect: Reconnect,
    ) -> Result<Self, Failure> {
        let (commands, asked) = mpsc::channel(MOST_WAITING);
        let status =
            session::start(Arc::new(endpoint), ways, reconnect, asked).await?;
        Ok(Self { commands, status })
    }

    /// A namespace, not joined yet: "/" is the main one.
    pub(crate) fn socket(&self, namespace: &str) -> Socket {
        let namespace = namespace.to_owned();
        Socket { namespace, commands: self.commands.clone() }
    }

    pub(crate) fn status(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }

    /// Drops the connection as a tunnel would: without a word.
    pub(crate) async fn lose_connection(&self) {
        self.commands.send(Command::Lose).await.unwrap_or_default();
    }

    /// Says goodbye, and ends.
    pub(crate) async fn close(self) {
        let (done, closed) = oneshot::channel();
        if self.commands.send(Command::Close { done }).await.is_ok() {
            timeout(PATIENCE, closed).await.ok();
        }
    }
}

impl Socket {
    /// Joins the namespace. Whoever listens before misses nothing.
    pub(crate) async fn connect(&self, auth: Value) -> Result<(), Failure> {
        let (done, connected) = oneshot::channel();
        let namespace = self.namespace.clone();
        self.ask(Command::Connect { namespace, auth, done }).await?;
        within("an answer to CONNECT", connected).await?
    }

    // ANCHOR: emit
    /// Sends an event. It arrives at most once: where the connection is lost on the
    /// way, nobody says so.
    pub(crate) async fn emit(
        &self,
        event: &str,
        args: Vec<Data>,
    ) -> Result<(), Failure> {
        let packet = self.event(event, args);
        self.ask(Command::Emit { packet, answer: None, volatile: false }).await
    }

    /// As [`Socket::emit`], but while the connection is away the event is dropped
    /// rather than kept. On the wire it looks the same.
    pub(crate) async fn emit_volatile(
        &self,
        event: &str,
        args: Vec<Data>,
    ) -> Result<(), Failure> {
        let packet = self.event(event, args);
        self.ask(Command::Emit { packet, answer: None, volatile: true }).await
    }
    // ANCHOR_END: emit

    // ANCHOR: ack
    /// Sends an event, and waits for what the server answers. No answer proves
    /// nothing: the event, or its answer, may have been lost.
    pub(crate) async fn emit_with_ack(
        &self,
        event: &str,
        args: Vec<Data>,
    ) -> Result<Vec<Data>, Failure> {
        let (answer, answered) = oneshot::channel();
        let packet = self.event(event, args);
        self.ask(Command::Emit { packet, answer: Some(answer), volatile: false })
            .await?;
        within("an acknowledgment", answered).await?
    }

    /// Answers an event that asked for it: the packet brings its number back.
    pub(crate) async fn acknowledge(
        &self,
        event: &Event,
        answer: Vec<Data>,
    ) -> Result<(), Failure> {
        let Some(id) = event.id else { return Ok(()) };
        let packet = Packet {
            kind: Kind::Ack,
            namespace: self.namespace.clone(),
            id: Some(id),
            payload: Payload::Array(answer),
        };
        self.ask(Command::Emit { packet, answer: None, volatile: true }).await
    }
    // ANCHOR_END: ack

    /// Listens for events of that name from now on.
    pub(crate) async fn on(
        &self,
        event: &str,
    ) -> Result<mpsc::Receiver<Event>, Failure> {
        self.listen(Some(event.to_owned())).await
    }

    /// Listens for all events that nobody else listens for.
    pub(crate) async fn on_any(&self) -> Result<mpsc::Receiver<Event>, Failure> {
        self.listen(None).await
    }

    async fn listen(
        &self,
        event: Option<String>,
    ) -> Result<mpsc::Receiver<Event>, Failure> {
        let (listener, events) = mpsc::channel(MOST_WAITING);
        let namespace = self.namespace.clone();
        self.ask(Command::Listen { namespace, event, listener }).await?;
        Ok(events)
    }

    fn event(&self, name: &str, mut args: Vec<Data>) -> Packet {
        args.insert(0, Data::from(name));
        let namespace = self.namespace.clone();
        Packet {
            kind: Kind::Event,
            namespace,
            id: None,
            payload: Payload::Array(args),
        }
    }

    async fn ask(&self, command: Command) -> Result<(), Failure> {
        let sent = self.commands.send(command).await;
        sent.map_err(|_| Failure::ended("this client was closed"))
    }
}

async fn within<T>(
    expected: &'static str,
    answer: oneshot::Receiver<T>,
) -> Result<T, Failure> {
    match timeout(PATIENCE, answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(_)) => Err(Failure::ended("this client was closed")),
        Err(_) => Err(Failure::Silence { expected, within: PATIENCE }),
    }
}
