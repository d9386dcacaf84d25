//! WebRTC: how do two browsers meet?
//!
//! Without arguments two peers call each other here, on loopback, and every packet
//! is shown, decrypted. The parts:
//!
//! - `peer`: one end of a call, by the crate `webrtc`
//! - `signaling`: how the two find each other
//! - `story`: the call, step by step
//! - `keys`: what Wireshark needs to look inside

mod keys;
mod peer;
mod signaling;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use keys::KeyLogs;

/// Two peers call each other, packet by packet.
#[derive(Debug, Parser)]
#[command(name = "webrtc", after_help = EXAMPLES)]
struct Args {
    /// Also write the keys of each DTLS handshake to FILE, for Wireshark
    #[arg(long, value_name = "FILE")]
    keylog: Option<PathBuf>,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
A capture has its keys inside, and beside it, in FILE.keylog. --seed repeats the names and
passwords of ICE; everything else is drawn anew.

Examples:
  cargo run --example webrtc
  cargo run --example webrtc -- --pcap webrtc.pcapng

Exit codes: 0 fine, 1 no answer, 2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

async fn run(args: &Args) -> Result<()> {
    let tap = args.tap.start(None)?;
    let keys = KeyLogs::create(args.keylog.as_deref(), args.tap.pcap.as_deref())?;
    let result =
        story::tell(&tap, keys, args.tap.seed.map(|_| args.tap.random())).await;
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result
}
