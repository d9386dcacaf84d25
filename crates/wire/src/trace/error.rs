//! Why a file is no capture.

use thiserror::Error;

/// Why a file could not be read at all.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The first bytes are not those of a capture.
    #[error(
        "expected a capture: pcapng begins with 0a 0d 0d 0a, pcap with a1 b2 c3 d4 in either order; \
         found {found} at offset 0. {hint}"
    )]
    NotACapture {
        /// The first bytes in hex.
        found: String,
        /// What to do about it.
        hint: &'static str,
    },
    /// The file ends inside its first header.
    #[error(
        "expected a {format} file header of {expected} bytes at offset 0, found {found} bytes in all: \
         the file was cut short; copy or capture it again"
    )]
    TooShort {
        /// The format that the first bytes are of.
        format: &'static str,
        /// The length of its header.
        expected: usize,
        /// The length of the file.
        found: usize,
    },
    /// A pcapng section header of another version.
    #[error(
        "expected pcapng version 1 at offset 12, found version {found}; \
         convert the file with `editcap -F pcapng IN OUT`"
    )]
    Version {
        /// The Major Version field.
        found: u16,
    },
}

impl ReadError {
    pub(super) fn not_a_capture(bytes: &[u8]) -> Self {
        let found: Vec<String> = bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let hint = match bytes {
            [] => "The file is empty: did the capture run, and as root?",
            [0x1f, 0x8b, ..] => "This is gzip: unpack it first with `gunzip`.",
            [0x0a, 0x0d, 0x0d, 0x0a, ..] => {
                "This is how pcapng begins, but the byte-order magic 1a 2b 3c 4d is not at offset 8: \
                 the file is damaged or was copied as text."
            }
            _ => "If another tool wrote it, `editcap -F pcapng IN OUT` may convert it.",
        };
        let found = if found.is_empty() { "nothing".to_owned() } else { found.join(" ") };
        ReadError::NotACapture { found, hint }
    }
}
