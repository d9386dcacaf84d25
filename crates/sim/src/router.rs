//! Between two networks: passes packets on, translated or refused.

use crate::firewall::Firewall;
use crate::nat::Nat;

/// What a router does besides passing packets on.
#[derive(Debug, Default)]
pub struct Router {
    /// Translates addresses.
    pub nat: Option<Nat>,
    /// Refuses packets. It stands inside of the NAT: it sees internal addresses.
    pub firewall: Option<Firewall>,
    /// Whether it keeps silent where it could answer with an ICMP error.
    pub silent: bool,
}

impl Router {
    /// One that passes everything on as it is.
    #[must_use]
    pub fn plain() -> Self {
        Self::default()
    }

    /// One that translates.
    #[must_use]
    pub fn nat(nat: Nat) -> Self {
        Self { nat: Some(nat), ..Self::default() }
    }

    /// One that refuses.
    #[must_use]
    pub fn firewall(firewall: Firewall) -> Self {
        Self { firewall: Some(firewall), ..Self::default() }
    }
}
