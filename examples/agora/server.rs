//! An SFU on its sockets: UDP for what members send and are sent, WebSockets for what
//! is to be said before, and the door where tokens are checked.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::{SinkExt, StreamExt};
use sfu::signaling::{FromMember, LONGEST, ToMember};
use sfu::{Config, Datagram, Event, Grant, Limits, MemberId, Sfu};
use tap::{Tap, TcpStream};
use tokio::net::{TcpListener, UdpSocket};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_async_with_config};
use wire::agora::{self, Question, Refusal};

use crate::record::Record;
use crate::token::{self, App};

/// So many connections at once.
const MOST_CONNECTIONS: usize = 64;
/// So much may wait for a member that does not read.
const MOST_WAITING: usize = 256;
/// Whoever connects says what for within this time.
const PATIENCE: Duration = Duration::from_secs(5);
const TICK: Duration = Duration::from_millis(1);
/// The longest datagram.
const DATAGRAM: usize = 65_536;

/// What a connection wants, by its number.
struct Request(u64, Wish);

enum Wish {
    Join { token: String, channel: String, uid: String, to: mpsc::Sender<ToMember> },
    Say(FromMember),
    Lost,
}

pub(crate) struct Server {
    listener: TcpListener,
    address: SocketAddr,
    host: Host,
    tap: Tap,
}

impl Server {
    pub(crate) async fn bind(
        address: SocketAddr,
        app: App,
        record: Record,
        tap: &Tap,
    ) -> Result<Self> {
        ensure!(
            !address.ip().is_unspecified(),
            "members must be able to reach it: expected an address of this machine, found {}",
            address.ip()
        );
        let taken = || {
            format!(
                "cannot listen at {address}; is the port taken? Port 0 takes any"
            )
        };
        let listener = TcpListener::bind(address).await.with_context(taken)?;
        let socket = UdpSocket::bind((address.ip(), 0)).await?;
        let media = socket.local_addr()?;
        let sfu = Sfu::new(Config { address: media, limits: Limits::default() });
        let host =
            Host { sfu, socket, media, app, members: BTreeMap::new(), record };
        Ok(Self {
            address: listener.local_addr()?,
            listener,
            host,
            tap: tap.clone(),
        })
    }

    /// Where it takes WebSockets.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it takes all else.
    pub(crate) fn media(&self) -> SocketAddr {
        self.host.media
    }

    /// Serves until the task is dropped.
    pub(crate) async fn serve(self) {
        let (door, requests) = mpsc::channel(MOST_WAITING);
        tokio::join!(
            self.host.run(requests),
            accept(&self.listener, &door, &self.tap)
        );
    }
}

/// The SFU, which has neither socket nor clock, and what it needs of both.
struct Host {
    sfu: Sfu,
    socket: UdpSocket,
    media: SocketAddr,
    app: App,
    members: BTreeMap<MemberId, Inside>,
    record: Record,
}

/// Who was let in.
struct Inside {
    connection: u64,
    channel: String,
    uid: String,
    to: mpsc::Sender<ToMember>,
}

impl Host {
    // ANCHOR: admit
    /// What the token lets its bearer do here. The server needs to ask nobody: what
    /// the token says is inside, and the signature shows that it was not changed.
    fn admit(
        &self,
        token: &str,
        channel: &str,
        uid: &str,
    ) -> Result<Grant, Refusal> {
        let question = Question {
            app_id: &self.app.id,
            certificate: &self.app.certificate,
            channel,
            uid,
            now: token::now(),
        };
        let admission = agora::admit(token, &question)?;
        Ok(sfu::door::grant(&admission, question.now, Instant::now()))
    }
    // ANCHOR_END: admit

