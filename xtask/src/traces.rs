//! `cargo xtask traces`: makes the captures that pages draw from.

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use wire::trace::Trace;

use crate::{rfc5769, websocket_deflate};

/// Makes each capture in traces/ again
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask traces --into /tmp/traces")]
pub(crate) struct Args {
    /// Write them to this folder instead
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,

    /// Only the captures of these names
    #[arg(value_name = "NAME")]
    names: Vec<String>,
}

/// How a capture comes to be.
enum Maker {
    /// An example records it, with these arguments.
    Example { name: &'static str, arguments: &'static [&'static str], seed: u64 },
    /// It is written down in this crate.
    Written(fn() -> Trace),
}

/// The seed of every capture that an example records.
pub(crate) const SEED: u64 = 1;

/// Every capture in traces/. A chapter adds a line here and one in traces/README.md.
const TRACES: &[(&str, Maker)] = &[
    // What examples record:
    ("agora", Maker::Example { name: "agora", arguments: &[], seed: SEED }),
    ("ice", Maker::Example { name: "ice", arguments: &[], seed: SEED }),
    ("ice-conflict", Maker::Example { name: "ice", arguments: &["--conflict"], seed: SEED }),
    ("matrix", Maker::Example { name: "ice", arguments: &["--matrix"], seed: SEED }),
    ("nat", Maker::Example { name: "nat", arguments: &[], seed: SEED }),
    ("webrtc", Maker::Example { name: "webrtc", arguments: &[], seed: SEED }),
    ("sdp", Maker::Example { name: "sdp", arguments: &[], seed: SEED }),
    ("sdp-data", Maker::Example { name: "sdp", arguments: &["--media", "data"], seed: SEED }),
    ("sdp-simulcast", Maker::Example { name: "sdp", arguments: &["--media", "simulcast"], seed: SEED }),
    ("sdp-refused", Maker::Example { name: "sdp", arguments: &["--media", "refused"], seed: SEED }),
    ("socketio", Maker::Example { name: "socketio", arguments: &[], seed: SEED }),
    ("websocket", Maker::Example { name: "websocket", arguments: &[], seed: SEED }),
    ("websocket-errors", Maker::Example { name: "websocket", arguments: &["--mistakes"], seed: SEED }),
    ("stun", Maker::Example { name: "stun", arguments: &[], seed: SEED }),
    // What is written down here:
    ("rfc5769", Maker::Written(rfc5769::samples)),
    ("websocket-deflate", Maker::Written(websocket_deflate::conversation)),
];

pub(crate) fn run(args: &Args) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workbook")?;
    let folder = args.into.clone().unwrap_or_else(|| root.join("traces"));
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for name in &args.names {
        let known = TRACES.iter().any(|(known, _)| known == name);
        let all = || TRACES.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
        ensure!(known, "there is no trace {name}: expected one of {}", all());
    }
    for (name, maker) in
        TRACES.iter().filter(|(name, _)| args.names.is_empty() || args.names.iter().any(|n| n == name))
    {
        let path = folder.join(name).with_extension("pcapng");
        match maker {
            Maker::Example { name, arguments, seed } => record(root, name, arguments, *seed, &path)?,
            Maker::Written(trace) => write(&trace(), &path)?,
        }
        println!("{}", path.display());
    }
    Ok(())
}

/// Runs an example with these arguments and this seed, and keeps what it recorded.
pub(crate) fn record(root: &Path, example: &str, arguments: &[&str], seed: u64, path: &Path) -> Result<()> {
    let path = std::path::absolute(path)?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).args([
        "run",
        "-q",
        "--example",
        example,
        "--",
        "--quiet",
        "--seed",
        &seed.to_string(),
    ]);
    let output = cargo.args(arguments).arg("--pcap").arg(path).output().context("cannot run cargo")?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "the example {example} failed: {words}");
    Ok(())
}

fn write(trace: &Trace, path: &Path) -> Result<()> {
    let file = File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
    trace.write_pcapng(&mut BufWriter::new(file)).with_context(|| format!("cannot write {}", path.display()))
}
