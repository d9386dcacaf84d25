//! The Socket.IO lab: a chat on a real Socket.IO server, and a wiretap in front of it.
//!
//! The server is `socketioxide` behind a [`door`]: it takes pages of the workbook and programs on this machine, a
//! bounded number of them, each at a bounded [`pace`]. What may be asked is in [`chat`] and [`admin`]. With Redis
//! several workbooks' labs are one: [`cluster`].
//!
//! ```text
//! http://127.0.0.1:PORT/socket.io/      Engine.IO, by long-polling and WebSocket
//! GET /labs/socketio/info               JSON: Info
//! GET /labs/socketio/wire               the wiretap
//! ```

mod admin;
mod arguments;
mod chat;
mod cluster;
mod departures;
mod desk;
mod door;
mod pace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::routing::get;
use axum::{Json, Router, middleware};
use serde::Serialize;
use socketioxide::adapter::{Adapter, LocalAdapter};
use socketioxide::handler::ConnectHandler;
use socketioxide::layer::SocketIoLayer;
use socketioxide::{ParserConfig, SocketIo, SocketIoBuilder};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use admin::PASSWORD;
pub use departures::Departure;

use super::wiretap::Wiretap;
use super::{Address, Lab, Running, Surroundings, http};
use door::Door;

/// The lab, as pages and the server know it.
pub static LAB: Lab = Lab {
    id: "socketio",
    title: "A chat room, with every layer live",
    about: "Here you chat over the workbook's own Socket.IO server, and the page shows each packet on its way: long-polling, the upgrade, WebSocket.",
    start: |surroundings| Box::pin(run(surroundings)),
};

/// Socket.IO's own path.
const PATH: &str = "/socket.io";
/// So many attachments has a packet.
const MOST_ATTACHMENTS: usize = 100;
/// The port that is tried first.
const USUAL_PORT: u16 = 3400;

async fn run(surroundings: Surroundings) -> Result<Running> {
    let config = Config { redis: surroundings.redis.clone(), ..Config::default() };
    let lab = SocketIoLab::start(&config, surroundings.workbook).await?;
    let addresses = vec![Address { name: "Socket.IO".to_owned(), url: lab.info().url }];
    Ok(Running { addresses, router: lab.router(), alive: Box::new(lab) })
}

/// What the lab may be told.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The port. `None` takes 3400, or the next that is free; 0 takes any.
    pub port: Option<u16>,
    /// The Redis server that instances share, as `redis://HOST:PORT`; without one the lab is alone.
    pub redis: Option<String>,
    /// How often clients are asked whether they are there.
    pub heartbeat: Heartbeat,
    /// What clients may hold.
    pub limits: Limits,
}

/// How often the server pings, and how long it waits for the pong.
#[derive(Clone, Copy, Debug)]
pub struct Heartbeat {
    /// `pingInterval`
    pub interval: Duration,
    /// `pingTimeout`
    pub timeout: Duration,
}

/// Shorter than the 25 s and 20 s that Engine.IO has by default, so that a reader sees it happen.
impl Default for Heartbeat {
    fn default() -> Self {
        Self { interval: Duration::from_secs(10), timeout: Duration::from_secs(5) }
    }
}

/// What clients may hold. Together they hold at most `sessions` times `packets` of some 16 KiB.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// So many connections that are not WebSockets: more than `sessions` and `bodies` together, so that somebody who
    /// comes finds a place.
    pub connections: usize,
    /// So many sessions, and so many WebSockets.
    pub sessions: usize,
    /// So many bodies on their way at once.
    pub bodies: usize,
    /// So many packets wait for one client.
    pub packets: usize,
    /// So many bytes has a body, a WebSocket message, and all attachments of a packet.
    pub payload: usize,
    /// So many events a second may a session send in the long run; each KiB of an echo counts as one.
    pub rate: u32,
    /// So many at once, after a pause.
    pub burst: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            sessions: 256,
            bodies: 128,
            packets: 512,
            payload: 1_000_000,
            rate: 100,
            burst: 300,
        }
    }
}

/// The lab, listening until it is dropped.
#[derive(Debug)]
pub struct SocketIoLab {
    address: SocketAddr,
    config: Config,
    door: Door,
    wiretap: Wiretap,
    serving: JoinHandle<()>,
    _stop: oneshot::Sender<()>,
}

/// What a page needs to know of the running lab; `/labs/socketio/info` gives it as JSON.
#[derive(Clone, Debug, Serialize)]
pub struct Info {
    /// Where the server is: `http://127.0.0.1:3400`.
    pub url: String,
    /// Milliseconds between two pings.
    pub ping_interval: u128,
    /// Milliseconds until a pong is missed.
    pub ping_timeout: u128,
    /// Whether other instances hear what is said here.
    pub is_clustered: bool,
    /// How many sessions are open.
    pub sessions: usize,
    /// The last that ended, oldest first.
    pub departures: Vec<Departure>,
}

