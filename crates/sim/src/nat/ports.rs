//! Which external address and port a new mapping gets: RFC 4787 sections 4.1 and 4.2.

use std::net::{IpAddr, SocketAddr};

use fastrand::Rng;

use super::Nat;
use super::behavior::{Pooling, PortAssignment};
use crate::packet::Transport;

/// The first that a sequential NAT gives out: past those that REQ-3 keeps for well-known internal ports.
pub(super) const FIRST: u16 = 40_000;

/// The first that is nobody's by name.
const LOWEST: u16 = 1024;

impl Nat {
    pub(super) fn external_for(
        &mut self,
        transport: Transport,
        internal: SocketAddr,
        rng: &mut Rng,
    ) -> Option<SocketAddr> {
        let address = self.address_for(internal)?;
        let wanted = match self.behavior.ports {
            PortAssignment::Preserving => internal.port().max(1),
            PortAssignment::Sequential => self.next_port,
            PortAssignment::Random => rng.u16(LOWEST..),
        };
        let external = self.free_from(transport, address, internal.port(), wanted)?;
        if self.behavior.ports == PortAssignment::Sequential {
            self.next_port = external.port().checked_add(1).unwrap_or(LOWEST);
        }
        Some(external)
    }

    fn address_for(&mut self, internal: SocketAddr) -> Option<IpAddr> {
        let paired = self.table.iter().find(|mapping| mapping.internal.ip() == internal.ip());
        if let (Pooling::Paired, Some(mapping)) = (self.behavior.pooling, paired) {
            return Some(mapping.external.ip());
        }
        let address = self.pool.get(self.next_address % self.pool.len().max(1)).copied();
        self.next_address += 1;
        address
    }

    /// The first free port from `wanted` on, of the right parity where that is kept.
    fn free_from(
        &self,
        transport: Transport,
        address: IpAddr,
        internal: u16,
        wanted: u16,
    ) -> Option<SocketAddr> {
        let taken = |external| {
            self.table.iter().any(|mapping| mapping.transport == transport && mapping.external == external)
        };
        let right = |port: u16| !self.behavior.keeps_parity || port % 2 == internal % 2;
        (wanted..=u16::MAX)
            .chain(LOWEST..wanted)
            .filter(|&port| right(port))
            .map(|port| SocketAddr::new(address, port))
            .find(|&external| !taken(external))
    }
}
