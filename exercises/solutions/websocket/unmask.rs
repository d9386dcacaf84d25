//! # websocket::unmask: a solution
//!
//! Byte number n of the payload goes with key[n % 4]. Number n is counted from the start of the payload, so it is
//! where the piece begins, plus the place in the piece.
//!
//! A server does this to each byte that its clients send. So real ones turn the key once, by offset % 4, and then XOR
//! eight bytes or more at a time: a loop such as `chunks_exact_mut(8)`, and what remains byte by byte.

/// Takes the mask off a piece of a payload, in place.
pub fn unmask(piece: &mut [u8], key: [u8; 4], offset: u64) {
    for (i, byte) in piece.iter_mut().enumerate() {
        let place = offset + i as u64;
        *byte ^= key[(place % 4) as usize];
    }
}

exercises::check!(websocket::unmask(unmask));
