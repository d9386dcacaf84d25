//! STUN: what does the world see of me?
//!
//! Without arguments both ends run here, on loopback, and show what they say to
//! each other. The parts:
//!
//! - `message`: messages and attributes, by the crate `stun_codec`
//! - `client`: builds a request and repeats it until it is answered
//! - `server`: answers
//! - `story`: six questions and their answers, on loopback
//! - `ask`: the same client against a real server
//! - `behavior`: how a NAT maps and filters

mod ask;
mod behavior;
mod client;
mod message;
mod server;
mod story;

use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use tap::Tap;

/// Asks a STUN server from which address it is seen: RFC 8489, packet by packet.
///
/// Without --server or --listen, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "stun", after_help = EXAMPLES)]
struct Args {
    /// Ask a real server: HOST or HOST:PORT (3478 unless given)
    #[arg(long, value_name = "HOST", conflicts_with = "listen")]
    server: Option<String>,

    /// Give up after so many seconds without an answer
    #[arg(long, value_name = "SECONDS", requires = "server", default_value = "39.5", value_parser = seconds)]
    timeout: Duration,

    /// Be a server at ADDR, until Ctrl-C
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,

    /// The server's second address and port, for CHANGE-REQUEST; both must differ
    /// from the first
    #[arg(long, value_name = "ADDR", requires = "listen")]
    alternate: Option<SocketAddr>,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example stun
  cargo run --example stun -- --pcap stun.pcapng
  cargo run --example stun -- --listen 127.0.0.1:3478 --alternate 127.0.0.2:3479
  cargo run --example stun -- --server 127.0.0.1

Exit codes: 0 fine, 1 no answer, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<ask::NoAnswer>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let tap = args.tap.start(Some(message::PASSWORD))?;
    let random = args.tap.random();
    let result = match (&args.server, args.listen) {
        (Some(server), _) => ask::ask(server, args.timeout, &tap, random).await,
        (None, Some(address)) => listen(address, args.alternate, &tap).await,
        (None, None) => story::tell(&tap, random).await,
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}

async fn listen(
    address: SocketAddr,
    alternate: Option<SocketAddr>,
    tap: &Tap,
) -> Result<()> {
    if let Some(other) = alternate {
        ensure!(
            address.ip() != other.ip()
                && (address.port() != other.port() || address.port() == 0),
            "--alternate {other} must differ from --listen {address} in address and in port"
        );
        ensure!(
            address.is_ipv4() == other.is_ipv4()
                && !address.ip().is_unspecified()
                && !other.ip().is_unspecified(),
            "--listen {address} and --alternate {other} must be two addresses of this machine, both IPv4 or both IPv6"
        );
    }
    let server =
        server::Server::bind(address, alternate, tap).await.with_context(|| {
            format!(
                "cannot listen at {address}; is the port taken? Port 0 takes any"
            )
        })?;
    let and =
        server.alternate().map_or(String::new(), |other| format!(" and {other}"));
    tap.tell(&format!("Listening at {}{and}. Ctrl-C ends it.", server.address()));
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
