//! Counts the bytes of the payload from one.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    let mut place = offset;
    for byte in piece {
        place += 1;
        *byte ^= key[(place % 4) as usize];
    }
}

exercises::check!(websocket::unmask(unmask));
