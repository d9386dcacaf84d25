//! What maintainers run: `cargo xtask`.

mod rfc5769;
mod traces;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// What maintainers of the workbook run.
#[derive(Debug, Parser)]
#[command(name = "xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Traces(traces::Args),
}

fn main() -> Result<()> {
    match Cli::parse().command {
        Command::Traces(args) => traces::run(&args),
    }
}
