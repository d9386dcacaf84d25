//! `wirebook preprocess`: what a stock `mdbook build` calls, as book.toml says.

use std::io::{self, Write};
use std::rc::Rc;

use anyhow::{Context, Result};
use clap::Subcommand;
use mdbook_preprocessor::{Preprocessor, parse_input};

use super::{FAILED, FINE};
use crate::book::{Broken, build_with, preprocess::Directives};
use crate::workbook::Workbook;

/// Expand the book's directives for `mdbook build`, which calls this
#[derive(Debug, clap::Args)]
#[command(after_help = "Example, in book.toml:\n  [preprocessor.wirebook]\n  \
    command = \"cargo run --quiet -- preprocess\"\n  before = [\"links\"]")]
pub(super) struct Args {
    #[command(subcommand)]
    question: Option<Question>,
}

#[derive(Debug, Subcommand)]
enum Question {
    /// Exits with 0 if pages for this renderer can be made, else with 1
    Supports {
        /// html
        renderer: String,
    },
}

pub(super) fn run(args: &Args) -> Result<u8> {
    match &args.question {
        Some(Question::Supports { renderer }) => Ok(if renderer == "html" { FINE } else { FAILED }),
        None => expand(),
    }
}

fn expand() -> Result<u8> {
    let (context, book) = parse_input(io::stdin())
        .context("expected the book as JSON on stdin: this command is for mdbook; use `wirebook build`")?;
    // mdBook goes on where a link is dead; so the whole book is built and checked here, and then once more there.
    if let Err(broken) = build_with(&Workbook::at(&context.root), context.config.clone()) {
        return report(&broken);
    }
    let mistakes = Rc::default();
    let book = Directives { mistakes: Rc::clone(&mistakes) }.run(&context, book)?;
    let problems = mistakes.take().problems;
    if !problems.is_empty() {
        return report(&Broken::Pages(problems));
    }
    let mut out = io::stdout().lock();
    serde_json::to_writer(&mut out, &book)?;
    out.flush()?;
    Ok(FINE)
}

fn report(broken: &Broken) -> Result<u8> {
    eprintln!("{broken}");
    Ok(FAILED)
}
