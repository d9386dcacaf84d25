//! The workbook: builds and serves the book, runs its labs, checks its exercises, takes packets apart.
//!
//! Everything here stands on [`wire`], which turns bytes into trees; nothing here parses a packet.

pub mod book;
pub mod class;
pub mod cli;
pub mod course;
pub mod labs;
pub mod workbook;
