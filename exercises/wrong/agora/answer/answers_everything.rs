//! Answers whatever comes, a pong too.

/// The answer to a datagram.
pub fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    let number = datagram.get(5..)?;
    Some([b"pong ", number].concat())
}

exercises::check!(agora::answer(answer));
