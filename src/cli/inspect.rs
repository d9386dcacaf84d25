//! `wirebook inspect`.

use anyhow::Result;

use super::FINE;

/// inspect
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> Result<u8> {
    Ok(FINE)
}
