//! What maintainers run: `cargo xtask`.

mod new_chapter;
mod rfc5769;
mod traces;
mod websocket_deflate;

use std::process::ExitCode;

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
    NewChapter(new_chapter::Args),
    Traces(traces::Args),
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    match command {
        Command::NewChapter(args) => new_chapter::run(&args),
        Command::Traces(args) => traces::run(&args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_flags_of_all_commands_fit_together() {
        super::Cli::command().debug_assert();
    }
}
