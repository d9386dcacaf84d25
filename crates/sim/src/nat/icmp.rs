//! ICMP errors about packets that a NAT translated: the packet that an error quotes is turned back to what whoever
//! gets it once sent (RFC 5508 section 4.2). No error makes, refreshes or ends a mapping: RFC 4787 REQ-12 and RFC 5382
//! REQ-10 say so of ending one, RFC 5508 REQ-6 of refreshing one too, if only of ICMP queries.

use std::net::SocketAddr;

use super::mapping::Key;
use super::{Nat, Refusal};
use crate::packet::{Icmp, Packet, Payload};

impl Nat {
    /// An error from inside about a packet that came in (RFC 5508 section 4.2.2). Whoever sent that knows nothing of
    /// the address inside: neither the quote nor the error itself shows it.
    pub(super) fn icmp_out(&self, packet: &Packet, icmp: &Icmp) -> Result<Packet, Refusal> {
        let key = Key::new(icmp.transport, icmp.to, self.behavior.mapping, icmp.from);
        let mapping = self.table.of_key(&key).or_else(|| self.table.of_endpoint(icmp.transport, icmp.to));
        let external = mapping.ok_or(Refusal::NoMapping)?.external;
        let quoted = Icmp { to: external, ..icmp.clone() };
        let from = SocketAddr::new(external.ip(), 0);
        Ok(Packet { from, payload: Payload::Icmp(quoted), ..packet.clone() })
    }

    /// An error from outside about a packet that went out (RFC 5508 section 4.2.1). It may come from any router on the
    /// way, so that no filter asks who sent it (RFC 4787 REQ-12a).
    pub(super) fn icmp_in(&self, packet: &Packet, icmp: &Icmp) -> Result<Packet, Refusal> {
        let internal = self.table.at(icmp.transport, icmp.from).ok_or(Refusal::NoMapping)?.internal;
        let quoted = Icmp { from: internal, ..icmp.clone() };
        let to = SocketAddr::new(internal.ip(), 0);
        Ok(Packet { to, payload: Payload::Icmp(quoted), ..packet.clone() })
    }
}
