//! SDP: what do we agree on?
//!
//! Without arguments both ends run here, on loopback: ping offers, pong answers. The
//! parts:
//!
//! - `peer`: an offer, and an answer to one, by the crate `webrtc`
//! - `media`: what each end can send and receive
//! - `http`: carries an offer there, and the answer back
//! - `story`: both ends on loopback
//! - `outside`: the same offer to any peer that answers over HTTP
//! - `explain`: a description line by line, also one from a file

mod explain;
mod http;
mod media;
mod outside;
mod peer;
mod story;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

use http::Target;
use media::Media;

/// Makes an offer and an answer, and explains them line by line: RFC 8866, as WebRTC
/// uses it (RFC 9429).
///
/// Without --offer-to or --file, both ends run on loopback.
#[derive(Debug, Parser)]
#[command(name = "sdp", after_help = EXAMPLES)]
struct Args {
    /// What to offer
    #[arg(long, value_enum, default_value_t = Media::AudioVideo)]
    media: Media,

    /// Offer it to a peer that answers over HTTP: POST, JSON of sdp and type
    #[arg(long, value_name = "URL", conflicts_with = "file")]
    offer_to: Option<Target>,

    /// Give up after so many seconds without an answer
    #[arg(long, value_name = "SECONDS", requires = "offer_to", default_value = "10", value_parser = seconds)]
    timeout: Duration,

    /// Explain the description in FILE instead, or in standard input (-)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["media", "pcap", "seed"])]
    file: Option<PathBuf>,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example sdp
  cargo run --example sdp -- --media simulcast --pcap sdp.pcapng
  cargo run --example sdp -- --file offer.sdp
  cargo run --example sdp -- --offer-to http://127.0.0.1:8080/offer
    where `cargo run --example webrtc -- --answer 127.0.0.1:8080` listens

Exit codes: 0 fine, 1 no answer, or an error in the description of --file,
2 wrong usage or an address or file that cannot be used";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if error.is::<http::NoAnswer>() { 1 } else { 2 })
        }
    }
}

async fn run(args: &Args) -> Result<ExitCode> {
    if let Some(file) = &args.file {
        return explain::file(file, &args.tap);
    }
    let tap = args.tap.start(None)?;
    let random = args.tap.random();
    let result = match &args.offer_to {
        Some(target) => {
            outside::offer(target, args.media, args.timeout, &tap, random).await
        }
        None => story::tell(args.media, &tap, random).await,
    };
    args.tap.finish(&tap)?; // what went wrong is worth a capture too
    result.map(|()| ExitCode::SUCCESS)
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds =
        text.parse().ok().filter(|seconds: &f64| (0.1..=3600.0).contains(seconds));
    seconds
        .map(Duration::from_secs_f64)
        .ok_or_else(|| "expected 0.1 to 3600 seconds, such as 5".to_owned())
}
