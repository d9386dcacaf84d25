//! `wirebook solution`.

use std::fs;

use anyhow::{Context, Result};

use super::{FAILED, FINE};
use crate::course::{Course, State, command, style};

/// Show our solution, once yours passes
#[derive(Debug, clap::Args)]
#[command(after_help = "Example: wirebook solution stun::xor_address

Exit codes: 0 shown, 1 your answer does not pass yet, 2 no exercise of that name")]
pub(super) struct Args {
    /// stun::xor_address, xor_address, or the path of its file
    name: String,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let course = Course::open()?;
    let exercise = course.find(&args.name)?;
    let report = course.check(exercise)?;
    if report.state == State::Passed {
        let path = course.workbook().exercises().join("solutions").join(exercise.file());
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        put!("{text}");
        return Ok(FINE);
    }
    let style = style();
    putln!("{} {}", style.strong(&exercise.id), style.open("SOLUTION CLOSED"));
    let why = match report.state {
        State::NotYet => {
            "it opens when your own answer passes, so that there is something to compare it with"
        }
        _ => "it opens when your own answer passes, and you are on the way",
    };
    put!(
        "{}{}{}{}",
        style.field("why", why),
        style.field("now", &format!("exercises/{}: {}", exercise.file(), report.state.word())),
        style.field("see", &format!("{} check {}", command(), exercise.id)),
        style.field("or", &format!("{} hint {}", command(), exercise.id)),
    );
    Ok(FAILED)
}
