//! Trees as text, HTML, JSON and ladders. Renderers read the tree; nothing below knows that they exist.

pub mod json;
pub mod text;
mod value;

pub use value::{Shown, shown};
