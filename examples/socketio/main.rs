//! Socket.IO: what does it add to WebSocket?
//!
//! Without arguments both ends run here, on loopback, and show what they say to each
//! other. The parts:
//!
//! - `by_hand`: a session opened, upgraded and joined, step by step
//! - `chat`: ping and pong talk, with all that Socket.IO adds
//! - `heartbeat`: who is silent is gone
//! - `stage`: what these three need beside their words
//! - `engine`, `transport`: Engine.IO, over HTTP and over a WebSocket
//! - `packet`, `client`: Socket.IO, the client's side
//! - `record`: how connections are recorded
//! - `server`: the chat, by the crate `socketioxide`
//! - `visit`: the same client at anybody's server

mod by_hand;
mod chat;
mod client;
mod engine;
mod failure;
mod heartbeat;
mod http;
mod packet;
mod record;
mod server;
mod stage;
mod transport;
mod visit;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use serde_json::Value;
use tap::Tap;

use crate::failure::Failure;
use crate::record::Record;
use crate::server::{Server, USUAL};
use crate::transport::Ways;

/// Talks Socket.IO, and peels each packet: HTTP, WebSocket, Engine.IO, Socket.IO.
///
/// Without --connect or --listen, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "socketio", after_help = EXAMPLES)]
struct Args {
    /// Be a client of any Socket.IO server: http://HOST[:PORT][/NAMESPACE]
    #[arg(long, value_name = "URL", conflicts_with = "listen")]
    connect: Option<String>,

    #[command(flatten)]
    visit: Visit,

    /// Serve the chat at ADDR, until Ctrl-C
    #[arg(long, value_name = "ADDR", conflicts_with = "transport")]
    listen: Option<SocketAddr>,

    /// Use only this transport [default: polling first, then an upgrade]
    #[arg(long, value_name = "WAY")]
    transport: Option<Ways>,

    #[command(flatten)]
    tap: tap::Options,
}

/// What to do at a server.
#[derive(Debug, clap::Args)]
struct Visit {
    /// Where the server has Socket.IO
    #[arg(long, requires = "connect", default_value = "/socket.io/")]
    path: String,

    /// What to say with CONNECT
    #[arg(long, requires = "connect", value_parser = json, default_value = r#"{"name":"ping"}"#)]
    auth: Value,

    /// Emit this: a JSON array, the event's name first. May be repeated
    #[arg(long, value_name = "JSON", requires = "connect", value_parser = event)]
    emit: Vec<Vec<Value>>,

    /// Likewise, and wait for the acknowledgement
    #[arg(long, value_name = "JSON", requires = "connect", value_parser = event)]
    ask: Vec<Vec<Value>>,

    /// Ask with a file's bytes as the last argument of what --ask would ask
    #[arg(long, value_names = ["JSON", "FILE"], requires = "connect", num_args = 2)]
    ask_with_file: Vec<String>,

    /// Connect again so often, in a row, when the connection is lost
    #[arg(long, value_name = "TIMES", requires = "connect", default_value = "5")]
    reconnect: u32,

    /// Stay so many seconds when all is said, or else until standard input ends
    #[arg(long, value_name = "SECONDS", requires = "connect", value_parser = seconds)]
    stay: Option<Duration>,
}

const EXAMPLES: &str = r#"Examples:
  cargo run --example socketio
  cargo run --example socketio -- --quiet --transport polling
  cargo run --example socketio -- --pcap socketio.pcapng
  cargo run --example socketio -- --listen 127.0.0.1:3000
  cargo run --example socketio -- --connect http://127.0.0.1:3000 --ask '["join","lobby"]'

With --connect, a line of standard input that is a JSON array is emitted.
--seed repeats WebSocket keys and waits; session ids and masking keys are drawn by the crates.

Exit codes: 0 fine, 1 the server is not there, is none of Socket.IO, refuses or falls silent,
2 wrong usage or an address or file that cannot be used"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Failure>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let tap = args.tap.start(None)?;
    let random = args.tap.random();
    let result = match (&args.connect, args.listen) {
        (Some(url), _) => {
            visit::visit(url, &args.visit, args.transport, &tap, random).await
        }
        (None, Some(address)) => listen(address, &tap).await,
        (None, None) => story(args.transport, &tap, random).await,
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}

/// Both ends on loopback.
async fn story(ways: Option<Ways>, tap: &Tap, random: tap::Random) -> Result<()> {
    let record = Record { tap: tap.clone(), both_ends: true };
    let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
    // The port that the documentation of Socket.IO uses, where it is free.
    let server = match Server::bind(here(3000), USUAL, &record).await {
        Ok(server) => server,
        Err(_) => Server::bind(here(0), USUAL, &record).await?,
    };
    let address = server.address()?;
    tap.name(address, "server");
    tokio::spawn(server.serve());
    by_hand::tell(ways, address, &record, random.clone()).await?;
    chat::tell(ways, address, &record, random.clone()).await?;
    heartbeat::tell(&record, random).await
}

async fn listen(address: SocketAddr, tap: &Tap) -> Result<()> {
    let record = Record { tap: tap.clone(), both_ends: false };
    let server = Server::bind(address, USUAL, &record).await?;
    tap.name(server.address()?, "server");
    tap.tell(&format!(
        "Listening at http://{} . Ctrl-C ends it.",
        server.address()?
    ));
    tokio::select! {
        () = server.serve() => Ok(()),
        end = tokio::signal::ctrl_c() => end.context("cannot wait for Ctrl-C"),
    }
}

fn json(text: &str) -> Result<Value, String> {
    serde_json::from_str(text).map_err(|why| format!("expected JSON: {why}"))
}

fn event(text: &str) -> Result<Vec<Value>, String> {
    match json(text)? {
        Value::Array(event) if event.first().is_some_and(Value::is_string) => Ok(event),
        _ => Err(r#"expected an array, the event's name first, such as ["say","lobby","hello"]"#.to_owned()),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds =
        text.parse().ok().filter(|seconds: &f64| (0.0..=3600.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected 0 to 3600 seconds, such as 5".to_owned())
}
