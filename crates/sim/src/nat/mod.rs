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
//! The filter goes by whom the internal endpoint wrote to *through that mapping*: section 5 assigns a filtering rule to the
//! mapping. It makes a difference only where one endpoint has several mappings; read otherwise, a symmetric NAT would meet
//! a port restricted one, which the justification of REQ-8 denies. TCP is translated by the same words, and followed by its flags ([RFC 5382]).
//!
//! Not here: fragments (REQ-14; packets of this world are whole, and what does not fit a link is REQ-13's case), gateways
//! for applications (REQ-10: none), and ICMP queries ([RFC 5508] section 3).
//!
//! [RFC 5382]: https://www.rfc-editor.org/rfc/rfc5382
//! [RFC 5508]: https://www.rfc-editor.org/rfc/rfc5508
//! [RFC 4787]: https://www.rfc-editor.org/rfc/rfc4787

mod behavior;
mod icmp;
mod mapping;
mod ports;
mod refusal;
mod table;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;

pub use behavior::{Behavior, Dependence, Hairpinning, Pooling, PortAssignment, Refresh};
pub use mapping::{Mapping, MappingId};
pub use refusal::Refusal;

use crate::packet::{Flags, Packet, Payload, Transport};
use crate::tcp::Direction;
use mapping::Key;
use ports::Ports;
use table::Table;

/// A NAT with its table.
#[derive(Clone, Debug)]
pub struct Nat {
    behavior: Behavior,
    /// The external addresses: one, or a pool.
    ports: Ports,
    table: Table,
    made: u64,
    /// What happened since somebody asked, if anybody does.
    changes: Option<Vec<Change>>,
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
        Self { behavior, ports: Ports::new(pool.into()), table: Table::default(), made: 0, changes: None }
    }

    /// What it does.
    #[must_use]
    pub fn behavior(&self) -> &Behavior {
        &self.behavior
    }

    /// Its external addresses.
    #[must_use]
    pub fn pool(&self) -> &[IpAddr] {
        &self.ports.pool
    }

    /// Whether it translates addresses of this one's family: those of its pool.
    #[must_use]
    pub fn translates(&self, address: IpAddr) -> bool {
        self.ports.pool.iter().any(|one| one.is_ipv4() == address.is_ipv4())
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
        let (transport, flags) = match &packet.payload {
            Payload::Icmp(icmp) => return self.icmp_out(packet, icmp),
            Payload::Udp(_) => (Transport::Udp, None),
            Payload::Tcp(segment) => (Transport::Tcp, Some(segment.flags)),
        };
        let key = Key::new(transport, packet.from, self.behavior.mapping, packet.to);
        let known = self.table.of_key(&key);
        if let Some(flags) = flags
            && !known.map_or(flags.syn, |mapping| mapping.follows(packet.to, flags))
        {
            return Err(Refusal::NoConnection);
        }
        let external = match known.map(|mapping| (mapping.id, mapping.external)) {
            Some((id, external)) => {
                self.reuse(now, id, packet.to, flags);
                external
            }
            None => self.make(now, key, packet, flags, rng)?,
        };
        Ok(Packet { from: external, ..packet.clone() })
    }

    /// Translates a packet on its way in, if its filter lets it (section 5).
    ///
    /// # Errors
    /// Where there is no mapping for it, or the mapping's filter does not let it in.
    pub fn inbound(&mut self, now: Duration, packet: &Packet) -> Result<Packet, Refusal> {
        self.expire(now);
        let (transport, flags) = match &packet.payload {
            Payload::Icmp(icmp) => return self.icmp_in(packet, icmp),
            Payload::Udp(_) => (Transport::Udp, None),
            Payload::Tcp(segment) => (Transport::Tcp, Some(segment.flags)),
        };
        let mapping = self.table.at(transport, packet.to).ok_or(Refusal::NoMapping)?;
        let filtering = self.behavior.filtering;
        if !mapping.lets_in(filtering, packet.from) {
            return Err(Refusal::Filtered(filtering));
        }
        if flags.is_some_and(|flags| !mapping.follows(packet.from, flags)) {
            return Err(Refusal::NoConnection);
        }
        let (id, internal) = (mapping.id, mapping.internal);
        match flags {
            Some(flags) => self.change(id, |it| it.passes(now, packet.from, flags, Direction::In)),
            None if self.behavior.refresh.inbound => {
                let expires = now.saturating_add(self.behavior.lifetime);
                self.change(id, |it| it.expires = expires);
            }
            None => {}
        }
        Ok(Packet { to: internal, ..packet.clone() })
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
        self.table.next_expiry()
    }

    /// Forgets the mappings whose time is up.
    pub fn expire(&mut self, now: Duration) {
        while let Some(id) = self.table.expired(now) {
            self.tell(Change::Expired(id));
        }
    }

    /// From now on somebody asks what changed.
    pub(crate) fn is_watched(&mut self) {
        self.changes = Some(Vec::new());
    }

    pub(crate) fn take_changes(&mut self) -> Vec<Change> {
        self.changes.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// A packet takes a mapping that is there: the filter learns of whom it is for, and REQ-6 keeps it alive.
    fn reuse(&mut self, now: Duration, id: MappingId, remote: SocketAddr, flags: Option<Flags>) {
        let Behavior { refresh, lifetime, .. } = self.behavior;
        self.change(id, |mapping| {
            mapping.sends_to(remote);
            match flags {
                Some(flags) => mapping.passes(now, remote, flags, Direction::Out),
                None if refresh.outbound => mapping.expires = now.saturating_add(lifetime),
                None => {}
            }
        });
    }

    fn make(
        &mut self,
        now: Duration,
        key: Key,
        packet: &Packet,
        flags: Option<Flags>,
        rng: &mut Rng,
    ) -> Result<SocketAddr, Refusal> {
        if self.table.len() >= Self::MOST {
            return Err(Refusal::TableFull);
        }
        let inside = (key.transport, key.internal);
        let external = self.ports.choose(&self.behavior, &self.table, inside, rng)?;
        self.made += 1;
        let mut mapping = Mapping {
            id: MappingId(self.made),
            key,
            transport: key.transport,
            internal: key.internal,
            external,
            remotes: Arc::default(),
            made: now,
            expires: now.saturating_add(self.behavior.lifetime),
            connections: BTreeMap::new(),
        };
        mapping.sends_to(packet.to);
        if let Some(flags) = flags {
            mapping.passes(now, packet.to, flags, Direction::Out);
        }
        self.tell(Change::Made(mapping.shown()));
        self.table.insert(mapping);
        Ok(external)
    }

    fn change(&mut self, id: MappingId, change: impl FnOnce(&mut Mapping)) {
        let mapping = self.table.change(id, change);
        if let (Some(changes), Some(mapping)) = (&mut self.changes, mapping) {
            changes.push(Change::Refreshed(mapping.shown()));
        }
    }

    fn tell(&mut self, change: Change) {
        if let Some(changes) = &mut self.changes {
            changes.push(change);
        }
    }
}
