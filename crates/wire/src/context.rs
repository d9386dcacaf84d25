//! What a dissector may know beside the bytes.

/// Passwords and the like: given by whoever asks, or remembered by a [`crate::Session`] from earlier packets.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// The STUN password, already prepared with the OpaqueString profile (RFC 8265 section 4.2).
    pub password: Option<&'a str>,
    /// What the request of this transaction said of its long-term credential: a response need not repeat it.
    pub long_term: Option<LongTerm<'a>>,
}

/// The public half of a STUN long-term credential (RFC 8489 section 9.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LongTerm<'a> {
    /// USERNAME
    pub username: &'a [u8],
    /// REALM
    pub realm: &'a [u8],
    /// PASSWORD-ALGORITHM: 1 is MD5, 2 is SHA-256.
    pub algorithm: u64,
}
