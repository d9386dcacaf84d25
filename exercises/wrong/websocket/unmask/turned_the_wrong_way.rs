//! Turns the key back for a later piece, and not on.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    let mut key = key;
    key.rotate_right((offset % 4) as usize);
    for (byte, key) in piece.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

exercises::check!(websocket::unmask(unmask));
