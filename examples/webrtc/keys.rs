//! The keys of a call, for those who asked for them: files that Wireshark reads.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use rtc::crypto::RTCCryptoProvider;
use tap::Tap;

/// Key logs: a line for each DTLS handshake, as soon as its keys are made.
#[derive(Default)]
pub(crate) struct KeyLogs(Vec<File>);

impl KeyLogs {
    /// One where `keylog` says, and one beside a capture, called after it.
    pub(crate) fn create(
        keylog: Option<&Path>,
        capture: Option<&Path>,
    ) -> Result<Self> {
        let beside = capture.map(|capture| {
            PathBuf::from(
                [capture.as_os_str(), ".keylog".as_ref()]
                    .into_iter()
                    .collect::<OsString>(),
            )
        });
        let paths = keylog.map(Path::to_owned).into_iter().chain(beside);
        paths.map(|path| create(&path)).collect::<Result<_>>().map(Self)
    }

    /// Did anybody ask?
    pub(crate) fn wanted(&self) -> bool {
        !self.0.is_empty()
    }

    // ANCHOR: keys
    /// The library's own cryptography, with an ear at the place where it makes the
    /// keys of a DTLS connection.
    pub(crate) fn overheard(self, tap: &Tap) -> Result<Arc<dyn RTCCryptoProvider>> {
        let write = move |line: &str| {
            for mut file in &self.0 {
                // A full disk must not end a call.
                let _ = file.write_all(format!("{line}\n").as_bytes());
            }
        };
        tap::webrtc::keys(tap, write).context("no cryptography to listen to")
    }
    // ANCHOR_END: keys
}

/// Whoever has this file can read the call: nobody else on this machine may.
fn create(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| {
        format!("cannot write keys to {}; name another file", path.display())
    })
}
