//! What the terminal can show.

use std::env;

/// Whether to print color: on a terminal, unless the user has set NO_COLOR (<https://no-color.org>).
pub(crate) fn color(is_terminal: bool) -> bool {
    is_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// How many columns there are: the terminal's, what COLUMNS says, or 100 for a file.
pub(crate) fn width() -> usize {
    let columns = || env::var("COLUMNS").ok()?.parse().ok();
    terminal_size::terminal_size()
        .map(|(width, _)| usize::from(width.0))
        .or_else(columns)
        .unwrap_or(100)
        .max(20)
}
