//! The chat, on `socketioxide`.

mod history;
mod place;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures_util::StreamExt;
use hyper::body::Bytes;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use serde::Deserialize;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, Extension, SocketRef};
use socketioxide::handler::ConnectHandler;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::record::Record;
use history::History;
use place::Placed;

/// What an administrator knows. In the open, as this is an example.
pub(crate) const PASSWORD: &str = "wirebook";
/// So many connections are served at a time; more wait.
const MOST_CONNECTIONS: usize = 1000;

/// So many rooms may a user be in, and so long may their names be.
const MOST_ROOMS: usize = 32;
const MOST_NAME: usize = 100;

/// How often the server pings, and how long it waits for the pong.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heartbeat {
    pub(crate) interval: Duration,
    pub(crate) timeout: Duration,
}

/// What everybody's server does.
pub(crate) const USUAL: Heartbeat = Heartbeat {
    interval: Duration::from_secs(25),
    timeout: Duration::from_secs(20),
};

/// What a user says of themselves with CONNECT.
#[derive(Clone, Deserialize)]
struct User {
    name: String,
}

#[derive(Deserialize)]
struct Admin {
    password: String,
}

// ANCHOR: server
/// Two namespaces: `/`, where users talk in rooms, and `/admin`.
fn chat(io: &SocketIo) {
    let history = History::default();
    let users = async move |user: SocketRef, Data(me): Data<User>| {
        user.extensions.insert(me.clone());
        user.join(format!("user {}", me.name));
        user.on("join", join);
        user.on("leave", leave);
        let kept = history.clone();
        user.on("say", move |user, name, said, ack| {
            say(kept, user, name, said, ack)
        });
        let kept = history.clone();
        user.on(
            "missed",
            async move |Data((room, since)): Data<(String, u64)>,
                        ack: AckSender| {
                ack.send(&kept.since(&room, since)).ok();
            },
        );
        user.on("file", file);
        user.on("typing", typing);
        user.on("whisper", whisper);
        Ok::<_, Infallible>(())
    };
    // Whoever hears CONNECT may ask at once, and an event that nobody takes
    // yet is lost. So all this stands in front of CONNECT; nothing is behind.
    let nothing = async || {};
    io.ns("/", nothing.with(users).with(named));
    io.ns("/admin", nothing.with(admin).with(knows_the_password));
}

/// Into a room, which is a name that sockets share. The others hear of it.
async fn join(
    user: SocketRef,
    Extension(me): Extension<User>,
    Data(room): Data<String>,
    ack: AckSender,
) {
    if room.len() > MOST_NAME || user.rooms().len() >= MOST_ROOMS {
        ack.send("no more rooms, or too long a name").ok();
        return;
    }
    user.join(room.clone());
    user.to(room.clone()).emit("joined", &(&room, &me.name)).await.ok();
    ack.send(&room).ok();
}

/// To everybody else in the room. The answer is the message's number.
async fn say(
    history: History,
    user: SocketRef,
    Extension(me): Extension<User>,
    Data((room, text)): Data<(String, String)>,
    ack: AckSender,
) {
    let message = history.keep(&room, &me.name, &text);
    user.to(room.clone()).emit("said", &(&room, &message)).await.ok();
    ack.send(&message.number).ok();
}

/// Bytes are an argument like any other.
async fn file(
    user: SocketRef,
    Extension(me): Extension<User>,
    Data((room, name, bytes)): Data<(String, String, Bytes)>,
    ack: AckSender,
) {
    user.to(room).emit("file", &(&me.name, &name, &bytes)).await.ok();
    ack.send(&bytes.len()).ok();
}
// ANCHOR_END: server

async fn leave(user: SocketRef, Data(room): Data<String>, ack: AckSender) {
    user.leave(room.clone());
    ack.send(&room).ok();
}

/// Worth nothing a second later, so nobody keeps it for who is not there.
async fn typing(
    user: SocketRef,
    Extension(me): Extension<User>,
    Data(room): Data<String>,
) {
    user.volatile().to(room).emit("typing", &me.name).await.ok();
}

