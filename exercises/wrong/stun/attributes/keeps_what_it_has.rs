//! Hands out the whole attributes of a message that was cut.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let Some((&[a, b, c, d], after)) = rest.split_first_chunk::<4>() else { break };
        let (kind, length) = (u16::from_be_bytes([a, b]), usize::from(u16::from_be_bytes([c, d])));
        let Some(value) = after.get(..length) else { break };
        found.push((kind, value));
        rest = after.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
