//! Works on four bytes at a time, and forgets the rest.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    let mut key = key;
    key.rotate_left((offset % 4) as usize);
    for word in piece.chunks_exact_mut(4) {
        for (byte, key) in word.iter_mut().zip(key) {
            *byte ^= key;
        }
    }
}

exercises::check!(websocket::unmask(unmask));
