//! The App Certificate of Agora's tokens: from the environment, since arguments are seen by everybody on the machine and
//! kept by shells.

use std::env;

use anyhow::{Context, Result};
use wire::agora::Certificate;

const VARIABLE: &str = "AGORA_APP_CERTIFICATE";

/// The one that was given, if any.
pub(super) fn given() -> Result<Option<Certificate>> {
    match env::var_os(VARIABLE) {
        Some(text) if !text.is_empty() => {
            let certificate = text.to_string_lossy().trim().parse();
            certificate.map(Some).with_context(|| format!("cannot use {VARIABLE}"))
        }
        _ => Ok(None),
    }
}
