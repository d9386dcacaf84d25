//! Bytes in, annotated tree out.

pub mod trace;
