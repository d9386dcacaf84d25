//! `wirebook serve`.

use anyhow::Result;

use super::FINE;

/// serve
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(_: &Args) -> Result<u8> {
    Ok(FINE)
}
