//! WebRTC: how do two browsers meet?
//!
//! Without arguments two peers call each other here, on loopback, and every packet
//! is shown, decrypted. The parts:
//!
//! - `peer`: one end of a call, by the crate `webrtc`
//! - `signaling`: how the two find each other
//! - `story`: the call, step by step
//! - `server`: a page that calls, and whoever else offers a call
//! - `echo`: a call that is answered; `media`: its sound and pictures
//! - `call`: the other way round, to a `target`
//! - `keys`: what Wireshark needs to look inside

mod call;
mod echo;
mod keys;
mod media;
mod peer;
mod server;
mod signaling;
mod story;
mod target;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use clap::Parser;
use tap::Tap;
use tap::webrtc::Runtime;

use keys::KeyLogs;
use peer::Settings;
use target::Target;

/// Two peers call each other: WebRTC, packet by packet.
///
/// Without --answer or --call, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "webrtc", after_help = EXAMPLES)]
struct Args {
    /// Serve a page that calls, at ADDR, and echo all that callers send, until Ctrl-C
    #[arg(long, value_name = "ADDR", conflicts_with = "call")]
    answer: Option<SocketAddr>,

    /// Call whoever answers at URL: http://HOST:PORT/
    #[arg(long, value_name = "URL")]
    call: Option<Target>,

    /// What to say there
    #[arg(long, value_name = "TEXT", requires = "call", default_value = "ping")]
    message: String,

    /// Give up after so many seconds without the next step
    #[arg(long, value_name = "SECONDS", requires = "call", default_value = "15", value_parser = seconds)]
    timeout: Duration,

    /// Also write the keys of each DTLS handshake to FILE, for Wireshark
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
A capture (--pcap) has the keys of its calls inside, and beside it in FILE.keylog. With --answer and --call
no key is recorded without --pcap or --keylog. --seed repeats the names and passwords of ICE where both
ends are here; all else is drawn anew.

Examples:
  cargo run --example webrtc
  cargo run --example webrtc -- --pcap webrtc.pcapng
  cargo run --example webrtc -- --answer 127.0.0.1:8080
  cargo run --example webrtc -- --call http://127.0.0.1:8080/ --message hello

Exit codes: 0 fine, 1 no answer or no connection, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<call::NoAnswer>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let tap = args.tap.start(None)?;
    let keys = KeyLogs::create(args.keylog.as_deref(), args.tap.pcap.as_deref())?;
    let result = match (&args.call, args.answer) {
        (Some(target), _) => {
            let question = call::Question {
                target,
                message: &args.message,
                patience: args.timeout,
            };
            call::call(&question, &settings(args, keys, &tap)?, &tap).await
        }
        (None, Some(address)) => {
            answer(address, settings(args, keys, &tap)?, &tap).await
        }
        (None, None) => {
            let random = args.tap.seed.map(|_| args.tap.random());
            story::tell(&tap, keys, random).await
        }
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}

/// Of a call with somebody else: keys only for who asked, and of what follows the
/// first packets no more than a capture needs.
fn settings(args: &Args, keys: KeyLogs, tap: &Tap) -> Result<Settings> {
    const SHOWN: usize = 200;
    let kept = if args.tap.pcap.is_some() { usize::MAX } else { SHOWN };
    let runtime = Runtime::new(tap).at_most(SHOWN, kept);
    let keys = keys.wanted().then(|| keys.overheard(tap)).transpose()?;
    Ok(Settings { runtime, keys, passive: false, credentials: None })
}

async fn answer(address: SocketAddr, settings: Settings, tap: &Tap) -> Result<()> {
    let server = server::Server::bind(address, settings, tap).await?;
    tap.tell(&format!(
        "Answering at http://{}/ . Open it in a browser; Ctrl-C ends it.",
        server.address()
    ));
    tokio::select! {
        () = server.serve() => Err(anyhow!("the server ended")),
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
