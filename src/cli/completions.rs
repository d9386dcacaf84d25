//! `wirebook completions`: for the shell's own completion.

use std::io::Write;

use anyhow::Result;
use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, FINE};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example: wirebook completions bash > ~/.local/share/bash-completion/completions/wirebook"
)]
pub(super) struct Args {
    /// Which shell
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    // Into memory: it would panic where nobody reads.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "wirebook", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(FINE)
}
