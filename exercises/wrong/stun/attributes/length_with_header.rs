//! Takes the length to count type and length as well.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (&[a, b, c, d], _) = rest.split_first_chunk::<4>()?;
        let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        found.push((kind, rest.get(4..length.max(4))?));
        rest = rest.get(length.max(4).next_multiple_of(4)..).unwrap_or_default();
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
