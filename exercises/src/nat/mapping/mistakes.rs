//! What NATs of beginners do, and why it is wrong.

use std::net::SocketAddr;

use wire::Spec;

use super::super::Dependence;
use super::{ExternalPort, MAPPING, Mapping, PORTS, Part};
use Dependence::{AddressAndPortDependent, AddressDependent, EndpointIndependent};

/// A NAT that goes wrong in one way, which part of the packet shows it, and why it is wrong.
pub(super) struct Mistake {
    pub(super) way: ExternalPort,
    pub(super) part: Part,
    pub(super) label: &'static str,
    pub(super) spec: Spec,
    pub(super) why: &'static str,
}

/// The special ones first: a NAT that goes wrong in a general way went wrong before.
pub(super) const MISTAKES: [Mistake; 15] = [
    Mistake {
        way: |mapping, table, internal, remote| {
            let kind = if mapping == AddressDependent { AddressAndPortDependent } else { mapping };
            choose(table, internal, remote, reuses(kind), next_free)
        },
        part: Part::Remote,
        label: "the same address, another port",
        spec: MAPPING,
        why: "address-dependent means the address alone: the remote port may be another, the mapping is the same",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            let kind = if mapping == AddressDependent { EndpointIndependent } else { mapping };
            choose(table, internal, remote, reuses(kind), next_free)
        },
        part: Part::Remote,
        label: "another address",
        spec: MAPPING,
        why: "an address-dependent NAT makes a new mapping for each new remote address. One that reuses it for all the \
              world is endpoint-independent",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            let kind = if mapping == AddressAndPortDependent { AddressDependent } else { mapping };
            choose(table, internal, remote, reuses(kind), next_free)
        },
        part: Part::Remote,
        label: "the same address, but another port",
        spec: MAPPING,
        why: "address and port-dependent means both: another port at the same remote address gets a new mapping. This is \
              the NAT that RFC 3489 called symmetric",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(
                table,
                internal,
                remote,
                move |known, internal, remote| match mapping {
                    AddressAndPortDependent => {
                        known.internal == internal && known.remote.port() == remote.port()
                    }
                    _ => reuses(mapping)(known, internal, remote),
                },
                next_free,
            )
        },
        part: Part::Remote,
        label: "the same port, but another address",
        spec: MAPPING,
        why: "address and port-dependent means both. Two servers often have the same port: 3478 is each STUN server's",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(
                table,
                internal,
                remote,
                move |known, internal, remote| {
                    known.internal.ip() == internal.ip() && reuses(mapping)(known, known.internal, remote)
                },
                next_free,
            )
        },
        part: Part::Internal,
        label: "another socket of this host",
        spec: MAPPING,
        why: "a mapping is of an internal endpoint, address and port. Two sockets of one host need two: when an answer \
              comes to the one external port, whose would it be?",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(
                table,
                internal,
                remote,
                move |known, internal, remote| {
                    known.internal.port() == internal.port() && reuses(mapping)(known, known.internal, remote)
                },
                next_free,
            )
        },
        part: Part::Internal,
        label: "another host, with the same port",
        spec: MAPPING,
        why: "a mapping is of an internal endpoint, address and port. With the port alone the answers for one host go to \
              another",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(
                table,
                internal,
                remote,
                move |known, _, remote| reuses(mapping)(known, known.internal, remote),
                next_free,
            )
        },
        part: Part::Internal,
        label: "another internal endpoint",
        spec: MAPPING,
        why: "every kind of NAT looks at the internal endpoint first; what differs is how much it looks at of the remote \
              one. A mapping belongs to one internal endpoint, or nobody knows for whom an answer is",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            let last = table.last().filter(|known| reuses(mapping)(known, internal, remote)).copied();
            match last {
                Some(known) => known.external,
                None => make(table, internal, remote, next_free),
            }
        },
        part: Part::Both,
        label: "has a mapping, further up in the table",
        spec: MAPPING,
        why: "a mapping lives on while others are made: look at the whole table, not only at its last line",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(table, internal, remote, reuses(mapping), |table, internal| {
                let of_another = |port: u16| {
                    table.iter().any(|known| known.internal.port() == port && known.internal != internal)
                };
                up_from(internal.port(), of_another)
            })
        },
        part: Part::Port,
        label: "that port is taken outside",
        spec: PORTS,
        why: "what must be free is the port outside. A port may be nobody's inside and yet be taken outside, by a mapping \
              whose own port was not to be had",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(table, internal, remote, reuses(mapping), |_, internal| internal.port())
        },
        part: Part::Port,
        label: "that port is taken outside",
        spec: PORTS,
        why: "two internal endpoints with one external port is port overloading, which REQ-3 forbids: both talk to the \
              same server, and its answers look alike",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(table, internal, remote, reuses(mapping), |table, internal| {
                let port = internal.port();
                if taken(table, port) { port.checked_add(1).unwrap_or(1024) } else { port }
            })
        },
        part: Part::Port,
        label: "the next port is taken too",
        spec: PORTS,
        why: "one step up may lead to a port that is taken as well: go on until no mapping has it",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            choose(table, internal, remote, reuses(mapping), |table, internal| {
                let port = internal.port();
                (0..=u16::MAX)
                    .map(|step| port.wrapping_add(step))
                    .find(|port| !taken(table, *port))
                    .unwrap_or(0)
            })
        },
        part: Part::Port,
        label: "after 65535 comes 1024",
        spec: PORTS,
        why: "port 0 is no port that one can send to, and 0 to 1023 are kept for internal endpoints that have such a port \
              (REQ-3a): after 65535 go on with 1024",
    },
    Mistake {
        way: |_, table, internal, remote| {
            choose(table, internal, remote, reuses(AddressAndPortDependent), next_free)
        },
        part: Part::Remote,
        label: "this NAT does not look so closely",
        spec: MAPPING,
        why: "a mapping for each remote endpoint is what an address and port-dependent NAT does. An endpoint-independent \
              one does not look at the remote endpoint, an address-dependent one does not look at its port",
    },
    Mistake {
        way: |_, table, internal, remote| make(table, internal, remote, next_free),
        part: Part::Both,
        label: "has a mapping already",
        spec: MAPPING,
        why: "all three kinds reuse the mapping for a packet with the same internal and the same remote endpoint. Without \
              that, the answer to the first packet would go to a port that the second one does not use",
    },
    Mistake {
        way: |mapping, table, internal, remote| {
            let mut forgotten = table.clone();
            choose(&mut forgotten, internal, remote, reuses(mapping), next_free)
        },
        part: Part::Both,
        label: "nothing was written down",
        spec: MAPPING,
        why: "a mapping that is made is pushed to the table. It is there for the answer, which must find its way in",
    },
];

