//! Why a NAT did not take a packet.

use std::fmt;

use super::behavior::Dependence;

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
            Self::TableFull => f.write_str("the table of mappings is full"),
        }
    }
}
