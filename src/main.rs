//! The `wirebook` program: see [`wirebook::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    wirebook::cli::run()
}