    // ANCHOR: host
    /// One task drives it: what arrives goes in, what comes out is sent, and it is
    /// woken when it asked to be.
    async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut buffer = vec![0; DATAGRAM];
        loop {
            self.settle().await;
            let idle = Instant::now() + Duration::from_secs(60);
            let wake = self.sfu.poll_timeout().unwrap_or(idle);
            // What is due at once, over and over, must not take all the time there is.
            let wake = wake.max(Instant::now() + TICK);
            tokio::select! {
                arrived = self.socket.recv_from(&mut buffer) => {
                    let Ok((length, from)) = arrived else { continue };
                    let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                    let datagram = Datagram { from, to: self.media, bytes };
                    self.record.arrived(&datagram);
                    self.sfu.handle(&datagram, Instant::now());
                }
                request = requests.recv() => match request {
                    Some(request) => self.take(request),
                    None => return,
                },
                () = sleep_until(wake.into()) => self.sfu.handle_timeout(Instant::now()),
            }
        }
    }
    // ANCHOR_END: host

    /// Sends and tells what there is to.
    async fn settle(&mut self) {
        while let Some((_, datagram)) = self.sfu.poll_transmit() {
            self.record.sent(&datagram);
            // What a socket does not take is lost, as datagrams may be.
            let _ = self.socket.send_to(&datagram.bytes, datagram.to).await;
        }
        while let Some(event) = self.sfu.poll_event() {
            match event {
                Event::Tell(member, message) => {
                    let inside = self.members.get(&member);
                    // Whoever does not read what it is told falls silent, and is gone.
                    let _ = inside.map(|inside| inside.to.try_send(message));
                }
                Event::Gone(member) => drop(self.members.remove(&member)),
                _ => {}
            }
        }
    }

    fn take(&mut self, Request(connection, wish): Request) {
        let now = Instant::now();
        match wish {
            Wish::Join { token, channel, uid, to } => {
                let joined = self
                    .admit(&token, &channel, &uid)
                    .map_err(|refusal| refused(&refusal));
                let joined = joined.and_then(|grant| {
                    let joined = self.sfu.join(&channel, &uid, grant, None, now);
                    joined.map_err(|error| not_taken(error.code(), &error))
                });
                match joined {
                    Ok(member) => {
                        let inside = Inside { connection, channel, uid, to };
                        self.members.insert(member, inside);
                    }
                    Err(refusal) => drop(to.try_send(refusal)),
                }
            }
            Wish::Say(message) => {
                let Some(member) = self.who(connection) else { return };
                let done = match message {
                    FromMember::Renew { token } => self.renew(member, &token, now),
                    message => {
                        let said = self.sfu.say(member, message, now);
                        said.map_err(|error| not_taken(error.code(), &error))
                    }
                };
                if let (Err(refusal), Some(inside)) =
                    (done, self.members.get(&member))
                {
                    let _ = inside.to.try_send(refusal);
                }
            }
            Wish::Lost => {
                if let Some(member) = self.who(connection) {
                    self.sfu.leave(member, "the connection ended", now);
                }
            }
        }
    }

    /// A new token for the same channel and the same name.
    fn renew(
        &mut self,
        member: MemberId,
        token: &str,
        now: Instant,
    ) -> Result<(), ToMember> {
        let Some(Inside { channel, uid, .. }) = self.members.get(&member) else {
            return Ok(());
        };
        let grant =
            self.admit(token, channel, uid).map_err(|refusal| refused(&refusal))?;
        self.sfu.renew(member, grant, now);
        Ok(())
    }

    fn who(&self, connection: u64) -> Option<MemberId> {
        let found =
            self.members.iter().find(|(_, inside)| inside.connection == connection);
        found.map(|(member, _)| *member)
    }
}

fn refused(refusal: &Refusal) -> ToMember {
    not_taken(refusal.code(), refusal)
}

fn not_taken(code: &str, why: &dyn std::fmt::Display) -> ToMember {
    ToMember::Refused { code: code.to_owned(), why: why.to_string() }
}

/// Takes connections, each into a task of its own.
async fn accept(listener: &TcpListener, door: &mpsc::Sender<Request>, tap: &Tap) {
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    for connection in 0.. {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, or a client that is gone already.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let Ok(stream) = TcpStream::new(stream, tap) else { continue };
        let door = door.clone();
        tokio::spawn(async move {
            // Whoever does not speak WebSocket, or JSON, is let go.
            let _ = attend(stream, connection, &door).await;
            let _ = door.send(Request(connection, Wish::Lost)).await;
            drop(place);
        });
    }
}

/// Carries messages between a WebSocket and the SFU.
async fn attend(
    stream: TcpStream,
    connection: u64,
    door: &mpsc::Sender<Request>,
) -> Result<()> {
    let limits = WebSocketConfig::default()
        .max_message_size(Some(LONGEST))
        .max_frame_size(Some(LONGEST));
    let greeting = timeout(PATIENCE, async {
        // Each end records what it sends.
        let mut socket =
            accept_async_with_config(stream.sent_only(), Some(limits)).await?;
        let first = receive(&mut socket).await?;
        anyhow::Ok((socket, first))
    });
    let (mut socket, first) = greeting.await??;
    let (to, mut told) = mpsc::channel(MOST_WAITING);
    let Some(FromMember::Join { token, channel, uid }) = first else {
        let why =
            r#"expected {"type":"join","token":"007…","channel":…,"uid":…} first"#;
        send(&mut socket, &not_taken("order", &why)).await?;
        return part(socket).await;
    };
    let wish = Wish::Join { token, channel, uid, to };
    door.send(Request(connection, wish)).await?;
    loop {
        tokio::select! {
            said = receive(&mut socket) => match said? {
                Some(said) => door.send(Request(connection, Wish::Say(said))).await?,
                None => break,
            },
            message = told.recv() => match message {
                Some(message) => send(&mut socket, &message).await?,
                // Not let in, or not a member any more: the SFU has forgotten us.
                None => break,
            },
        }
    }
    part(socket).await
}

/// A WebSocket ends by a word of both ends (RFC 6455 section 7.1.2).
async fn part(mut socket: WebSocketStream<TcpStream>) -> Result<()> {
    timeout(PATIENCE, async {
        socket.close(None).await?;
        while let Some(Ok(_)) = socket.next().await {}
        anyhow::Ok(())
    })
    .await?
}

async fn receive(
    socket: &mut WebSocketStream<TcpStream>,
) -> Result<Option<FromMember>> {
    while let Some(message) = socket.next().await {
        match message? {
            Message::Text(text) => return Ok(Some(serde_json::from_str(&text)?)),
            Message::Close(_) => return Ok(None),
            _ => {}
        }
    }
    Ok(None)
}

async fn send(
    socket: &mut WebSocketStream<TcpStream>,
    message: &ToMember,
) -> Result<()> {
    let text = serde_json::to_string(message)?;
    timeout(PATIENCE, socket.send(Message::text(text))).await??;
    Ok(())
}
