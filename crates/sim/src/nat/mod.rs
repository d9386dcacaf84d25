//! A NAT: internal addresses become external ones, and back ([RFC 4787]).
//!
//! ```text
//!   10.0.0.2:5000 -> 192.0.2.9:3478        198.51.100.1:40000 -> 192.0.2.9:3478
//!                             +-----------+
//!        internal endpoint -> |  mapping  | -> external endpoint       section 4: which external port?
//!                             +-----------+
//!        internal endpoint <- |  filter   | <- anybody                 section 5: who may come in?
//!                             +-----------+
//! ```
//!
//! [RFC 4787]: https://www.rfc-editor.org/rfc/rfc4787

mod behavior;
mod mapping;
mod ports;
mod refusal;

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use fastrand::Rng;

pub use behavior::{Behavior, Dependence, Hairpinning, Pooling, PortAssignment, Refresh};
pub use mapping::{Mapping, MappingId};
pub use refusal::Refusal;

use crate::packet::{Icmp, Packet, Payload, Transport};
use mapping::Key;

/// A NAT with its table.
#[derive(Clone, Debug)]
pub struct Nat {
    behavior: Behavior,
    /// The external addresses: one, or a pool.
    pool: Vec<IpAddr>,
    table: Vec<Mapping>,
    made: u64,
    next_port: u16,
    next_address: usize,
    changes: Vec<Change>,
}

/// What happened to the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Made(Mapping),
    Refreshed(Mapping),
    Expired(MappingId),
}

impl Nat {
    /// So many mappings a NAT holds; then a new one is refused, and what holds one keeps it.
    pub const MOST: usize = 4096;

    /// A NAT with those external addresses, which are the outside addresses of its router.
    #[must_use]
    pub fn new(behavior: Behavior, pool: impl Into<Vec<IpAddr>>) -> Self {
        Self {
            behavior,
            pool: pool.into(),
            table: Vec::new(),
            made: 0,
            next_port: ports::FIRST,
            next_address: 0,
            changes: Vec::new(),
        }
    }

    /// What it does.
    #[must_use]
    pub fn behavior(&self) -> &Behavior {
        &self.behavior
    }

    /// Its external addresses.
    #[must_use]
    pub fn pool(&self) -> &[IpAddr] {
        &self.pool
    }

    /// Whether it translates addresses of this one's family: those of its pool.
    #[must_use]
    pub fn translates(&self, address: IpAddr) -> bool {
        self.pool.iter().any(|one| one.is_ipv4() == address.is_ipv4())
    }

    /// The mappings that live at `now`, oldest first.
    pub fn mappings(&self, now: Duration) -> impl Iterator<Item = &Mapping> {
        self.table.iter().filter(move |mapping| mapping.expires > now)
    }

    /// Translates a packet on its way out, making a mapping where there is none (section 4.1).
    ///
    /// # Errors
    /// Where no mapping can be had.
    pub fn outbound(&mut self, now: Duration, packet: &Packet, rng: &mut Rng) -> Result<Packet, Refusal> {
        self.expire(now);
        match &packet.payload {
            Payload::Icmp(icmp) => self.icmp_out(packet, icmp),
            Payload::Udp(_) => self.source_mapped(now, packet, Transport::Udp, rng),
            Payload::Tcp(_) => self.source_mapped(now, packet, Transport::Tcp, rng),
        }
    }

    /// Translates a packet on its way in, if its filter lets it (section 5).
    ///
    /// # Errors
    /// Where there is no mapping for it, or the mapping's filter does not let it in.
    pub fn inbound(&mut self, now: Duration, packet: &Packet) -> Result<Packet, Refusal> {
        self.expire(now);
        let transport = match &packet.payload {
            Payload::Icmp(icmp) => return self.icmp_in(packet, icmp),
            Payload::Udp(_) => Transport::Udp,
            Payload::Tcp(_) => Transport::Tcp,
        };
        let filtering = self.behavior.filtering;
        let refresh = self.behavior.refresh.inbound.then(|| now + self.lifetime(transport));
        let mapping = self
            .table
            .iter_mut()
            .find(|mapping| mapping.transport == transport && mapping.external == packet.to)
            .ok_or(Refusal::NoMapping)?;
        if !mapping.lets_in(filtering, packet.from) {
            return Err(Refusal::Filtered(filtering));
        }
        if let Some(expires) = refresh {
            mapping.expires = expires;
            self.changes.push(Change::Refreshed(mapping.clone()));
        }
        Ok(Packet { to: mapping.internal, ..packet.clone() })
    }

