//! The flags that all examples share.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::{Random, Screen, Show, Tap};

/// Flatten these into an example's own flags: `#[command(flatten)] tap: tap::Options`.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Options {
    /// Print one JSON object per packet and nothing else
    #[arg(long)]
    pub json: bool,

    /// Print one line per packet, without its fields
    #[arg(long, short, conflicts_with = "json")]
    pub quiet: bool,

    /// Also write the packets to FILE, for Wireshark (pcapng)
    #[arg(long, value_name = "FILE")]
    pub pcap: Option<PathBuf>,

    /// Make random ids repeatable: the same N gives the same ids
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

impl Options {
    /// A tap that shows what these options ask for. Where a capture is to be written, its file is made now:
    /// a path that cannot be written should not cost a whole run.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub fn start(&self, password: Option<&str>) -> io::Result<Tap> {
        if let Some(path) = &self.pcap {
            File::create(path).map_err(|error| cannot_write(path, &error))?;
        }
        let show = match (self.json, self.quiet) {
            (true, _) => Show::Json,
            (_, true) => Show::Lines,
            _ => Show::Fields,
        };
        Ok(Tap::shown_on(Screen::stdout(show, password)))
    }

    /// Where random ids come from.
    #[must_use]
    pub fn random(&self) -> Random {
        Random::new(self.seed)
    }

    /// Draws the whole exchange, and writes the capture where one is asked for.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn finish(&self, tap: &Tap) -> io::Result<()> {
        tap.draw();
        self.save(tap)
    }

    /// Writes the capture where one is asked for, as [`Options::finish`] does, and draws nothing.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub fn save(&self, tap: &Tap) -> io::Result<()> {
        let Some(path) = &self.pcap else { return Ok(()) };
        let trace = tap.trace();
        let write = || trace.write_pcapng(&mut io::BufWriter::new(File::create(path)?));
        write().map_err(|error| cannot_write(path, &error))?;
        let dropped = match tap.dropped() {
            0 => String::new(),
            more => format!(" ({more} more found no room)"),
        };
        tap.tell(&format!("{} packets written to {}{dropped}", trace.events.len(), path.display()));
        Ok(())
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> io::Error {
    let text = format!("cannot write the capture to {}: {error}; name another file", path.display());
    io::Error::new(error.kind(), text)
}
