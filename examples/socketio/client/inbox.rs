//! What the server says, and to whom it goes.

use std::collections::HashMap;

use serde_json::{Value, json};
use tokio::sync::{mpsc, oneshot};

use super::Event;
use crate::failure::Failure;
use crate::packet::{Data, Kind, Packet, Payload};

/// So many acknowledgements are waited for.
const MOST_AWAITED: usize = 10_000;
/// So many bytes of attachments may one packet have.
const MOST_ATTACHED: usize = 16 << 20;

/// Who waits for an acknowledgement.
pub(super) type Answer = oneshot::Sender<Result<Vec<Data>, Failure>>;
/// Who waits for the answer to CONNECT.
pub(super) type Done = oneshot::Sender<Result<(), Failure>>;

/// Namespaces with their listeners, questions that are not answered, and a packet
/// that is not whole.
#[derive(Default)]
pub(super) struct Inbox {
    namespaces: HashMap<String, Namespace>,
    answers: HashMap<(String, u64), Answer>,
    next_id: u64,
    partial: Option<Partial>,
}

#[derive(Default)]
struct Namespace {
    /// What to say with CONNECT; `None` where nobody wants to be connected.
    auth: Option<Value>,
    done: Option<Done>,
    connected: bool,
    listeners: Vec<Listener>,
    recovery: Recovery,
}

/// Who listens for the event of that name, or for all that nobody listens for.
struct Listener {
    event: Option<String>,
    to: mpsc::Sender<Event>,
}

/// What a server with connection state recovery wants to hear again.
#[derive(Default)]
struct Recovery {
    /// Its own secret name for the session; `None` where it keeps nothing.
    pid: Option<String>,
    /// Which event came last.
    offset: Option<String>,
    /// Whether the server remembered.
    recovered: bool,
}

/// A packet whose attachments are still to come.
struct Partial {
    packet: Packet,
    awaited: u64,
    attachments: Vec<Vec<u8>>,
}

