//! # stun::attributes: two lengths, two rules
//!
//! After its header of 20 bytes, a STUN message is a row of attributes (RFC 8489 section 14):
//!
//! ```text
//!   byte 0       1       2       3       4 ...
//!        +-------+-------+-------+-------+------------------+-----------+
//!        |     Type      |    Length     |  Value           |  padding  |
//!        +-------+-------+-------+-------+------------------+-----------+
//!                          of the value     Length bytes      0 to 3 bytes, so that the next
//!                          alone                              attribute begins at a multiple of 4
//! ```
//!
//! This is SOFTWARE, from RFC 5769 section 2.2:
//!
//! ```text
//!   80 22   00 0b   74 65 73 74 20 76 65 63 74 6f 72   20      next attribute ...
//!   type    11      "test vector", 11 bytes            padding, 1 byte; what it holds means nothing
//! ```
//!
//! Bytes from the network may end anywhere. If they end inside a header or a value, the answer is None.
//!
//! Check: `cargo run -- check stun::attributes`. The page: stun.html#attributes

/// The type and the value of each attribute in `bytes`, which is all that follows the header.
///
/// Useful: `bytes.split_first_chunk::<4>()`, `rest.get(..length)?`, `length.next_multiple_of(4)`.
pub fn attributes(bytes: &[u8]) -> Option<Vec<(u16, &[u8])>> {
    todo!()
}

exercises::check!(stun::attributes(attributes));
