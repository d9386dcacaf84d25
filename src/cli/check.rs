//! `wirebook check`.

use anyhow::Result;
use exercises::Style;

use super::{FAILED, FINE};
use crate::course::{Course, Report, State, style};

/// Check an exercise, or all of them
///
/// With a name: its verdict. Without: how each stands, and the first verdict that is not "passed".
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wirebook check                              all exercises
  wirebook check stun::xor_address            one, by its name
  wirebook check exercises/stun/xor_address.rs

Exit codes: 0 all pass, 1 one does not, 2 no exercise of that name")]
pub(super) struct Args {
    /// stun::xor_address, xor_address, or the path of its file
    name: Option<String>,
    /// For the workbook's own tests: fine only where every exercise compiles and none passes
    #[arg(long, conflicts_with = "name")]
    expect_unsolved: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let course = Course::open()?;
    if let Some(name) = &args.name {
        let report = course.check(course.find(name)?)?;
        put!("{}", report.text);
        return Ok(if report.state == State::Passed { FINE } else { FAILED });
    }
    let reports = course.check_all()?;
    let style = style();
    put!("{}", table(&reports, &style));
    if args.expect_unsolved {
        return Ok(expect_unsolved(&reports));
    }
    if let Some(first) = first_open(&reports) {
        put!("\n{}", first.text);
    }
    Ok(if reports.iter().all(|report| report.state == State::Passed) { FINE } else { FAILED })
}

/// Each exercise, by chapter, and how it stands. Reads without color: the words say it.
pub(super) fn table(reports: &[Report<'_>], style: &Style) -> String {
    let wide = reports.iter().map(|report| report.exercise.id.len()).max().unwrap_or(0);
    let mut out = String::new();
    for report in reports {
        let sign = match report.state {
            State::Passed => style.right("✓"),
            State::NotYet => style.open("·"),
            State::Failed | State::Broken => style.wrong("✗"),
        };
        let word = match report.state {
            State::Passed => style.right(report.state.word()),
            State::NotYet => style.dim(report.state.word()),
            State::Failed | State::Broken => style.wrong(report.state.word()),
        };
        let id = &report.exercise.id;
        out += &format!("  {sign} {id:<wide$}  {:<34} {word}\n", report.exercise.title);
    }
    let passed = reports.iter().filter(|report| report.state == State::Passed).count();
    out + &format!("\n  {passed} of {} pass\n", reports.len())
}

/// What to look at first: what is wrong, before what is not begun.
pub(super) fn first_open<'r, 'c>(reports: &'r [Report<'c>]) -> Option<&'r Report<'c>> {
    let wrong = |report: &&Report<'_>| matches!(report.state, State::Failed | State::Broken);
    reports.iter().find(wrong).or_else(|| reports.iter().find(|report| report.state == State::NotYet))
}

fn expect_unsolved(reports: &[Report<'_>]) -> u8 {
    let solved_or_broken =
        reports.iter().filter(|report| matches!(report.state, State::Passed | State::Broken));
    let complaints: Vec<_> =
        solved_or_broken.map(|r| format!("{}: {}\n{}", r.exercise.id, r.state.word(), r.text)).collect();
    print!("{}", complaints.concat());
    if complaints.is_empty() { FINE } else { FAILED }
}
