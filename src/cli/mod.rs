//! The command line: what each command takes, and what it exits with.

/// `print!` panics where nobody reads anymore, as in `wirebook list | head -1`. This gives an error, which
/// [`run`] takes for a good end.
macro_rules! put {
    ($($part:tt)*) => { std::io::Write::write_fmt(&mut std::io::stdout(), format_args!($($part)*))? };
}
macro_rules! putln {
    ($($part:tt)*) => { put!("{}\n", format_args!($($part)*)) };
}

mod build;
mod check;
mod completions;
mod diff;
mod hint;
mod inspect;
mod list;
mod preprocess;
mod progress;
mod sdp;
mod serve;
mod solution;
mod standing;
mod terminal;
mod watch;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

/// Nothing is wrong.
const FINE: u8 = 0;
/// Something failed a check: an exercise, a book that does not build.
const FAILED: u8 = 1;
/// The command was wrong, or what it named could not be read.
const USAGE: u8 = 2;

/// A workbook for the real-time web: read it, run it, break it, prove it
///
/// Without a command: serve.
#[derive(Debug, Parser)]
#[command(name = "wirebook", version, after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_CODES: &str = "Exit codes: 0 fine, 1 something failed a check, 2 wrong usage or unreadable input";

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Args),
    Build(build::Args),
    Preprocess(preprocess::Args),
    Inspect(inspect::Args),
    Diff(diff::Args),
    Check(check::Args),
    Watch(watch::Args),
    Hint(hint::Args),
    Solution(solution::Args),
    Progress(standing::Args),
    List(list::Args),
    Completions(completions::Args),
}

/// Parses the command line, does what it says, and gives the exit code.
#[must_use]
pub fn run() -> ExitCode {
    // clap prints usage errors itself, and exits with 2.
    let cli = Cli::parse();
    let code = carry_out(cli.command.unwrap_or_else(|| Command::Serve(serve::Args::default())));
    ExitCode::from(code.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            return FINE;
        }
        eprintln!("error: {}", lines(&format!("{error:#}")));
        USAGE
    }))
}

/// Whether whoever reads has had enough.
fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}

/// The same lines, with what a terminal would obey spelled out: an error repeats what it was given, and a mistake what
/// the page says.
fn lines(text: &str) -> String {
    text.split('\n').map(wire::render::plain).collect::<Vec<_>>().join("\n")
}

fn carry_out(command: Command) -> Result<u8> {
    match command {
        Command::Serve(args) => serve::run(&args),
        Command::Build(args) => build::run(&args),
        Command::Preprocess(args) => preprocess::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Hint(args) => hint::run(&args),
        Command::Solution(args) => solution::run(&args),
        Command::Progress(args) => standing::run(&args),
        Command::List(args) => list::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}
