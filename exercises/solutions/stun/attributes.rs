//! # stun::attributes: a solution
//!
//! Each round takes one attribute off the front, so `rest` gets shorter each time, also where a value is empty:
//! the loop ends. `split_first_chunk` and `get` answer None where bytes are missing, and `?` hands that on.
//!
//! The padding of the last attribute may be missing without harm, so the last `get` says "or nothing" rather
//! than "or fail". And `length` is a usize before anything is added to it: 0xffff + 3 does not fit into a u16.

/// The type and the value of each attribute.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    let mut found = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let (&[type_high, type_low, length_high, length_low], after) = rest.split_first_chunk::<4>()?;
        let length = usize::from(u16::from_be_bytes([length_high, length_low]));

        let value = after.get(..length)?;
        found.push((u16::from_be_bytes([type_high, type_low]), value));

        // The length leaves the padding out; the step must not.
        rest = after.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Some(found)
}

exercises::check!(stun::attributes(attributes));
