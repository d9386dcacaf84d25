//! Answers without the number of the question.

/// The answer to a datagram.
pub fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    datagram.starts_with(b"ping ").then(|| b"pong ".to_vec())
}

exercises::check!(agora::answer(answer));
