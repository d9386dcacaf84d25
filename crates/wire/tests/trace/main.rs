//! Capture files, from the outside: bytes in, events out, and back.

#![allow(missing_docs, reason = "a test binary has no readers of its docs")]

mod captures;
mod hostile;
mod real_captures;
mod round_trip;
mod streams;
mod tshark;
