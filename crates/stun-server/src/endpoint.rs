//! The four addresses of a server that helps to test NATs: RFC 5780 section 6.

use std::net::SocketAddr;

/// Which of the server's addresses: one of two IP addresses, one of two ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// A1 or A2 in RFC 5780 section 6.1.
    pub ip: Side,
    /// P1 or P2.
    pub port: Side,
}

/// The first or the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// What clients are told to ask.
    Primary,
    /// What OTHER-ADDRESS tells them.
    Alternate,
}

/// The second address does not differ from the first where it must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the alternate address {alternate} must differ from {primary} in IP address and in port, and be of the same \
     family (RFC 5780 section 6): name another, or serve without one"
)]
pub struct BadAlternate {
    primary: SocketAddr,
    alternate: SocketAddr,
}

/// Two IP addresses and two ports, or one of each.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addresses {
    pub(crate) primary: SocketAddr,
    pub(crate) alternate: Option<SocketAddr>,
}

impl Endpoint {
    /// The first IP address, the first port.
    pub const PRIMARY: Endpoint = Endpoint { ip: Side::Primary, port: Side::Primary };

    /// All four, the primary first.
    pub const ALL: [Endpoint; 4] = [
        Endpoint::PRIMARY,
        Endpoint { ip: Side::Primary, port: Side::Alternate },
        Endpoint { ip: Side::Alternate, port: Side::Primary },
        Endpoint { ip: Side::Alternate, port: Side::Alternate },
    ];

    /// The other IP address, the other port, or both.
    #[must_use]
    pub fn changed(self, ip: bool, port: bool) -> Self {
        Endpoint {
            ip: if ip { self.ip.other() } else { self.ip },
            port: if port { self.port.other() } else { self.port },
        }
    }

    /// Where CHANGE-REQUEST with both flags has the answer come from: what OTHER-ADDRESS says.
    #[must_use]
    pub fn opposite(self) -> Self {
        self.changed(true, true)
    }
}

impl Side {
    fn other(self) -> Self {
        match self {
            Side::Primary => Side::Alternate,
            Side::Alternate => Side::Primary,
        }
    }
}

impl Addresses {
    pub(crate) fn with_alternate(primary: SocketAddr, alternate: SocketAddr) -> Result<Self, BadAlternate> {
        let differ = primary.ip() != alternate.ip() && primary.port() != alternate.port();
        if differ && primary.is_ipv4() == alternate.is_ipv4() {
            Ok(Self { primary, alternate: Some(alternate) })
        } else {
            Err(BadAlternate { primary, alternate })
        }
    }

    pub(crate) fn at(&self, endpoint: Endpoint) -> Option<SocketAddr> {
        let side = |side| match side {
            Side::Primary => Some(self.primary),
            Side::Alternate => self.alternate,
        };
        Some(SocketAddr::new(side(endpoint.ip)?.ip(), side(endpoint.port)?.port()))
    }
}
