//! The task that keeps a connection.

use std::collections::{HashMap, VecDeque};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::{Command, Event, PATIENCE, Reconnect, Status};
use crate::engine;
use crate::failure::Failure;
use crate::http::Endpoint;
use crate::packet::{Data, Kind, Packet, Payload};
use crate::transport::{Incoming, Outgoing, Ways, establish};

/// So many packets are kept while the connection is away.
const MOST_KEPT: usize = 100;
/// So many acknowledgements are waited for.
const MOST_AWAITED: usize = 10_000;
/// So many bytes of attachments may one packet have.
const MOST_ATTACHED: usize = 16 << 20;

struct Session {
    endpoint: Arc<Endpoint>,
    ways: Option<Ways>,
    reconnect: Reconnect,
    commands: mpsc::Receiver<Command>,
    status: watch::Sender<Status>,
    namespaces: HashMap<String, Namespace>,
    /// Where the answers go, by namespace and number.
    answers: HashMap<(String, u64), Answer>,
    next_id: u64,
    kept: VecDeque<Packet>,
    partial: Option<Partial>,
}

type Answer = oneshot::Sender<Result<Vec<Data>, Failure>>;

struct Namespace {
    auth: Value,
    /// Who waits for the first answer to CONNECT.
    done: Option<oneshot::Sender<Result<(), Failure>>>,
    connected: bool,
    listeners: Vec<(Option<String>, mpsc::Sender<Event>)>,
}

/// A packet whose attachments are still to come.
struct Partial {
    packet: Packet,
    awaited: u64,
    attachments: Vec<Vec<u8>>,
}

/// An open connection.
struct Link {
    packets: mpsc::Receiver<Result<engine::Packet, Failure>>,
    reader: tokio::task::AbortHandle,
    outgoing: Outgoing,
    /// How long it may be from one ping to the next, ...
    patience: Duration,
    /// ... and so until when the next one may take.
    ping_due: Instant,
}

/// Whether the program asked for the end.
type Ended = ControlFlow<()>;

/// Connects, and spawns the task.
pub(super) async fn start(
    endpoint: Arc<Endpoint>,
    ways: Option<Ways>,
    reconnect: Reconnect,
    commands: mpsc::Receiver<Command>,
) -> Result<watch::Receiver<Status>, Failure> {
    let (link, connected) = link(&endpoint, ways).await?;
    let (status, watched) = watch::channel(connected);
    let session = Session {
        endpoint,
        ways,
        reconnect,
        commands,
        status,
        namespaces: HashMap::new(),
        answers: HashMap::new(),
        next_id: 0,
        kept: VecDeque::new(),
        partial: None,
    };
    tokio::spawn(session.keep(link));
    Ok(watched)
}

async fn link(
    endpoint: &Arc<Endpoint>,
    ways: Option<Ways>,
) -> Result<(Link, Status), Failure> {
    let opening = timeout(PATIENCE, establish(endpoint, ways)).await;
    let (incoming, outgoing, handshake) = opening.map_err(|_| {
        Failure::Silence { expected: "an open packet", within: PATIENCE }
    })??;
    let (reader, packets) = mpsc::channel(1);
    let status = Status::Connected {
        sid: handshake.sid.clone(),
        transport: outgoing.name(),
    };
    let reader = tokio::spawn(read(incoming, reader)).abort_handle();
    let patience = handshake.patience();
    let ping_due = Instant::now() + patience;
    Ok((Link { packets, reader, outgoing, patience, ping_due }, status))
}

