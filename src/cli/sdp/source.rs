//! A description from a file or from standard input: as it is, or in the JSON that signaling carries it in.

use std::fs::File;
use std::io::{self, Read};

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use wire::sdp::lint::Role;

/// No description is longer; real ones have some ten thousand bytes.
const LONGEST: u64 = 1 << 20;

/// A description, and where it is from.
pub(in crate::cli) struct Source {
    /// The file, or `<stdin>`.
    pub(super) name: String,
    pub(super) text: Vec<u8>,
    /// What its JSON says that it is.
    pub(super) role: Option<Role>,
}

/// What `JSON.stringify(pc.localDescription)` gives.
#[derive(Deserialize)]
struct Signal {
    #[serde(rename = "type")]
    kind: Option<String>,
    sdp: String,
}

impl Source {
    /// Reads a file, or with `-` standard input.
    pub(in crate::cli) fn read(path: &str) -> Result<Self> {
        if path == "-" {
            return Self::of("<stdin>", io::stdin().lock());
        }
        Self::of(path, File::open(path).with_context(|| format!("cannot read {path}"))?)
    }

    fn of(name: &str, input: impl Read) -> Result<Self> {
        let mut text = Vec::new();
        input.take(LONGEST + 1).read_to_end(&mut text).with_context(|| format!("cannot read {name}"))?;
        if text.len() as u64 > LONGEST {
            bail!(
                "{name} has more than the {} MiB that a description may have: cut out the description",
                LONGEST >> 20
            );
        }
        let mut role = None;
        if text.trim_ascii_start().starts_with(b"{") {
            let signal: Signal = serde_json::from_slice(&text).with_context(|| {
                format!("{name} looks like JSON: expected {{\"type\":…,\"sdp\":…}}, as JSON.stringify(description) gives")
            })?;
            role = match signal.kind.as_deref() {
                Some("offer") => Some(Role::Offer),
                Some("answer" | "pranswer") => Some(Role::Answer),
                _ => None,
            };
            text = signal.sdp.into_bytes();
        }
        if text.trim_ascii().is_empty() {
            bail!("{name} is empty: expected a session description, which begins with v=0");
        }
        Ok(Self { name: name.to_owned(), text, role })
    }
}
