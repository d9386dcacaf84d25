//! Takes the next attribute to begin where the value ends.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (&[a, b, c, d], after) = rest.split_first_chunk::<4>()?;
        let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        found.push((kind, after.get(..length)?));
        rest = &after[length..];
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