/// Reads until the connection ends: a poll must not be broken off.
async fn read(
    mut incoming: Incoming,
    packets: mpsc::Sender<Result<engine::Packet, Failure>>,
) {
    // Not before the last one was taken: it may have been the last of all.
    while let Ok(place) = packets.reserve().await {
        let packet = incoming.next().await;
        let last = packet.is_err();
        place.send(packet);
        if last {
            return;
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

impl Session {
    /// Until the program, or the server for good, ends it.
    async fn keep(mut self, mut link: Link) {
        loop {
            let why = match self.serve(&mut link).await {
                Ok(()) => return self.end(None),
                Err(why) => why,
            };
            drop(link);
            match self.again(why).await {
                Ok(Some(anew)) => link = anew,
                Ok(None) => return self.end(None),
                Err(why) => return self.end(Some(Arc::new(why))),
            }
        }
    }

    // ANCHOR: heartbeat
    /// Serves the program and the server, until one of them ends it.
    async fn serve(&mut self, link: &mut Link) -> Result<(), Failure> {
        loop {
            tokio::select! {
                biased;
                // The server pings. Where it does not, there is no server any more.
                packet = timeout_at(link.ping_due, link.packets.recv()) => match packet {
                    Err(_) => return Err(Failure::Heartbeat(link.patience)),
                    Ok(None) => return Err(Failure::ended("the server is gone")),
                    Ok(Some(packet)) => self.take(packet?, link).await?,
                },
                command = self.commands.recv() => {
                    if self.obey(command, Some(link)).await?.is_break() {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn take(
        &mut self,
        packet: engine::Packet,
        link: &mut Link,
    ) -> Result<(), Failure> {
        match packet {
            engine::Packet::Ping => {
                link.ping_due = Instant::now() + link.patience;
                link.outgoing.send(vec![engine::Packet::Pong]).await
            }
            engine::Packet::Message(text) => self.text(&text),
            engine::Packet::Binary(bytes) => self.attachment(bytes),
            engine::Packet::Close => Err(Failure::ended("the server closed it")),
            engine::Packet::Pong | engine::Packet::Noop => Ok(()),
        }
    }
    // ANCHOR_END: heartbeat

    // ANCHOR: binary
    /// A packet with attachments is whole when the last of them is there.
    fn text(&mut self, text: &str) -> Result<(), Failure> {
        if self.partial.is_some() {
            let expected = "a binary attachment of the packet before";
            return Err(Failure::unexpected(expected, text));
        }
        match Packet::decode(text)? {
            (packet, 0) => self.packet(packet),
            (packet, awaited) => {
                let attachments = Vec::new();
                self.partial = Some(Partial { packet, awaited, attachments });
            }
        }
        Ok(())
    }

    fn attachment(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        let Some(mut partial) = self.partial.take() else {
            let found = format!("{} bytes", bytes.len());
            return Err(Failure::unexpected(
                "a packet before its attachment",
                &found,
            ));
        };
        partial.attachments.push(bytes);
        if partial.attachments.iter().map(Vec::len).sum::<usize>() > MOST_ATTACHED {
            return Err(Failure::unexpected(
                "16 MiB of attachments at most",
                "more",
            ));
        }
        if (partial.attachments.len() as u64) < partial.awaited {
            self.partial = Some(partial);
        } else {
            partial.packet.join(&mut partial.attachments);
            self.packet(partial.packet);
        }
        Ok(())
    }
    // ANCHOR_END: binary

    /// What the server says in a namespace.
    fn packet(&mut self, packet: Packet) {
        let Packet { kind, namespace, id, payload } = packet;
        match (kind, payload) {
            (Kind::Connect, _) => self.connected(&namespace, Ok(())),
            (Kind::ConnectError, payload) => {
                let why = match payload {
                    Payload::Object(why) => match why["message"].as_str() {
                        Some(message) => message.to_owned(),
                        None => why.to_string(),
                    },
                    _ => "no reason given".to_owned(),
                };
                let refused =
                    Failure::Namespace { namespace: namespace.clone(), why };
                self.connected(&namespace, Err(refused));
            }
            (Kind::Disconnect, _) => {
                self.namespaces.remove(&namespace);
            }
            (Kind::Ack, Payload::Array(answer)) => {
                let asked = id.and_then(|id| self.answers.remove(&(namespace, id)));
                if let Some(asked) = asked {
                    asked.send(Ok(answer)).unwrap_or_default();
                }
            }
            (Kind::Event, Payload::Array(mut args)) if !args.is_empty() => {
                let name = args.remove(0).text().to_owned();
                self.event(&namespace, Event { name, args, id });
            }
            _ => {}
        }
    }

    fn connected(&mut self, name: &str, result: Result<(), Failure>) {
        let Some(namespace) = self.namespaces.get_mut(name) else { return };
        namespace.connected = result.is_ok();
        let refused = result.is_err();
        if let Some(done) = namespace.done.take() {
            done.send(result).unwrap_or_default();
        }
        if refused {
            self.namespaces.remove(name);
        }
    }

    /// Hands an event to those who listen for its name, or else to those who listen
    /// for all.
    fn event(&mut self, namespace: &str, event: Event) {
        let Some(namespace) = self.namespaces.get_mut(namespace) else { return };
        namespace.listeners.retain(|(_, listener)| !listener.is_closed());
        let named = |(name, _): &&(Option<String>, mpsc::Sender<Event>)| {
            name.as_ref() == Some(&event.name)
        };
        let any =
            |(name, _): &&(Option<String>, mpsc::Sender<Event>)| name.is_none();
        let mut all = namespace.listeners.iter();
        let listener = all.clone().find(named).or_else(|| all.find(any));
        if let Some((_, listener)) = listener
            && let Err(mpsc::error::TrySendError::Full(event)) =
                listener.try_send(event)
        {
            let said = format!("Nobody takes {} events: dropped.", event.name);
            self.endpoint.record.tap.tell(&said);
        }
    }

    /// What the program asks for, with a connection or without one.
    async fn obey(
        &mut self,
        command: Option<Command>,
        link: Option<&mut Link>,
    ) -> Result<Ended, Failure> {
        match command {
            Some(Command::Connect { namespace, auth, done }) => {
                let packet = connect(&namespace, &auth);
                let listeners = Vec::new();
                let done = Some(done);
                let joined = Namespace { auth, done, connected: false, listeners };
                self.namespaces.insert(namespace, joined);
                if let Some(link) = link {
                    link.send(packet).await?;
                }
            }
            Some(Command::Listen { namespace, event, listener }) => {
                if let Some(namespace) = self.namespaces.get_mut(&namespace) {
                    namespace.listeners.push((event, listener));
                }
            }
            Some(Command::Emit { packet, answer, volatile }) => {
                let packet = self.numbered(packet, answer);
                match link {
                    Some(link) => link.send(packet).await?,
                    None if volatile => {}
                    None if self.kept.len() < MOST_KEPT => {
                        self.kept.push_back(packet);
                    }
                    None => self.refuse(&packet, || Failure::Full(MOST_KEPT)),
                }
            }
            Some(Command::Lose) => {
                if link.is_some() {
                    return Err(Failure::ended("this end dropped it"));
                }
            }
            Some(Command::Close { done }) => {
                if let Some(link) = link {
                    self.goodbye(link).await?;
                }
                done.send(()).unwrap_or_default();
                return Ok(Ended::Break(()));
            }
            None => return Ok(Ended::Break(())),
        }
        Ok(Ended::Continue(()))
    }

    /// Gives an event the number under which its answer will come.
    fn numbered(&mut self, mut packet: Packet, answer: Option<Answer>) -> Packet {
        let Some(answer) = answer else { return packet };
        let id = self.next_id;
        self.next_id += 1;
        packet.id = Some(id);
        // Who gave up waiting is forgotten here.
        self.answers.retain(|_, asked| !asked.is_closed());
        if self.answers.len() < MOST_AWAITED {
            self.answers.insert((packet.namespace.clone(), id), answer);
        }
        packet
    }

    fn refuse(&mut self, packet: &Packet, why: impl Fn() -> Failure) {
        let asked = packet.id.map(|id| (packet.namespace.clone(), id));
        if let Some(asked) = asked.and_then(|key| self.answers.remove(&key)) {
            asked.send(Err(why())).unwrap_or_default();
        }
    }

    /// Leaves each namespace, then the session.
    async fn goodbye(&mut self, link: &mut Link) -> Result<(), Failure> {
        let mut names: Vec<_> =
            self.namespaces.drain().map(|(name, _)| name).collect();
        names.sort();
        for namespace in names {
            let (kind, payload) = (Kind::Disconnect, Payload::None);
            link.send(Packet { kind, namespace, id: None, payload }).await?;
        }
        link.outgoing.close().await?;
        // The server closes in its turn, or lets the last poll go.
        while let Ok(Some(Ok(packet))) =
            timeout(PATIENCE, link.packets.recv()).await
        {
            if matches!(packet, engine::Packet::Close | engine::Packet::Noop) {
                break;
            }
        }
        Ok(())
    }

    // ANCHOR: reconnect
    /// Connects again, after a while, and says again what the server forgot: which
    /// namespaces, and as whom. `None` where the program does not want it any more.
    async fn again(&mut self, mut why: Failure) -> Result<Option<Link>, Failure> {
        self.forget_answers();
        self.partial = None;
        for attempt in 0..self.reconnect.attempts {
            let wait = self.wait(attempt);
            let away = Status::Away { why: why.to_string(), wait };
            self.status.send_replace(away);
            if self.pass(wait).await.is_break() {
                return Ok(None);
            }
            match self.anew().await {
                Ok(link) => return Ok(Some(link)),
                Err(failed) => why = failed,
            }
        }
        Err(why)
    }

    async fn anew(&mut self) -> Result<Link, Failure> {
        let (mut link, connected) = link(&self.endpoint, self.ways).await?;
        sleep(self.reconnect.settle).await;
        let mut names: Vec<_> = self.namespaces.keys().cloned().collect();
        names.sort();
        for name in names {
            let Some(namespace) = self.namespaces.get_mut(&name) else { continue };
            namespace.connected = false;
            link.send(connect(&name, &namespace.auth)).await?;
            while self.namespaces.get(&name).is_some_and(|space| !space.connected) {
                let expected = "an answer to CONNECT";
                let silent = Failure::Silence { expected, within: PATIENCE };
                let packet = timeout(PATIENCE, link.packets.recv()).await;
                let packet = packet.map_err(|_| silent)?;
                let packet = packet.unwrap_or(Err(Failure::ended("at once")))?;
                self.take(packet, &mut link).await?;
            }
        }
        while let Some(packet) = self.kept.pop_front() {
            link.send(packet).await?;
        }
        self.status.send_replace(connected);
        Ok(link)
    }
    // ANCHOR_END: reconnect

    /// Who waits for an answer waits in vain: the new session knows of no question.
    fn forget_answers(&mut self) {
        for (_, asked) in self.answers.drain() {
            let lost = Failure::ended("before the acknowledgement came");
            asked.send(Err(lost)).unwrap_or_default();
        }
    }

    /// Twice as long each time, and half of it by chance.
    fn wait(&self, attempt: u32) -> Duration {
        let doubled = self.reconnect.first.saturating_mul(1 << attempt.min(10));
        let chance = f64::from(self.endpoint.random::<1>()[0]) / 255.0;
        doubled.min(self.reconnect.most).mul_f64(0.5 + chance)
    }

    /// Lets that time pass. What the program asks for meanwhile is kept.
    async fn pass(&mut self, wait: Duration) -> Ended {
        let over = sleep(wait);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return Ended::Continue(()),
                command = self.commands.recv() => {
                    if let Ok(Ended::Break(())) = self.obey(command, None).await {
                        return Ended::Break(());
                    }
                }
            }
        }
    }

    fn end(mut self, why: Option<Arc<Failure>>) {
        self.forget_answers();
        self.status.send_replace(Status::Closed { why });
    }
}

impl Link {
    // ANCHOR: send
    /// A packet is one message, and one more for each attachment. Nothing may come
    /// in between.
    async fn send(&mut self, packet: Packet) -> Result<(), Failure> {
        let (text, attachments) = packet.encode();
        let mut messages = vec![engine::Packet::Message(text)];
        messages.extend(attachments.into_iter().map(engine::Packet::Binary));
        self.outgoing.send(messages).await
    }
    // ANCHOR_END: send
}

fn connect(namespace: &str, auth: &Value) -> Packet {
    let payload = match auth {
        Value::Null => Payload::None,
        auth => Payload::Object(auth.clone()),
    };
    let namespace = namespace.to_owned();
    Packet { kind: Kind::Connect, namespace, id: None, payload }
}
