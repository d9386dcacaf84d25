//! `wirebook list`.

use anyhow::Result;
use exercises::{Exercise, wrap};
use serde::Serialize;

use super::FINE;
use crate::course::{Course, command, style};

/// List the exercises
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wirebook list
  wirebook list --json | jq -r '.[].id'")]
pub(super) struct Args {
    /// For a program: an array with all that is known of each
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line<'c> {
    chapter: &'c str,
    /// What to edit, from the workbook's folder.
    file: String,
    #[serde(flatten)]
    exercise: &'c Exercise,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let course = Course::open()?;
    let all = &course.catalogue().exercises;
    if args.json {
        let line =
            |e| Line { chapter: Exercise::chapter(e), file: format!("exercises/{}", e.file()), exercise: e };
        putln!("{}", serde_json::to_string_pretty(&all.iter().map(line).collect::<Vec<_>>())?);
        return Ok(FINE);
    }
    let style = style();
    for chapter in course.catalogue().chapters() {
        let here: Vec<_> = all.iter().filter(|exercise| exercise.chapter() == chapter).collect();
        let minutes: u32 = here.iter().map(|exercise| exercise.minutes).sum();
        let plural = if here.len() == 1 { "" } else { "s" };
        let head = format!("{} exercise{plural}, about {minutes} minutes", here.len());
        putln!("{}  {}\n", style.strong(chapter), style.dim(&head));
        for exercise in here {
            let minutes = format!("{} min", exercise.minutes);
            putln!("  {:<32} {:>6}   {}", exercise.id, minutes, style.dim(&exercise.spec));
            for line in wrap(&exercise.task, style.width.saturating_sub(4)) {
                putln!("    {line}");
            }
            putln!("    {}\n", style.dim(&format!("exercises/{}", exercise.file())));
        }
    }
    putln!("{}", style.dim(&format!("Edit a file, then: {} check NAME, or let watch do it", command())));
    Ok(FINE)
}
