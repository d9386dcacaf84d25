//! The `wirebook` program.

fn main() {}
