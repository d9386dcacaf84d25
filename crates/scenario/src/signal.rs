//! What the two tell each other, out of band: whatever carries it is not ICE's affair (RFC 8445 section 2).

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    Offer(Description),
    Answer(Description),
    /// A candidate of the session with that username fragment (RFC 8839 section 5.1), as SDP writes it.
    Candidate {
        ufrag: String,
        line: String,
    },
}

/// As much of an SDP as ICE needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Description {
    pub(crate) ufrag: String,
    pub(crate) password: String,
    /// Those known so far.
    pub(crate) candidates: Vec<String>,
}
