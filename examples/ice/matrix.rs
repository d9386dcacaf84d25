use anyhow::Result;
use tap::Tap;
pub(crate) fn tell(_seed: u64, _tap: &Tap) -> Result<bool> { Ok(true) }
