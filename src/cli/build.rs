//! `wirebook build`.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;

use super::{FAILED, FINE};
use crate::book::{self, Broken, Built};
use crate::workbook::Workbook;

/// Build the book into a folder of plain files
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: wirebook build --dest-dir /tmp/wirebook\n\n\
    Fails with exit code 1, and builds nothing, if a page has a mistake.")]
pub(super) struct Args {
    /// Where to [default: target/book]
    #[arg(long, short, value_name = "DIR")]
    dest_dir: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let workbook = Workbook::find()?;
    let dest = match &args.dest_dir {
        Some(dest) => std::path::absolute(dest)?,
        None => workbook.root().join("target/book"),
    };
    book::ensure_replaceable(&workbook, &dest)?;
    let start = Instant::now();
    match built(&workbook) {
        Ok(book) => {
            let pages = book.site.pages().count();
            book.install(&workbook, &dest)?;
            let seconds = start.elapsed().as_secs_f64();
            eprintln!("Built {pages} pages in {seconds:.1} s");
            putln!("{}", dest.join("index.html").display());
            Ok(FINE)
        }
        Err(broken) => {
            eprintln!("{}", super::lines(&broken.to_string()));
            Ok(FAILED)
        }
    }
}

/// Builds, and shows on a terminal that something is going on.
pub(super) fn built(workbook: &Workbook) -> Result<Built, Broken> {
    let spinner = indicatif::ProgressBar::new_spinner().with_message("building the book");
    spinner.enable_steady_tick(std::time::Duration::from_millis(100));
    let result = book::build(workbook);
    spinner.finish_and_clear();
    result
}
