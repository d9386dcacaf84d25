//! Why a NAT did not take a packet.

use std::fmt;

use super::behavior::Dependence;
use crate::packet::IcmpError;

/// Why a NAT did not take a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nothing inside owns that external port.
    NoMapping,
    /// There is a mapping, but nobody inside wrote to this sender: by the filtering that is named (RFC 4787 section 5).
    Filtered(Dependence),
    /// It came from inside to an external address of the NAT, which does not hairpin (RFC 4787 section 6).
    NoHairpinning,
    /// No external port is free.
    NoPort,
    /// The table is full.
    TableFull,
    /// Its subscriber has as many external ports as each may have (RFC 6888 REQ-4).
    TooManyPorts,
    /// A TCP segment that begins no connection, and belongs to none.
    NoConnection,
}

impl Refusal {
    /// What whoever sent the packet from inside is told. Where no mapping can be had, RFC 5508 REQ-8 of 2009 wanted code
    /// 13, and RFC 6888 REQ-11b of 2013 wants code 1, host unreachable: so it is here. Code 13 is left for what policy
    /// forbids.
    pub(crate) fn icmp(self) -> Option<IcmpError> {
        match self {
            Self::NoPort | Self::TableFull | Self::TooManyPorts => Some(IcmpError::HostUnreachable),
            Self::NoHairpinning => Some(IcmpError::Prohibited),
            Self::NoMapping | Self::Filtered(_) | Self::NoConnection => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMapping => f.write_str("no mapping has that external address"),
            Self::Filtered(filtering) => {
                write!(f, "filtered ({filtering}): nobody inside wrote there before")
            }
            Self::NoHairpinning => {
                f.write_str("no hairpinning: one inside does not reach another by its external address")
            }
            Self::NoPort => f.write_str("no external port is free"),
            Self::TooManyPorts => f.write_str("its subscriber has as many external ports as each may have"),
            Self::NoConnection => f.write_str("a segment of no connection: it does not begin one with SYN"),
            Self::TableFull => f.write_str("the table of mappings is full"),
        }
    }
}
