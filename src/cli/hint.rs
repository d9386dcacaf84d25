//! `wirebook hint`.

use anyhow::{Result, bail};

use super::FINE;
use crate::course::{Course, Hints, command, style};

/// Open a hint for an exercise
///
/// Each exercise has three, and each says more than the one before.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  wirebook hint stun::xor_address          the hints opened so far; at first, hint 1
  wirebook hint stun::xor_address --more   one more
  wirebook hint stun::xor_address 3        hint 3")]
pub(super) struct Args {
    /// stun::xor_address, xor_address, or the path of its file
    name: String,
    /// Which hint
    #[arg(conflicts_with = "more")]
    number: Option<usize>,
    /// Open the next one
    #[arg(long, short)]
    more: bool,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let course = Course::open()?;
    let exercise = course.find(&args.name)?;
    let mut hints = Hints::of(course.workbook());
    let (all, seen) = (exercise.hints.len(), hints.seen(exercise));
    let shown = match args.number {
        Some(n) if (1..=all).contains(&n) => n..=n,
        Some(n) => bail!("{} has hints 1 to {all}, and no hint {n}", exercise.id),
        None => 1..=(seen + usize::from(args.more)).clamp(1, all),
    };
    let last = *shown.end();
    let style = style();
    putln!("{}  {}", style.strong(&exercise.id), exercise.title);
    for (n, hint) in (1..).zip(&exercise.hints).filter(|(n, _)| shown.contains(n)) {
        put!("\n{}", style.field(&format!("hint {n} of {all}"), hint));
    }
    let next = if last < all {
        format!("{} hint {} --more", command(), exercise.id)
    } else {
        format!("that was the last hint. Read on in the book: {}", exercise.page)
    };
    put!("\n{}", style.field(if last < all { "more" } else { "next" }, &next));
    hints.open(exercise, last)?;
    Ok(FINE)
}
