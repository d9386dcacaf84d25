//! Builds tiny books: those that are right give the pages they should, those that are wrong say what is wrong.

mod checkout;
#[path = "book/mistakes.rs"]
mod mistakes;
#[path = "book/pages.rs"]
mod pages;
#[path = "book/program.rs"]
mod program;
#[path = "book/reading.rs"]
mod reading;
#[path = "book/words.rs"]
mod words;
