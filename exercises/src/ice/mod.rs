//! Exercises of the chapter `ice`.

pub mod priority;
pub mod prune;
pub mod role_conflict;

/// Who decides which pair is used: RFC 8445 section 6.1.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Nominates.
    Controlling,
    /// Waits for a nomination.
    Controlled,
}

/// How a candidate was found: RFC 8445 section 4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An address of the host itself.
    Host,
    /// Learned from a check: an address that nobody told.
    PeerReflexive,
    /// What a STUN server saw.
    ServerReflexive,
    /// An address of a TURN server.
    Relayed,
}
