//! Takes the key for as long as the payload.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    for (byte, key) in piece.iter_mut().zip(key) {
        *byte ^= key;
    }
}

exercises::check!(websocket::unmask(unmask));
