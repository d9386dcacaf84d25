//! WebSocket: who may speak, and when?
//!
//! Without arguments both ends run here, on loopback, and show what they say to
//! each other. The parts:
//!
//! - `by_hand`: handshake and frames, with nothing but a stream of bytes
//! - `response`: what a server answers to the handshake, checked
//! - `library`: the same by `tokio-tungstenite`
//! - `server`: sends every message back
//! - `story`: both ends on loopback
//! - `mistakes`: one rule broken on each connection
//! - `connect`: the same client against any server, at a `target`, over `tls`

mod by_hand;
mod connect;
mod library;
mod mistakes;
mod response;
mod server;
mod story;
mod target;
mod tls;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use tap::Tap;

use target::Target;

/// Opens a WebSocket and says "ping": RFC 6455, byte by byte.
///
/// Without --connect or --listen, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "websocket", after_help = EXAMPLES)]
struct Args {
    /// Talk to a server: ws://HOST:PORT/PATH, or wss:// for TLS
    #[arg(long, value_name = "URL", conflicts_with = "listen")]
    connect: Option<Target>,

    /// What to say to it
    #[arg(long, value_name = "TEXT", requires = "connect", default_value = "ping")]
    message: String,

    /// Give up after so many seconds without an answer
    #[arg(long, value_name = "SECONDS", requires = "connect", default_value = "10", value_parser = seconds)]
    timeout: Duration,

    /// Be a server at ADDR, until Ctrl-C: every message comes back
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// On loopback: break a rule on each of twelve connections, and see what the
    /// server says
    #[arg(long, conflicts_with_all = ["connect", "listen"])]
    mistakes: bool,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example websocket
  cargo run --example websocket -- --pcap websocket.pcapng
  cargo run --example websocket -- --mistakes
  cargo run --example websocket -- --listen 127.0.0.1:9001
  cargo run --example websocket -- --connect ws://127.0.0.1:9001/ --message hello

Exit codes: 0 fine, 1 no server or no WebSocket there, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<connect::NoAnswer>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let tap = args.tap.start(None)?;
    let random = args.tap.random();
    let result = match (&args.connect, args.listen) {
        (Some(target), _) => {
            let question = connect::Question {
                target,
                message: &args.message,
                patience: args.timeout,
            };
            connect::connect(&question, &tap, random).await
        }
        (None, Some(address)) => listen(address, &tap).await,
        (None, None) if args.mistakes => mistakes::make(&tap, random).await,
        (None, None) => story::tell(&tap, random).await,
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}

async fn listen(address: SocketAddr, tap: &Tap) -> Result<()> {
    let server = server::Server::bind(address, tap).await?;
    tap.tell(&format!("Listening at {}. Ctrl-C ends it.", server.address()));
    tokio::select! {
        () = server.serve() => Ok(()),
        end = tokio::signal::ctrl_c() => end.context("cannot wait for Ctrl-C"),
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds =
        text.parse().ok().filter(|seconds: &f64| (0.1..=3600.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected 0.1 to 3600 seconds, such as 5".to_owned())
}