    /// A packet from inside to an external address of this very NAT (section 6).
    ///
    /// # Errors
    /// Where the NAT does not hairpin, or would not let the packet in from outside.
    pub fn hairpin(&mut self, now: Duration, packet: &Packet, rng: &mut Rng) -> Result<Packet, Refusal> {
        let source = match self.behavior.hairpinning {
            Hairpinning::None => return Err(Refusal::NoHairpinning),
            Hairpinning::ExternalSource | Hairpinning::InternalSource => packet.from,
        };
        let outside = self.outbound(now, packet, rng)?;
        let mut inside = self.inbound(now, &outside)?;
        if self.behavior.hairpinning == Hairpinning::InternalSource {
            inside.from = source;
        }
        Ok(inside)
    }

    /// When the next mapping expires.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Duration> {
        self.table.iter().map(|mapping| mapping.expires).min()
    }

    /// Forgets the mappings whose time is up.
    pub fn expire(&mut self, now: Duration) {
        let changes = &mut self.changes;
        self.table.retain(|mapping| {
            let lives = mapping.expires > now;
            if !lives {
                changes.push(Change::Expired(mapping.id));
            }
            lives
        });
    }

    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        std::mem::take(&mut self.changes)
    }

    fn source_mapped(
        &mut self,
        now: Duration,
        packet: &Packet,
        transport: Transport,
        rng: &mut Rng,
    ) -> Result<Packet, Refusal> {
        let key = Key::new(transport, packet.from, self.behavior.mapping, packet.to);
        let expires = now + self.lifetime(transport);
        let refresh = self.behavior.refresh.outbound;
        if let Some(mapping) = self.table.iter_mut().find(|mapping| mapping.key == key) {
            mapping.sends_to(packet.to);
            if refresh {
                mapping.expires = expires;
            }
            self.changes.push(Change::Refreshed(mapping.clone()));
            return Ok(Packet { from: mapping.external, ..packet.clone() });
        }
        if self.table.len() >= Self::MOST {
            return Err(Refusal::TableFull);
        }
        let external = self.external_for(transport, packet.from, rng).ok_or(Refusal::NoPort)?;
        self.made += 1;
        let mut mapping = Mapping {
            id: MappingId(self.made),
            key,
            transport,
            internal: packet.from,
            external,
            remotes: Vec::new(),
            made: now,
            expires,
        };
        mapping.sends_to(packet.to);
        self.changes.push(Change::Made(mapping.clone()));
        self.table.push(mapping);
        Ok(Packet { from: external, ..packet.clone() })
    }

    /// REQ-5: no less than two minutes for UDP; RFC 5382 section 5, REQ-5: 2 hours and 4 minutes for TCP.
    fn lifetime(&self, transport: Transport) -> Duration {
        match transport {
            Transport::Udp => self.behavior.lifetime,
            Transport::Tcp => Duration::from_secs((2 * 60 + 4) * 60),
        }
    }

    /// An error from inside about a packet that came in (RFC 5508 section 4.1).
    fn icmp_out(&self, packet: &Packet, icmp: &Icmp) -> Result<Packet, Refusal> {
        let mapping = self
            .table
            .iter()
            .find(|mapping| mapping.transport == icmp.transport && mapping.internal == icmp.to)
            .ok_or(Refusal::NoMapping)?;
        let quoted = Icmp { to: mapping.external, ..icmp.clone() };
        let from = SocketAddr::new(mapping.external.ip(), 0);
        Ok(Packet { from, payload: Payload::Icmp(quoted), ..packet.clone() })
    }

    /// An error from outside about a packet that went out (REQ-10; RFC 5508 section 4.2).
    fn icmp_in(&self, packet: &Packet, icmp: &Icmp) -> Result<Packet, Refusal> {
        let mapping = self
            .table
            .iter()
            .find(|mapping| mapping.transport == icmp.transport && mapping.external == icmp.from)
            .ok_or(Refusal::NoMapping)?;
        let quoted = Icmp { from: mapping.internal, ..icmp.clone() };
        let to = SocketAddr::new(mapping.internal.ip(), 0);
        Ok(Packet { to, payload: Payload::Icmp(quoted), ..packet.clone() })
    }
}
