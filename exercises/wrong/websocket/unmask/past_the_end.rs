//! Takes the length for a multiple of four.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    for group in 0..piece.len().div_ceil(4) {
        for i in 0..4 {
            piece[group * 4 + i] ^= key[(offset as usize + i) % 4];
        }
    }
}

exercises::check!(websocket::unmask(unmask));
