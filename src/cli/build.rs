//! `wirebook build`.

use anyhow::Result;

use super::FINE;

/// build
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> Result<u8> {
    Ok(FINE)
}
