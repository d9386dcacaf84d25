//! Cuts the value out without asking whether it is there.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let length = usize::from(u16::from_be_bytes([rest[2], rest[3]]));
        found.push((u16::from_be_bytes([rest[0], rest[1]]), &rest[4..4 + length]));
        rest = rest.get(4 + length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
