//! What a NAT may do this way or that: RFC 4787's words.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// How a NAT behaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behavior {
    /// When a new packet of an internal endpoint reuses a mapping (section 4.1).
    pub mapping: Dependence,
    /// Who may send in through a mapping (section 5).
    pub filtering: Dependence,
    /// Which external port a mapping gets (section 4.2.1).
    pub ports: PortAssignment,
    /// An even internal port gets an even external one, an odd one an odd one (section 4.2.2).
    pub keeps_parity: bool,
    /// Which of several external addresses a mapping gets (section 4.1).
    pub pooling: Pooling,
    /// Whether two inside can meet by their external addresses (section 6).
    pub hairpinning: Hairpinning,
    /// So many external ports one internal address may have at once (RFC 6888 REQ-4); `None` for any number.
    pub ports_per_host: Option<usize>,
    /// How long a UDP mapping lives that nothing refreshes (section 4.3).
    pub lifetime: Duration,
    /// What refreshes a mapping (section 4.3).
    pub refresh: Refresh,
}

/// What something depends on, of the remote endpoint of a packet (sections 4.1 and 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dependence {
    /// Nothing: the same for all the world.
    EndpointIndependent,
    /// Its IP address.
    AddressDependent,
    /// Its IP address and its port.
    AddressAndPortDependent,
}

/// Which external port a mapping gets (section 4.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PortAssignment {
    /// The internal one, if it is free; else as one that is sequential.
    Preserving,
    /// One after the other.
    Sequential,
    /// Any, so that nobody can guess it (RFC 6056 section 2).
    Random,
}

/// Which of several external addresses a mapping gets (section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pooling {
    /// All mappings of one internal address get the same: what REQ-2 recommends.
    Paired,
    /// Each gets the next.
    Arbitrary,
}

/// Whether two inside can meet by their external addresses (section 6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hairpinning {
    /// They cannot.
    None,
    /// They can, and see each other's external address: what REQ-9 asks for.
    ExternalSource,
    /// They can, but see each other's internal address as the source.
    InternalSource,
}

/// What gives a mapping a new life (section 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Refresh {
    /// A packet on its way out: what REQ-6 asks for.
    pub outbound: bool,
    /// A packet on its way in: which a stranger could send.
    pub inbound: bool,
}

impl Dependence {
    /// The three, the most open first.
    pub const ALL: [Self; 3] =
        [Self::EndpointIndependent, Self::AddressDependent, Self::AddressAndPortDependent];

    /// Whether two remote endpoints are the same as far as this looks.
    #[must_use]
    pub fn same(self, one: SocketAddr, other: SocketAddr) -> bool {
        match self {
            Self::EndpointIndependent => true,
            Self::AddressDependent => one.ip() == other.ip(),
            Self::AddressAndPortDependent => one == other,
        }
    }
}

impl fmt::Display for Dependence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address and port-dependent",
        })
    }
}

impl Behavior {
    /// What RFC 3489 section 5 calls a full cone NAT.
    pub const FULL_CONE: Self = Self::of(Dependence::EndpointIndependent, Dependence::EndpointIndependent);
    /// A restricted cone NAT.
    pub const RESTRICTED_CONE: Self = Self::of(Dependence::EndpointIndependent, Dependence::AddressDependent);
    /// A port restricted cone NAT.
    pub const PORT_RESTRICTED_CONE: Self =
        Self::of(Dependence::EndpointIndependent, Dependence::AddressAndPortDependent);
    /// A symmetric NAT.
    pub const SYMMETRIC: Self =
        Self::of(Dependence::AddressAndPortDependent, Dependence::AddressAndPortDependent);

    /// A NAT of that mapping and filtering, and else as RFC 4787 wants one.
    #[must_use]
    pub const fn of(mapping: Dependence, filtering: Dependence) -> Self {
        Self {
            mapping,
            filtering,
            ports: PortAssignment::Sequential,
            keeps_parity: false,
            pooling: Pooling::Paired,
            hairpinning: Hairpinning::ExternalSource,
            ports_per_host: None,
            lifetime: Duration::from_secs(300),
            refresh: Refresh { outbound: true, inbound: false },
        }
    }

    /// The nine pairs of mapping and filtering, mapping first.
    pub fn all() -> impl Iterator<Item = Self> {
        Dependence::ALL.into_iter().flat_map(|mapping| {
            Dependence::ALL.into_iter().map(move |filtering| Self::of(mapping, filtering))
        })
    }
}
