//! A NAT's table, found by what is inside, by what is outside, and by what dies next.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use super::mapping::{Key, Mapping, MappingId};
use crate::packet::Transport;

/// The mappings. No two share a key, nor an external endpoint of one transport (REQ-3: no overloading).
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    mappings: BTreeMap<MappingId, Mapping>,
    by_key: BTreeMap<Key, MappingId>,
    by_external: BTreeMap<(Transport, SocketAddr), MappingId>,
    by_expiry: BTreeSet<(Duration, MappingId)>,
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.mappings.len()
    }

    /// Oldest first.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Mapping> {
        self.mappings.values()
    }

    pub(super) fn of_key(&self, key: &Key) -> Option<&Mapping> {
        self.mappings.get(self.by_key.get(key)?)
    }

    pub(super) fn at(&self, transport: Transport, external: SocketAddr) -> Option<&Mapping> {
        self.mappings.get(self.by_external.get(&(transport, external))?)
    }

    /// Those of one internal address.
    pub(super) fn of_host(&self, host: IpAddr) -> impl Iterator<Item = &Mapping> {
        let of_host = self.by_key.range(Key::first_of(SocketAddr::new(host, 0), Transport::Udp)..);
        let of_host = of_host.take_while(move |(key, _)| key.internal.ip() == host);
        of_host.filter_map(|(_, id)| self.mappings.get(id))
    }

    /// The first of one internal endpoint, whomever it is toward.
    pub(super) fn of_endpoint(&self, transport: Transport, internal: SocketAddr) -> Option<&Mapping> {
        let (key, id) = self.by_key.range(Key::first_of(internal, transport)..).next()?;
        let same = key.internal == internal && key.transport == transport;
        same.then(|| self.mappings.get(id)).flatten()
    }

    pub(super) fn insert(&mut self, mapping: Mapping) {
        self.by_key.insert(mapping.key, mapping.id);
        self.by_external.insert((mapping.transport, mapping.external), mapping.id);
        self.by_expiry.insert((mapping.expires, mapping.id));
        self.mappings.insert(mapping.id, mapping);
    }

    /// Changes a mapping's filter or its life, and gives it as it is then.
    pub(super) fn change(&mut self, id: MappingId, change: impl FnOnce(&mut Mapping)) -> Option<&Mapping> {
        let mapping = self.mappings.get_mut(&id)?;
        let before = mapping.expires;
        change(mapping);
        if mapping.expires != before {
            self.by_expiry.remove(&(before, id));
            self.by_expiry.insert((mapping.expires, id));
        }
        Some(mapping)
    }

    pub(super) fn next_expiry(&self) -> Option<Duration> {
        self.by_expiry.first().map(|(at, _)| *at)
    }

    /// Takes out one whose time is up.
    pub(super) fn expired(&mut self, now: Duration) -> Option<MappingId> {
        let (_, id) = self.by_expiry.first().copied().filter(|&(at, _)| at <= now)?;
        self.by_expiry.pop_first();
        if let Some(mapping) = self.mappings.remove(&id) {
            self.by_key.remove(&mapping.key);
            self.by_external.remove(&(mapping.transport, mapping.external));
        }
        Some(id)
    }
}
