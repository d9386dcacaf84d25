//! The task that keeps a connection.

use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::inbox::Inbox;
use super::{Command, PATIENCE, Reconnect, Status};
use crate::engine;
use crate::failure::Failure;
use crate::http::Endpoint;
use crate::packet::{Kind, Packet, Payload};
use crate::transport::{Incoming, Outgoing, Ways, establish};

/// So many packets are kept while the connection is away.
const MOST_KEPT: usize = 100;

struct Session {
    endpoint: Arc<Endpoint>,
    ways: Option<Ways>,
    reconnect: Reconnect,
    commands: mpsc::Receiver<Command>,
    status: watch::Sender<Status>,
    inbox: Inbox,
    kept: VecDeque<Packet>,
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
    let (inbox, kept) = (Inbox::default(), VecDeque::new());
    let session =
        Session { endpoint, ways, reconnect, commands, status, inbox, kept };
    tokio::spawn(session.keep(link));
    Ok(watched)
}

async fn link(
    endpoint: &Arc<Endpoint>,
    ways: Option<Ways>,
) -> Result<(Link, Status), Failure> {
    let expected = "an open packet";
    let silence = Failure::Silence { expected, within: PATIENCE };
    let opening = timeout(PATIENCE, establish(endpoint, ways)).await;
    let (incoming, outgoing, handshake) = opening.map_err(|_| silence)??;
    let status = Status::Connected {
        sid: handshake.sid.clone(),
        transport: outgoing.name(),
        recovered: false,
    };
    let (reader, packets) = mpsc::channel(1);
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
        let why = loop {
            let why = match self.serve(&mut link).await {
                Ok(()) => break None,
                Err(why) => why,
            };
            drop(link);
            match self.again(why).await {
                Ok(Some(anew)) => link = anew,
                Ok(None) => break None,
                Err(why) => break Some(Arc::new(why)),
            }
        };
        if let Some(why) = &why {
            self.inbox.end(why);
        }
        self.status.send_replace(Status::Closed { why });
    }

    // ANCHOR: heartbeat
    /// Serves the program and the server, until one of them ends it.
    async fn serve(&mut self, link: &mut Link) -> Result<(), Failure> {
        loop {
            tokio::select! {
                biased;
                // The server pings. Where it does not, there is no server any more.
                packet = timeout_at(link.ping_due, link.packets.recv()) => {
                    match packet {
                        Err(_) => return Err(Failure::Heartbeat(link.patience)),
                        Ok(None) => return Err(Failure::ended("the server is gone")),
                        Ok(Some(packet)) => self.take(packet?, link).await?,
                    }
                }
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
            engine::Packet::Message(text) => self.inbox.text(&text),
            engine::Packet::Binary(bytes) => self.inbox.attachment(bytes),
            engine::Packet::Close => Err(Failure::ended("the server closed it")),
            engine::Packet::Pong | engine::Packet::Noop => Ok(()),
        }
    }
    // ANCHOR_END: heartbeat

    /// What the program asks for, with a connection or without one.
    async fn obey(
        &mut self,
        command: Option<Command>,
        link: Option<&mut Link>,
    ) -> Result<Ended, Failure> {
        match command {
            Some(Command::Connect { namespace, auth, done }) => {
                let packet = self.inbox.connect(&namespace, auth, done);
                if let Some(link) = link {
                    link.send(packet).await?;
                }
            }
            Some(Command::Listen { namespace, event, listener }) => {
                self.inbox.listen(namespace, event, listener);
            }
            Some(Command::Emit { mut packet, answer, volatile }) => {
                if let Some(answer) = answer {
                    self.inbox.numbered(&mut packet, answer);
                }
                match link {
                    Some(link) => link.send(packet).await?,
                    None if volatile => {}
                    None if self.kept.len() < MOST_KEPT => {
                        self.kept.push_back(packet);
                    }
                    None => self.inbox.refuse(&packet, Failure::Full(MOST_KEPT)),
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

    /// Leaves each namespace, then the session.
    async fn goodbye(&mut self, link: &mut Link) -> Result<(), Failure> {
        for namespace in self.inbox.wanted() {
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
    /// Connects again, after a while. `None` where the program does not want it any
    /// more.
    async fn again(&mut self, mut why: Failure) -> Result<Option<Link>, Failure> {
        self.inbox.lose(&why);
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

    /// Says again what the server forgot: which namespaces, and as whom. Then what
    /// was kept.
    async fn anew(&mut self) -> Result<Link, Failure> {
        let (mut link, mut status) = link(&self.endpoint, self.ways).await?;
        // In small steps, so that all else has its turn.
        for _ in 0..10 {
            sleep(self.reconnect.settle / 10).await;
        }
        for namespace in self.inbox.wanted() {
            link.send(self.inbox.connect_packet(&namespace)).await?;
            while self.inbox.is_connecting(&namespace) {
                let packet = link.next("an answer to CONNECT").await?;
                self.take(packet, &mut link).await?;
            }
        }
        while let Some(packet) = self.kept.pop_front() {
            link.send(packet).await?;
        }
        if let Status::Connected { recovered, .. } = &mut status {
            *recovered = self.inbox.recovered();
        }
        self.status.send_replace(status);
        Ok(link)
    }
    // ANCHOR_END: reconnect

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

    /// The next packet, which must not be long in coming.
    async fn next(
        &mut self,
        expected: &'static str,
    ) -> Result<engine::Packet, Failure> {
        match timeout(PATIENCE, self.packets.recv()).await {
            Ok(Some(packet)) => packet,
            Ok(None) => Err(Failure::ended("the server is gone")),
            Err(_) => Err(Failure::Silence { expected, within: PATIENCE }),
        }
    }
}