/// The server asks in its turn: what it answers is what the other one answered.
async fn whisper(
    io: SocketIo,
    Extension(me): Extension<User>,
    Data((to, text)): Data<(String, String)>,
    ack: AckSender,
) {
    let theirs = io.to(format!("user {to}")).timeout(Duration::from_secs(2));
    let whispered = (&me.name, &text);
    let asked = theirs.emit_with_ack::<_, String>("whisper", &whispered);
    let mut answer = None;
    if let Ok(answers) = asked.await {
        let mut answers = pin!(answers);
        answer = answers.next().await.and_then(|(_, answer)| answer.ok());
    }
    ack.send(&answer).ok();
}

/// Without a name there is nobody to talk to: CONNECT is refused.
async fn named(Data(me): Data<User>) -> Result<(), &'static str> {
    let fits = (1..=32).contains(&me.name.chars().count());
    if fits { Ok(()) } else { Err("a name has 1 to 32 letters") }
}

async fn knows_the_password(Data(me): Data<Admin>) -> Result<(), &'static str> {
    if me.password == PASSWORD { Ok(()) } else { Err("wrong password") }
}

async fn admin(admin: SocketRef, io: SocketIo) -> Result<(), Infallible> {
    let announce = async move |Data((room, text)): Data<(String, String)>,
                               ack: AckSender| {
        let users = io.of("/").map(|users| users.to(room));
        if let Some(users) = users {
            users.emit("announcement", &text).await.ok();
        }
        ack.send("announced").ok();
    };
    admin.on("announce", announce);
    Ok(())
}

/// The chat on a port.
pub(crate) struct Server {
    listener: TcpListener,
    heartbeat: Heartbeat,
    record: Record,
    most: usize,
}

impl Server {
    pub(crate) async fn bind(
        address: SocketAddr,
        heartbeat: Heartbeat,
        record: &Record,
    ) -> Result<Self> {
        let listener = TcpListener::bind(address).await.with_context(|| {
            format!(
                "cannot listen at {address}; is the port taken? Port 0 takes any"
            )
        })?;
        let (record, most) = (record.clone(), MOST_CONNECTIONS);
        Ok(Self { listener, heartbeat, record, most })
    }

    pub(crate) fn address(&self) -> Result<SocketAddr> {
        Ok(self.listener.local_addr()?)
    }

    /// Answers until the task is dropped.
    pub(crate) async fn serve(self) {
        let (service, io) = SocketIo::builder()
            .ping_interval(self.heartbeat.interval)
            .ping_timeout(self.heartbeat.timeout)
            .ws_max_message_size(1 << 20)
            // What finds no room is lost: a poll may have to bring many answers.
            .max_buffer_size(1024)
            .build_svc();
        chat(&io);
        let places = Arc::new(Semaphore::new(self.most));
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else {
                return;
            };
            let Ok((stream, _)) = self.listener.accept().await else {
                // Too many files are open, or the like: wait for better times.
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let placed = |stream| Placed { stream, _place: place };
            let Ok(stream) = self.record.stream_in(stream, placed) else {
                continue;
            };
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(Duration::from_secs(10))
                .serve_connection(TokioIo::new(stream), service.clone())
                .with_upgrades();
            tokio::spawn(async move {
                // Whoever breaks the rules of HTTP is hung up on.
                connection.await.unwrap_or_default();
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;
    use tokio::time::timeout;

    use super::*;

    const GET: &str =
        "GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: a\r\n\r\n";
    const UPGRADE: &str = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n\
        Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

    async fn asked(address: SocketAddr, request: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        stream
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_websocket_holds_its_place_until_it_ends() {
        let record = Record { tap: tap::Tap::off(), both_ends: false };
        let mut server =
            Server::bind(([127, 0, 0, 1], 0).into(), USUAL, &record).await.unwrap();
        server.most = 1;
        let address = server.address().unwrap();
        tokio::spawn(server.serve());
        let mut first = asked(address, UPGRADE).await;
        let mut answer = [0; 12];
        first.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 101");

        let mut second = asked(address, GET).await;
        let waits =
            timeout(Duration::from_millis(200), second.read_exact(&mut answer))
                .await;
        assert!(waits.is_err(), "served, though there is no place");
        drop(first);
        second.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
    }
}
