//! `wirebook diff`: two session descriptions side by side.

use std::io::{self, IsTerminal};

use anyhow::{Result, bail};
use wire::render::text::Style;

use super::sdp::{self, Source};
use super::terminal;

/// Show an offer and its answer side by side: what was accepted, refused or changed, and why
///
/// Two descriptions of one side, known by their o= lines, are compared as versions: there an ICE restart shows.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wirebook diff offer.sdp answer.sdp
  wirebook diff first-offer.sdp second-offer.sdp     an ICE restart, a new m= section
  wirebook diff --json offer.json answer.json        as JSON.stringify(pc.localDescription) gives them

Exit codes: 0 the second may follow the first, 1 it may not, 2 one cannot be read")]
pub(super) struct Args {
    /// The offer, or the first version; `-` for standard input
    #[arg(value_name = "OFFER")]
    before: String,
    /// The answer, or the second version
    #[arg(value_name = "ANSWER")]
    after: String,
    /// For a program: one object with all rows and findings
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if args.before == "-" && args.after == "-" {
        bail!("standard input can be one of the two: give the path of the other");
    }
    let (before, after) = (Source::read(&args.before)?, Source::read(&args.after)?);
    let style = Style { color: terminal::color(io::stdout().is_terminal()), width: terminal::width() };
    sdp::compare(&before, &after, args.json, style)
}
