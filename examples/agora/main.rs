//! Agora: how do many people call at once?
//!
//! Without arguments all ends run here, on loopback: a token is made, and a channel
//! on a small SFU that asks for it. The parts:
//!
//! - `token`: what a token says, and its signature
//! - `server`: the SFU on its sockets, and the door where tokens are checked
//! - `member`: who joins; `peer`: its connections, by the crate `webrtc`
//! - `media`: what a member sends, sound and pictures that a program made up
//! - `story`: a call, step by step
//! - `refusals`: tokens that do not get in
//! - `outside`: a project of your own at Agora, and a server elsewhere

// The same job in three chapters, so the same files.
#[path = "../webrtc/keys.rs"]
mod keys;
mod media;
mod member;
mod outside;
mod peer;
mod record;
mod refusals;
mod server;
mod story;
#[path = "../websocket/target.rs"]
mod target;
mod token;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

use keys::KeyLogs;
use member::Refused;
use target::Target;
use token::App;

/// Builds an Agora token, takes it apart, and joins a channel with it.
///
/// Without --token, --server or --listen, all ends run on loopback: an SFU that asks
/// for tokens, and its members. With AGORA_APP_ID and AGORA_APP_CERTIFICATE in the
/// environment it prints a token of that project of yours instead, and sends nothing
/// anywhere.
#[derive(Debug, Parser)]
#[command(name = "agora", after_help = EXAMPLES)]
struct Args {
    /// Take this token apart and check it; with --server, join with it. `-` reads it
    /// from standard input, as process lists show arguments to everybody
    #[arg(long, value_name = "TEXT")]
    token: Option<String>,

    #[command(flatten)]
    pass: token::Options,

    /// Join the SFU at URL: another one of these, or the workbook's lab
    #[arg(long, value_name = "URL", requires = "token", conflicts_with = "listen")]
    server: Option<Target>,

    /// Be an SFU at ADDR, until Ctrl-C
    #[arg(long, value_name = "ADDR", conflicts_with = "token")]
    listen: Option<SocketAddr>,

    /// Also write the keys of each DTLS handshake to FILE, for Wireshark
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,

    /// Show each field again of packets like one before, and each line of an SDP
    #[arg(long)]
    full: bool,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
The certificate of a project is taken from the environment and from nowhere else. It signs, and checks the
signature of a --token; it is never printed, recorded or sent.

Packets like one before are shown without their fields, and of an SDP the lines that matter here; --full shows
all. A capture (--pcap) has every packet, and the keys of the call inside.

Examples:
  cargo run --example agora
  cargo run --example agora -- --quiet --pcap agora.pcapng
  cargo run --example agora -- --token 007eJx...
  cargo run --example agora -- --listen 127.0.0.1:7007
  cargo run --example agora -- --server ws://127.0.0.1:7007/ --token -
  cargo run --example agora -- --server ws://127.0.0.1:3000/labs/sfu/join --token 007eJx...
  AGORA_APP_ID=... AGORA_APP_CERTIFICATE=... cargo run --example agora -- --channel demo

Exit codes: 0 fine, 1 the token is refused, or nobody answers, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::try_parse().unwrap_or_else(|error| outside::usage(&error));
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<Refused>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let yours = outside::project()?;
    let text = args.token.as_deref().map(outside::given).transpose()?;
    let tap = args.tap.start(None)?;
    if !args.full {
        tap.shortly();
    }
    let keys = KeyLogs::create(args.keylog.as_deref(), args.tap.pcap.as_deref())?;
    let mut random = args.tap.random();
    let result = match (&text, &args.server, args.listen) {
        (Some(token), Some(target), _) => {
            outside::visit(target, token, &args.pass, keys, &tap).await
        }
        (Some(token), None, _) => {
            outside::examine(token, yours.as_ref(), &args.pass, &args.tap, &tap)
        }
        (None, _, Some(address)) => {
            let app = yours.map_or_else(|| App::drawn(&mut random), Ok)?;
            outside::listen(address, app, &args.pass, &args.tap, &tap).await
        }
        (None, _, None) => match yours {
            Some(app) => outside::real(&app, &args.pass, &args.tap, &tap),
            None => {
                let app = App::drawn(&mut random)?;
                let all = args.tap.json || args.tap.quiet;
                story::tell(&app, &args.pass, all, keys, random, &tap).await
            }
        },
    };
    args.tap.save(&tap)?; // what went wrong is worth a capture too
    result
}
