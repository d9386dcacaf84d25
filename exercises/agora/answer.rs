//! # agora::answer: who may be answered
//!
//! A ping is the five bytes "ping " and a number; its pong is "pong " and the same number:
//!
//! ```text
//!   70 69 6e 67 20 37   "ping 7"
//!   70 6f 6e 67 20 37   "pong 7"
//! ```
//!
//! Everything else gets no answer. A pong, least of all: two machines that answer each other's answers never
//! stop.
//!
//! Check: `cargo run -- check agora::answer`. The page: agora.html#answer

/// The answer to a datagram: `answer(b"ping 7")` is `Some(b"pong 7".to_vec())`. `None`: it gets none.
pub fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    todo!()
}

exercises::check!(agora::answer(answer));
