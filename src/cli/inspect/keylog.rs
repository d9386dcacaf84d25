//! A key log beside the capture, as `SSLKEYLOGFILE` names one: a line a secret, `LABEL <client random> <secret>` in hex.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, bail};
use wire::trace::Secrets;

/// So much is read: a line is some 180 bytes, and no session needs a million of them.
const LONGEST: u64 = 64 << 20;

pub(super) fn read(path: &Path) -> Result<Secrets> {
    let cannot = || format!("cannot read the key log {}", path.display());
    let mut bytes = Vec::new();
    File::open(path).with_context(cannot)?.take(LONGEST + 1).read_to_end(&mut bytes).with_context(cannot)?;
    if bytes.len() as u64 > LONGEST {
        bail!("{} has more than the {} MiB that are read of a key log", path.display(), LONGEST >> 20);
    }
    if !bytes.split(|byte| *byte == b'\n').any(is_secret) {
        bail!(
            "{} is not a TLS key log: no line of it reads `CLIENT_RANDOM`, 64 hex digits, 96 hex digits. A program writes one \
             where the variable SSLKEYLOGFILE says; of this workbook's own, pass `--keylog` to the example that made the \
             capture",
            path.display()
        );
    }
    Ok(Secrets::tls_key_log(bytes))
}

/// `CLIENT_RANDOM 0a… ff…`, or another label: TLS 1.3 has six.
fn is_secret(line: &[u8]) -> bool {
    let mut words = line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let hex = |word: &[u8]| {
        word.len() >= 64 && word.len().is_multiple_of(2) && word.iter().all(u8::is_ascii_hexdigit)
    };
    let label =
        |word: &[u8]| word.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'0'..=b'9'));
    matches!((words.next(), words.next(), words.next()), (Some(name), Some(random), Some(secret))
        if label(name) && hex(random) && hex(secret))
}
