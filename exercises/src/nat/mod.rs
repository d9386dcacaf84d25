//! Exercises of the chapter `nat`.

pub mod filter;
mod lab;
pub mod mapping;
pub mod punch;

/// What a NAT looks at, of a remote endpoint: RFC 4787 sections 4.1 and 5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dependence {
    /// Nothing: the same for all the world.
    EndpointIndependent,
    /// Its IP address.
    AddressDependent,
    /// Its IP address and its port.
    AddressAndPortDependent,
}

use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

impl Dependence {
    const ALL: [Self; 3] = [EndpointIndependent, AddressDependent, AddressAndPortDependent];

    fn of_sim(self) -> sim::Dependence {
        match self {
            EndpointIndependent => sim::Dependence::EndpointIndependent,
            AddressDependent => sim::Dependence::AddressDependent,
            AddressAndPortDependent => sim::Dependence::AddressAndPortDependent,
        }
    }
}

impl std::fmt::Display for Dependence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.of_sim().fmt(f)
    }
}
