//! How mappings are chosen wrongly, and why it is wrong.

use std::net::SocketAddr;

use super::super::Dependence;
use super::{Mapping, Part};
use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

/// Which mapping of a table serves for a packet from an internal to a remote endpoint.
type Choose = fn(Dependence, &[Mapping], SocketAddr, SocketAddr) -> Option<Mapping>;

/// A way to choose wrongly, which part of the packet shows it, and why it is wrong.
pub(super) struct Mistake {
    pub(super) chooses: Choose,
    pub(super) part: Part,
    pub(super) label: &'static str,
    pub(super) why: &'static str,
}

/// The special ones first: who goes wrong in a general way went wrong before.
pub(super) const MISTAKES: [Mistake; 10] = [
    Mistake {
        chooses: |mapping, table, internal, remote| {
            let kind = if mapping == AddressDependent { AddressAndPortDependent } else { mapping };
            first(table, |known| known.internal == internal && same(kind, known, remote))
        },
        part: Part::Remote,
        label: "the same address, another port",
        why: "address-dependent means the address alone: the remote port may be another, the mapping is the same",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            let kind = if mapping == AddressDependent { EndpointIndependent } else { mapping };
            first(table, |known| known.internal == internal && same(kind, known, remote))
        },
        part: Part::Remote,
        label: "another address",
        why: "an address-dependent NAT makes a new mapping for each new remote address. One that reuses it for all the \
              world is endpoint-independent",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            let kind = if mapping == AddressAndPortDependent { AddressDependent } else { mapping };
            first(table, |known| known.internal == internal && same(kind, known, remote))
        },
        part: Part::Remote,
        label: "the same address, but another port",
        why: "address and port-dependent means both: another port at the same remote address gets a new mapping. This \
              is the NAT that RFC 3489 called symmetric",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            let same = |known: &Mapping| match mapping {
                AddressAndPortDependent => known.remote.port() == remote.port(),
                _ => same(mapping, known, remote),
            };
            first(table, |known| known.internal == internal && same(known))
        },
        part: Part::Remote,
        label: "the same port, but another address",
        why: "address and port-dependent means both. Two servers often have the same port: 3478 is each STUN server's",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            first(table, |known| known.internal.ip() == internal.ip() && same(mapping, known, remote))
        },
        part: Part::Internal,
        label: "another socket of this host",
        why: "a mapping is of an internal endpoint, address and port. Two sockets of one host need two: when an answer \
              comes to the one external port, whose would it be?",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            first(table, |known| known.internal.port() == internal.port() && same(mapping, known, remote))
        },
        part: Part::Internal,
        label: "another host, with the same port",
        why: "a mapping is of an internal endpoint, address and port. With the port alone, the answers for one host go \
              to another",
    },
    Mistake {
        chooses: |mapping, table, _, remote| first(table, |known| same(mapping, known, remote)),
        part: Part::Internal,
        label: "another internal endpoint",
        why: "every kind of NAT looks at the internal endpoint first; what differs is how much it looks at of the \
              remote one. A mapping belongs to one internal endpoint, or nobody knows for whom an answer is",
    },
    Mistake {
        chooses: |mapping, table, internal, remote| {
            table.last().copied().filter(|known| known.internal == internal && same(mapping, known, remote))
        },
        part: Part::Both,
        label: "has a mapping, further up in the table",
        why: "a mapping lives on while others are made: look at the whole table, not only at its last line",
    },
    Mistake {
        chooses: |_, table, internal, remote| {
            first(table, |known| known.internal == internal && known.remote == remote)
        },
        part: Part::Remote,
        label: "this NAT does not look so closely",
        why: "a mapping for each remote endpoint is what an address and port-dependent NAT does. An \
              endpoint-independent one does not look at the remote endpoint, an address-dependent one does not look at \
              its port",
    },
    Mistake {
        chooses: |_, _, _, _| None,
        part: Part::Both,
        label: "has a mapping already",
        why: "all three kinds reuse the mapping for a packet with the same internal and the same remote endpoint. \
              Without that, the answer to the first packet would go to a port that the second one does not use",
    },
];

fn first(table: &[Mapping], serves: impl Fn(&Mapping) -> bool) -> Option<Mapping> {
    table.iter().find(|known| serves(known)).copied()
}

/// Whether a mapping's remote endpoint is the one that is written to now, as far as that kind of NAT looks.
fn same(kind: Dependence, known: &Mapping, remote: SocketAddr) -> bool {
    kind.of_sim().same(known.remote, remote)
}
