//! Begins with the first byte of the key, wherever TCP cut the payload.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    for (i, byte) in piece.iter_mut().enumerate() {
        *byte ^= key[i % 4];
    }
}

exercises::check!(websocket::unmask(unmask));