impl SocketIoLab {
    /// Listens, for pages of the workbook at `workbook`.
    ///
    /// # Errors
    /// Where the named port is in use, or Redis is named and cannot be used.
    pub async fn start(config: &Config, workbook: SocketAddr) -> Result<Self> {
        let door = Door::new(workbook, config.limits);
        let (stop, stopped) = oneshot::channel();
        let routes = match &config.redis {
            Some(url) => cluster::routes(config, url, stopped).await?,
            None => alone(config, stopped),
        };
        let router =
            routes.layer(middleware::from_fn_with_state(door.clone(), door::guard)).layer(door.cors());
        let listener: TcpListener =
            http::bind(config.port, USUAL_PORT).await.context("cannot listen on a port of 127.0.0.1")?;
        let address = listener.local_addr()?;
        let limits = http::Limits { connections: config.limits.connections, idle: Duration::from_secs(10) };
        let serving = tokio::spawn(http::serve_within(limits, listener, router));
        let wiretap = Wiretap::new(LAB.id, address, workbook);
        Ok(Self { address, config: config.clone(), door, wiretap, serving, _stop: stop })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The lab at this moment.
    #[must_use]
    pub fn info(&self) -> Info {
        info(self.address, &self.config, &self.door)
    }

    /// The workbook's side, to be nested under `/labs/socketio`.
    pub fn router(&self) -> Router {
        let (address, config, door) = (self.address, Arc::new(self.config.clone()), self.door.clone());
        Router::new()
            .route("/info", get(async move || Json(info(address, &config, &door))))
            .merge(self.wiretap.router())
    }
}

/// Ends the server; open sessions get a close packet.
impl Drop for SocketIoLab {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn info(address: SocketAddr, config: &Config, door: &Door) -> Info {
    Info {
        url: format!("http://{address}"),
        ping_interval: config.heartbeat.interval.as_millis(),
        ping_timeout: config.heartbeat.timeout.as_millis(),
        is_clustered: config.redis.is_some(),
        sessions: door.sessions(),
        departures: door.departures.list(),
    }
}

fn alone(config: &Config, stopped: oneshot::Receiver<()>) -> Router {
    let (layer, io) = builder(config).build_layer();
    io.ns("/", chatters(chat::welcome::<LocalAdapter>));
    io.ns("/admin", admins(async || {}));
    routes(layer, io, stopped)
}

/// The chat, where `handler` runs once a client has heard that it is in.
fn chatters<A: Adapter, T: Send + Sync + 'static>(
    handler: impl ConnectHandler<A, T>,
) -> impl ConnectHandler<A, T> {
    handler.with(chat::admit::<A>)
}

/// Those who know the password, which is asked for first.
fn admins<A: Adapter, T: Send + Sync + 'static>(
    handler: impl ConnectHandler<A, T>,
) -> impl ConnectHandler<A, T> {
    handler.with(admin::admit::<A>).with(admin::check)
}

fn builder(config: &Config) -> SocketIoBuilder {
    let Config { heartbeat, limits, .. } = config;
    let parser = ParserConfig::common()
        .max_incoming_binary_buf_size(limits.payload)
        .max_incoming_binaries(MOST_ATTACHMENTS)
        .packet_completion_timeout(Duration::from_secs(10));
    SocketIo::builder()
        .req_path(PATH)
        .ping_interval(heartbeat.interval)
        .ping_timeout(heartbeat.timeout)
        // So long also does a session keep its place that ended without a CONNECT.
        .connect_timeout(Duration::from_secs(5))
        .upgrade_timeout(Duration::from_secs(5))
        .max_buffer_size(limits.packets)
        .max_payload(limits.payload as u64)
        .ws_max_message_size(limits.payload)
        .ws_max_frame_size(limits.payload)
        .with_parser(parser)
}

/// The server's routes, until `stopped`.
fn routes<A: Adapter>(layer: SocketIoLayer<A>, io: SocketIo<A>, stopped: oneshot::Receiver<()>) -> Router {
    tokio::spawn(async move {
        // Nothing is ever sent: the other end is dropped.
        let _ = stopped.await;
        io.close().await;
    });
    Router::new().route("/", get(async || HINT)).layer(layer)
}

const HINT: &str = "This is the workbook's Socket.IO server. It answers Socket.IO clients, at /socket.io/\n";

#[cfg(test)]
mod tests {
    use std::future::ready;
    use std::sync::{Mutex, mpsc};

    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::connect_async;
    use tokio_tungstenite::tungstenite::Message;

    use super::*;

    /// Long enough for a busy machine; only a failure waits so long.
    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn what_is_asked_before_the_handler_ran_is_answered() {
        // Both handlers wait for this to be dropped: the moment after CONNECT, drawn out.
        let (later, wait) = mpsc::channel::<()>();
        let wait = Arc::new(Mutex::new(wait));
        let late = move || {
            // Not what keeps CONNECT from being sent.
            tokio::task::block_in_place(|| wait.lock().unwrap().recv().unwrap_err());
            ready(())
        };
        let (layer, io) = builder(&Config::default()).build_layer();
        io.ns("/", chatters(late.clone()));
        io.ns("/admin", admins(late));
        let (_stop, stopped) = oneshot::channel();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("ws://{}{PATH}/?EIO=4&transport=websocket", listener.local_addr().unwrap());
        tokio::spawn(axum::serve(listener, routes(layer, io, stopped)).into_future());

        for (connect, entered, ask, answer) in [
            ("40", "40{", "420[\"echo\",\"ping\"]", "430[\"ping\"]"),
            (
                "40/admin,{\"password\":\"wirebook\"}",
                "40/admin,{",
                "42/admin,0[\"clients\"]",
                "43/admin,0[{\"clients\":",
            ),
        ] {
            let (mut socket, _) = connect_async(&url).await.unwrap();
            socket.send(Message::text(connect)).await.unwrap();
            hear(&mut socket, entered).await;
            socket.send(Message::text(ask)).await.unwrap();
            hear(&mut socket, answer).await;
        }
        drop(later);
    }

    async fn hear<S>(socket: &mut S, wanted: &str)
    where
        S: StreamExt<Item = Result<Message, tokio_tungstenite::tungstenite::Error>> + Unpin,
    {
        let heard = async {
            while let Some(message) = socket.next().await {
                if message.unwrap().into_text().unwrap().starts_with(wanted) {
                    return true;
                }
            }
            false
        };
        assert!(tokio::time::timeout(PATIENCE, heard).await.expect(wanted), "the end, before {wanted}");
    }
}
