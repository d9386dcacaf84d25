//! What can go wrong between a host and its peer.

/// Why a peer did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The other side's description cannot be used.
    #[error("expected an SDP {expected} that WebRTC can use, found one that it cannot: {why}")]
    Description {
        /// `offer` or `answer`.
        expected: &'static str,
        /// In the stack's words.
        why: String,
    },
    /// The description says nothing to connect.
    #[error("expected an SDP {0} with at least one m-line, found none")]
    NoMedia(&'static str),
    /// A candidate line that cannot be read.
    #[error("expected a candidate line as RFC 8839 section 5.1 writes it, found one that is not: {0}")]
    Candidate(String),
    /// There is no channel of that id.
    #[error("expected the id of a data channel of this peer, found another")]
    NoChannel,
    /// Nothing to send media on.
    #[error("expected a track that the other side takes, found none")]
    NoTrack,
    /// What the stack says.
    #[error(transparent)]
    Stack(#[from] rtc::shared::error::Error),
    /// No cryptography to work with.
    #[error("the stack has no cryptography: {0}")]
    Crypto(#[from] rtc::crypto::CryptoError),
}