impl Inbox {
    // ANCHOR: binary
    /// A packet with attachments is whole when the last of them is there.
    pub(super) fn text(&mut self, text: &str) -> Result<(), Failure> {
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

    pub(super) fn attachment(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
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
            (Kind::Connect, payload) => self.connected(&namespace, &payload),
            (Kind::ConnectError, payload) => self.refused(namespace, &payload),
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

    fn connected(&mut self, namespace: &str, payload: &Payload) {
        let Some(space) = self.namespaces.get_mut(namespace) else { return };
        let pid = match payload {
            Payload::Object(about) => about["pid"].as_str().map(str::to_owned),
            _ => None,
        };
        space.connected = true;
        space.recovery.recovered = pid.is_some() && pid == space.recovery.pid;
        space.recovery.pid = pid;
        if let Some(done) = space.done.take() {
            done.send(Ok(())).unwrap_or_default();
        }
    }

    fn refused(&mut self, namespace: String, payload: &Payload) {
        let why = match payload {
            Payload::Object(why) => match why["message"].as_str() {
                Some(message) => message.to_owned(),
                None => why.to_string(),
            },
            _ => "no reason given".to_owned(),
        };
        let space = self.namespaces.remove(&namespace);
        let why = wire::render::plain(&why);
        if let Some(done) = space.and_then(|space| space.done) {
            done.send(Err(Failure::Namespace { namespace, why }))
                .unwrap_or_default();
        }
    }

    /// Hands an event to who listens for its name, or else to who listens for all.
    fn event(&mut self, namespace: &str, event: Event) {
        let Some(space) = self.namespaces.get_mut(namespace) else { return };
        if space.recovery.pid.is_some()
            && let Some(Data::Json(Value::String(offset))) = event.args.last()
        {
            space.recovery.offset = Some(offset.clone());
        }
        space.listeners.retain(|listener| !listener.to.is_closed());
        let all = &space.listeners;
        let named = all.iter().find(|it| it.event.as_ref() == Some(&event.name));
        let listener = named.or_else(|| all.iter().find(|it| it.event.is_none()));
        if let Some(listener) = listener {
            // Whoever does not take events loses them, and nobody else waits.
            listener.to.try_send(event).unwrap_or_default();
        }
    }

    pub(super) fn listen(
        &mut self,
        namespace: String,
        event: Option<String>,
        to: mpsc::Sender<Event>,
    ) {
        let space = self.namespaces.entry(namespace).or_default();
        space.listeners.push(Listener { event, to });
    }

    /// Notes that somebody wants to be connected, and what to say for it.
    pub(super) fn connect(
        &mut self,
        namespace: &str,
        auth: Value,
        done: Done,
    ) -> Packet {
        let space = self.namespaces.entry(namespace.to_owned()).or_default();
        space.auth = Some(auth);
        space.done = Some(done);
        self.connect_packet(namespace)
    }

    /// CONNECT, as it is said now: to a server that keeps sessions, with which one
    /// it was and what came last.
    pub(super) fn connect_packet(&mut self, namespace: &str) -> Packet {
        let space = self.namespaces.entry(namespace.to_owned()).or_default();
        space.connected = false;
        let mut about = space.auth.clone().unwrap_or_default();
        if let Recovery { pid: Some(pid), offset: Some(offset), .. } =
            &space.recovery
        {
            if about.is_null() {
                about = json!({});
            }
            if let Some(about) = about.as_object_mut() {
                about.insert("pid".into(), pid.as_str().into());
                about.insert("offset".into(), offset.as_str().into());
            }
        }
        let payload = match about {
            Value::Null => Payload::None,
            about => Payload::Object(about),
        };
        let namespace = namespace.to_owned();
        Packet { kind: Kind::Connect, namespace, id: None, payload }
    }

    /// Whether the server has yet to answer CONNECT.
    pub(super) fn is_connecting(&self, namespace: &str) -> bool {
        self.namespaces.get(namespace).is_some_and(|space| !space.connected)
    }

    /// The namespaces that somebody wants to be connected to.
    pub(super) fn wanted(&self) -> Vec<String> {
        let wanted = self.namespaces.iter().filter(|(_, it)| it.auth.is_some());
        let mut names: Vec<_> = wanted.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    /// Whether the server remembered all of them when they were connected again.
    pub(super) fn recovered(&self) -> bool {
        let mut all = self.namespaces.values().filter(|it| it.auth.is_some());
        all.all(|it| it.recovery.recovered)
    }

    /// Gives a question the number under which its answer will come.
    pub(super) fn numbered(&mut self, packet: &mut Packet, answer: Answer) {
        let id = self.next_id;
        self.next_id += 1;
        packet.id = Some(id);
        // Who gave up waiting is forgotten here.
        self.answers.retain(|_, asked| !asked.is_closed());
        if self.answers.len() < MOST_AWAITED {
            self.answers.insert((packet.namespace.clone(), id), answer);
        }
    }

    /// Tells who asks this that there will be no answer.
    pub(super) fn refuse(&mut self, packet: &Packet, why: Failure) {
        let asked = packet.id.map(|id| (packet.namespace.clone(), id));
        if let Some(asked) = asked.and_then(|key| self.answers.remove(&key)) {
            asked.send(Err(why)).unwrap_or_default();
        }
    }

    /// Who waits for an answer waits in vain, and what is not whole will not be: the
    /// connection is gone.
    pub(super) fn lose(&mut self, why: &Failure) {
        self.partial = None;
        for (_, asked) in self.answers.drain() {
            let lost =
                format!("{why}. Nobody knows whether what was asked arrived");
            asked.send(Err(Failure::ended(lost))).unwrap_or_default();
        }
    }

    /// Tells who waits to be connected that it will not come to that.
    pub(super) fn end(&mut self, why: &Failure) {
        self.lose(why);
        for (_, space) in self.namespaces.drain() {
            if let Some(done) = space.done {
                done.send(Err(Failure::ended(why.to_string()))).unwrap_or_default();
            }
        }
    }
}
