//! Trees as text, HTML, JSON and ladders. Renderers read the tree; nothing below knows that they exist.

pub mod html;
pub mod journeys;
pub mod json;
pub mod ladder;
pub mod sdp;
pub mod text;
mod value;

pub use value::{Shown, shown};

/// The text with what would not be seen, or would be obeyed, spelled out. For a terminal.
#[must_use]
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if html::unseen(c) { out.extend(c.escape_unicode()) } else { out.push(c) }
    }
    out
}
