//! Indexes a datagram that may be short.

/// The answer to a datagram.
pub fn answer(datagram: &[u8]) -> Option<Vec<u8>> {
    if datagram[..5] == *b"ping " { Some([b"pong ", &datagram[5..]].concat()) } else { None }
}

exercises::check!(agora::answer(answer));
