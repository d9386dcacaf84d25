//! Makes a number of the key, and takes its bytes in the order of the machine.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    let key = u32::from_be_bytes(key).to_le_bytes();
    for (i, byte) in piece.iter_mut().enumerate() {
        *byte ^= key[((offset + i as u64) % 4) as usize];
    }
}

exercises::check!(websocket::unmask(unmask));
