//! The workbook: builds and serves the book, runs its labs, checks its exercises.
