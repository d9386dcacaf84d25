//! What is wrong with bytes that were packed.

mod habits;

use std::ops::Range;

use super::{Made, Token};
use crate::hex;
use habits::HABITS;

/// What is to be said of bytes that are wrong.
pub(super) struct Told {
    pub(super) returned: String,
    pub(super) expected: String,
    pub(super) at: Range<usize>,
    pub(super) label: String,
    pub(super) why: String,
}

pub(super) fn explain(token: &Token, made: &Made, returned: &[u8]) -> Told {
    let first = made.signed.iter().zip(returned).position(|(right, found)| right != found);
    let first = first.unwrap_or(returned.len().min(made.signed.len()));
    let Some(part) = made.fields.iter().find(|part| part.at.contains(&first)) else {
        return too_long(made, returned);
    };
    let at = part.at.start.min(returned.len())..part.at.end.min(returned.len());
    let found = &returned[at.clone()];
    let habit = HABITS.iter().find(|habit| habit.packs(token) == returned);
    let why = habit.map_or_else(
        || format!("at byte {} begins {}. {}", part.at.start, part.name, part.about),
        |habit| habit.why.to_owned(),
    );
    let label =
        habit.map_or_else(|| format!("not {}", part.name), |habit| format!("{}: {}", part.name, habit.label));
    Told {
        returned: format!(
            "{} bytes, {} at byte {}",
            returned.len(),
            if found.is_empty() { "none".to_owned() } else { short(found) },
            part.at.start
        ),
        expected: format!(
            "{} bytes, {}: {} at byte {}",
            made.signed.len(),
            part.name,
            short(&made.signed[part.at.clone()]),
            part.at.start
        ),
        at,
        label,
        why,
    }
}

fn too_long(made: &Made, returned: &[u8]) -> Told {
    let end = made.signed.len();
    Told {
        returned: format!("{} bytes", returned.len()),
        expected: format!("{end} bytes"),
        at: end..returned.len(),
        label: "too many".to_owned(),
        why: "the uid is the last field, and nothing follows it".to_owned(),
    }
}

fn short(bytes: &[u8]) -> String {
    if bytes.len() > 8 { format!("{}...", hex(&bytes[..8])) } else { hex(bytes) }
}
