//! ICE: which way do we meet?
//!
//! Two real agents, those of the `webrtc` crate, behind any two NATs. The network
//! between them is simulated, and so is time. The parts:
//!
//! - `setting`: what stands where, and what is to happen
//! - `story`: tells it in order
//! - `candidates`: addresses, and what their priorities are made of
//! - `checklist`: the pairs, and how they fared
//! - `packets`: each packet, and its way through the NATs
//! - `why`: why the pair that won did, or why none did
//! - `matrix`: eleven edges, each with each

mod candidates;
mod checklist;
mod matrix;
mod packets;
mod setting;
mod story;
mod why;

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;

/// Lets two ICE agents meet (RFC 8445), through any two NATs.
///
/// NAME is none, blocked, firewall, full-cone, restricted-cone, port-restricted-cone,
/// symmetric; or a mapping (eim, adm, apdm: endpoint-independent, address-dependent,
/// address and port-dependent) and a filtering (eif, adf, apdf), such as eim-apdf; or
/// two NATs, one behind the other, such as eim-apdf+apdm-apdf.
#[derive(Debug, Parser)]
#[command(name = "ice", after_help = EXAMPLES)]
struct Args {
    #[command(flatten)]
    setting: setting::Options,

    /// Try eleven edges, each with each, and print a table
    #[arg(long, conflicts_with = "world")]
    matrix: bool,

    #[command(flatten)]
    tap: tap::Options,
}

const EXAMPLES: &str = "\
Examples:
  cargo run --example ice
  cargo run --example ice -- --left symmetric --right eim-apdf
  cargo run --example ice -- --loss 0.3 --seed 7
  cargo run --example ice -- --conflict --pcap ice.pcapng
  cargo run --example ice -- --matrix

Exit codes: 0 the story came to its end, also where the two do not meet,
1 it was stopped before, 2 wrong usage or a file that cannot be written";

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<ExitCode> {
    let tap = args.tap.start(None)?;
    let mut random = args.tap.random();
    let seed = args.tap.seed.unwrap_or_else(|| u64::from_be_bytes(random.bytes()));
    let ended = if args.matrix {
        matrix::tell(seed, &tap)?
    } else {
        story::tell(&args.setting.setting(seed), &args.tap, &tap)?
    };
    args.tap.save(&tap)?;
    Ok(if ended { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
