//! `wirebook progress`.

use anyhow::Result;
use exercises::Style;
use serde_json::json;

use super::FINE;
use super::check::first_open;
use crate::course::{Course, Hints, Report, State, command, style};

/// Show how far you are, chapter by chapter
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wirebook progress
  wirebook progress --json     for a teacher's script: the state of each exercise, and hints opened")]
pub(super) struct Args {
    /// For a program
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let course = Course::open()?;
    let reports = course.check_all()?;
    if args.json {
        putln!("{:#}", as_json(&course, &reports));
    } else {
        put!("{}", show(&course, &reports, &style()));
    }
    Ok(FINE)
}

fn as_json(course: &Course, reports: &[Report<'_>]) -> serde_json::Value {
    let hints = Hints::of(course.workbook());
    let exercise = |report: &Report<'_>| {
        json!({
            "id": report.exercise.id,
            "chapter": report.exercise.chapter(),
            "state": report.state.word(),
            "minutes": report.exercise.minutes,
            "hints_opened": hints.seen(report.exercise),
        })
    };
    json!({
        "passed": passed(reports),
        "total": reports.len(),
        "exercises": reports.iter().map(exercise).collect::<Vec<_>>(),
    })
}

fn show(course: &Course, reports: &[Report<'_>], style: &Style) -> String {
    let chapters = course.catalogue().chapters();
    let wide = chapters.iter().map(|chapter| chapter.len()).max().unwrap_or(0);
    let mut out = String::new();
    for chapter in chapters {
        let here: Vec<_> = reports.iter().filter(|r| r.exercise.chapter() == chapter).cloned().collect();
        let open: u32 = here.iter().filter(|r| r.state != State::Passed).map(|r| r.exercise.minutes).sum();
        let left = if open == 0 { "done".to_owned() } else { format!("about {open} minutes left") };
        let bar = bar(passed(&here), here.len(), style.width.saturating_sub(wide + 42).clamp(10, 30), style);
        let count = format!("{} of {}", passed(&here), here.len());
        out += &format!(
            "  {}  {bar}  {count:<8} {}\n",
            style.strong(&format!("{chapter:<wide$}")),
            style.dim(&left)
        );
    }
    out.push('\n');
    out += &match first_open(reports) {
        Some(next) => [
            style.field("next", &format!("{}: {}", next.exercise.id, next.exercise.title)),
            style.field("", &next.exercise.task),
            style.field("edit", &format!("exercises/{}", next.exercise.file())),
            style.field("then", &format!("{} check {}", command(), next.exercise.id)),
        ]
        .concat(),
        None => style.field("next", "all exercises pass. Compare with ours: the command solution shows them"),
    };
    out
}

/// Filled as far as exercises pass. Full only where all do, empty only where none does.
fn bar(passed: usize, total: usize, width: usize, style: &Style) -> String {
    let cells = match passed {
        0 => 0,
        _ if passed == total => width,
        _ => (passed * width / total.max(1)).clamp(1, width - 1),
    };
    format!("{}{}", style.right(&"█".repeat(cells)), style.dim(&"░".repeat(width - cells)))
}

fn passed(reports: &[Report<'_>]) -> usize {
    reports.iter().filter(|report| report.state == State::Passed).count()
}