/// Which mapping serves for a packet, by the kind of NAT.
fn reuses(mapping: Dependence) -> impl Fn(&Mapping, SocketAddr, SocketAddr) -> bool {
    move |known, internal, remote| known.internal == internal && mapping.of_sim().same(known.remote, remote)
}

fn choose(
    table: &mut Vec<Mapping>,
    internal: SocketAddr,
    remote: SocketAddr,
    reuses: impl Fn(&Mapping, SocketAddr, SocketAddr) -> bool,
    port: fn(&[Mapping], SocketAddr) -> u16,
) -> u16 {
    match table.iter().find(|known| reuses(known, internal, remote)) {
        Some(known) => known.external,
        None => make(table, internal, remote, port),
    }
}

fn make(
    table: &mut Vec<Mapping>,
    internal: SocketAddr,
    remote: SocketAddr,
    port: fn(&[Mapping], SocketAddr) -> u16,
) -> u16 {
    let external = port(table, internal);
    table.push(Mapping { internal, remote, external });
    external
}

fn next_free(table: &[Mapping], internal: SocketAddr) -> u16 {
    up_from(internal.port(), |port| taken(table, port))
}

fn up_from(port: u16, taken: impl Fn(u16) -> bool) -> u16 {
    (port..=u16::MAX).chain(1024..port).find(|port| !taken(*port)).unwrap_or(0)
}

fn taken(table: &[Mapping], port: u16) -> bool {
    table.iter().any(|known| known.external == port)
}
