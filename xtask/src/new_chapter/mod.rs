//! `cargo xtask new-chapter NAME`: a chapter in which everything works and nothing is written yet.
//!
//! Files are made from `xtask/templates/`, lines are added to the lists that name chapters, and then the new
//! example records its trace, from which the page and the tests draw. What is left to write is marked
//! TO WRITE; `tests/chapters.rs` fails until it is written.

mod lists;
mod name;
mod plan;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::traces;
use name::{Name, Title};
use plan::Plan;

/// Makes a chapter: page, example, trace, exercise, tests
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask new-chapter sdp --title \"SDP: what do we agree on?\"")]
pub(crate) struct Args {
    /// What the page, the example and the exercises are called: a lowercase Rust name, such as sdp
    #[arg(value_name = "NAME")]
    name: Name,

    /// The page's heading; else the name
    #[arg(long)]
    title: Option<Title>,

    /// Write the files and run nothing; says what to run
    #[arg(long)]
    no_run: bool,
}

pub(crate) fn run(args: &Args) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the workbook")?;
    let title = args.title.clone().unwrap_or_else(|| args.name.as_title());
    let plan = Plan::draw(root, &args.name, &title)?;
    for line in plan.carry_out()? {
        println!("{line}");
    }
    format(root, &plan.rust_files());
    if !args.no_run {
        record_and_snapshot(root, &args.name).with_context(|| {
            format!("the files are written; what failed is one of\n{}", by_hand(&args.name))
        })?;
    }
    println!("{}", next_steps(&args.name, args.no_run));
    Ok(())
}

/// Lines break where rustfmt breaks them, which depends on how long the name is.
fn format(root: &Path, files: &[&Path]) {
    let done = Command::new("rustfmt").current_dir(root).args(["--edition", "2024"]).args(files).status();
    if !done.is_ok_and(|status| status.success()) {
        eprintln!("rustfmt did not run: `cargo fmt --all` will format the new files");
    }
}

/// The trace first: the page cannot be built, nor its packets compared, without it.
fn record_and_snapshot(root: &Path, name: &Name) -> Result<()> {
    println!("\nrecording traces/{name}.pcapng: cargo run --example {name}");
    traces::record(root, name.as_str(), &[], traces::SEED, &root.join(format!("traces/{name}.pcapng")))?;
    println!("taking its snapshots, and those of the exercise's verdicts: cargo test");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(root).env("INSTA_UPDATE", "unseen").env("WIREBOOK_CHAPTER", name.as_str());
    cargo.args(snapshot_arguments(name).split(' '));
    let output = cargo.output().context("cannot run cargo")?;
    let words = [output.stdout, output.stderr].concat();
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&words));
    Ok(())
}

fn snapshot_arguments(name: &Name) -> String {
    format!("test --quiet --test traces --test course -- {name}:: every_typical_mistake")
}

fn by_hand(name: &Name) -> String {
    format!(
        "  cargo xtask traces {name}\n  INSTA_UPDATE=unseen WIREBOOK_CHAPTER={name} cargo {}",
        snapshot_arguments(name)
    )
}

fn next_steps(name: &Name, no_run: bool) -> String {
    let first = if no_run { format!("\nRun first:\n{}\n", by_hand(name)) } else { String::new() };
    format!(
        "{first}
Everything builds and passes but for one test: `cargo test --test chapters` fails until the chapter is written,
and lists what is left: every line that says TO WRITE, and what the chapter does not have yet.

Next, in this order:
  1. examples/{name}/          the real protocol, with the crate that its field uses
     tests/examples/{name}.rs  what it prints, and how it fails
  2. crates/wire/            its dissector, where there is none yet (CONTRIBUTING.md: Add a dissector)
  3. the trace again:        cargo xtask traces {name}
                             INSTA_UPDATE=always cargo test --test traces {name}::
  4. book/{name}.md            `cargo run -- serve --open` shows it as it grows
     book/glossary.toml      its words; book/rfcs.toml: its RFCs
     book/SUMMARY.md         its place: it is the last one now
  5. exercises/{name}/         three or more (CONTRIBUTING.md: Add an exercise)
  6. src/labs/{name}/          its lab (CONTRIBUTING.md: Add a lab)
  7. cargo test --test chapters"
    )
}
