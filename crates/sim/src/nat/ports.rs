//! Which external address and port a new mapping gets: RFC 4787 sections 4.1 and 4.2.

use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use fastrand::Rng;

use super::behavior::{Behavior, Pooling, PortAssignment};
use super::refusal::Refusal;
use super::table::Table;
use crate::packet::Transport;

/// A NAT's external addresses, and where it goes on when it gives out their ports.
#[derive(Clone, Debug)]
pub(super) struct Ports {
    pub(super) pool: Vec<IpAddr>,
    next_address: usize,
    next_well_known: u16,
    next: u16,
}

/// Ports that are somebody's by name (RFC 4787 section 4.2.1).
const WELL_KNOWN: RangeInclusive<u16> = 1..=1023;
const OTHERS: RangeInclusive<u16> = 1024..=u16::MAX;
/// The first that a sequential NAT gives out: easy to tell from those that hosts choose.
const FIRST: u16 = 40_000;

impl Ports {
    pub(super) fn new(pool: Vec<IpAddr>) -> Self {
        Self { pool, next_address: 0, next_well_known: *WELL_KNOWN.start(), next: FIRST }
    }

    /// An external endpoint that no mapping has.
    pub(super) fn choose(
        &mut self,
        behavior: &Behavior,
        table: &Table,
        (transport, internal): (Transport, SocketAddr),
        rng: &mut Rng,
    ) -> Result<SocketAddr, Refusal> {
        if behavior.ports_per_host.is_some_and(|most| table.of_host(internal.ip()).take(most).count() >= most)
        {
            return Err(Refusal::TooManyPorts);
        }
        let address = self.address(behavior.pooling, table, internal.ip()).ok_or(Refusal::NoPort)?;
        let external = |port| SocketAddr::new(address, port);
        let is_free = |port: u16| table.at(transport, external(port)).is_none();
        if behavior.ports == PortAssignment::Preserving && internal.port() != 0 && is_free(internal.port()) {
            return Ok(external(internal.port()));
        }
        let range = range(internal.port());
        let begin = match behavior.ports {
            PortAssignment::Random => rng.u16(range.clone()),
            PortAssignment::Preserving | PortAssignment::Sequential => *self.next(internal.port()),
        };
        let right = |port: &u16| !behavior.keeps_parity || port % 2 == internal.port() % 2;
        let around = (begin..=*range.end()).chain(*range.start()..begin);
        let port = around.filter(right).find(|&port| is_free(port)).ok_or(Refusal::NoPort)?;
        if behavior.ports != PortAssignment::Random {
            *self.next(internal.port()) = if port == *range.end() { *range.start() } else { port + 1 };
        }
        Ok(external(port))
    }

    fn next(&mut self, internal: u16) -> &mut u16 {
        if WELL_KNOWN.contains(&internal) { &mut self.next_well_known } else { &mut self.next }
    }

    /// Of the pool, in the family of the internal address.
    fn address(&mut self, pooling: Pooling, table: &Table, internal: IpAddr) -> Option<IpAddr> {
        if let (Pooling::Paired, Some(mapping)) = (pooling, table.of_host(internal).next()) {
            return Some(mapping.external.ip());
        }
        let family: Vec<_> = self.pool.iter().filter(|one| one.is_ipv4() == internal.is_ipv4()).collect();
        let address = family.get(self.next_address % family.len().max(1)).copied().copied();
        self.next_address = self.next_address.wrapping_add(1);
        address
    }
}

/// REQ-3a: a well-known port gets a well-known one, any other gets any other.
fn range(internal: u16) -> RangeInclusive<u16> {
    if WELL_KNOWN.contains(&internal) { WELL_KNOWN } else { OTHERS }
}
