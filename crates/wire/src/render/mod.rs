//! Trees as text, HTML, JSON and ladders. Renderers read the tree; nothing below knows that they exist.

pub mod html;
pub mod json;
pub mod ladder;
pub mod text;
mod value;

pub use value::{Shown, shown};
