//! RFC 5780's mapping test by a browser's means: several servers asked from one socket, and what each saw.

use std::collections::BTreeSet;

use super::report::{Candidate, host_and_port};

/// What one socket of the browser looked like from outside.
#[derive(Debug)]
pub(super) struct Base<'c> {
    /// Each different address and port, in the order in which the browser told them.
    pub(super) mapped: Vec<&'c Candidate>,
}

/// What the answers say of the mapping (RFC 4787 section 4.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mapping {
    /// Several addresses of servers, and all saw the same.
    EndpointIndependent,
    /// All saw the same, but they are ports of one address.
    SameForEveryPort,
    /// Another for each address, and the same for each port of it.
    AddressDependent,
    /// Another for each address and port.
    AddressAndPortDependent,
    /// Not the same for all; the servers that answered do not tell address and port apart.
    Dependent,
    /// One server answered, or none.
    Unknown,
}

/// The server reflexive candidates by the socket that they are of.
///
/// By `raddr` and `rport` where the browser tells them. Chromium and Firefox hide them together with the host's address;
/// then, where there are several host candidates, by foundation, which in Chromium stands for the base.
pub(super) fn bases<'c>(candidates: &'c [Candidate]) -> Vec<Base<'c>> {
    let sockets = candidates.iter().filter(|it| it.is_udp("host")).count();
    let key = |it: &Candidate| {
        let base = match &it.base {
            Some((address, port)) => format!("{address} {port}"),
            None if sockets > 1 => it.foundation.clone(),
            None => String::new(),
        };
        (it.component, it.ip().is_some_and(|ip| ip.is_ipv6()), base)
    };
    let mut bases: Vec<(_, Base<'c>)> = Vec::new();
    for candidate in candidates.iter().filter(|it| it.is_udp("srflx")) {
        let key = key(candidate);
        match bases.iter_mut().find(|(known, _)| *known == key) {
            Some((_, base)) if base.mapped.iter().any(|it| it.at() == candidate.at()) => {}
            Some((_, base)) => base.mapped.push(candidate),
            None => bases.push((key, Base { mapped: vec![candidate] })),
        }
    }
    bases.into_iter().map(|(_, base)| base).collect()
}

/// What follows from so many different mappings, where these servers answered.
pub(super) fn mapping(different: usize, answered: &[&str]) -> Mapping {
    let places: BTreeSet<(&str, u16)> = answered.iter().filter_map(|url| host_and_port(url)).collect();
    let hosts: BTreeSet<&str> = places.iter().map(|(host, _)| *host).collect();
    match different {
        0 => Mapping::Unknown,
        1 if hosts.len() > 1 => Mapping::EndpointIndependent,
        1 if places.len() > 1 => Mapping::SameForEveryPort,
        1 => Mapping::Unknown,
        // More mappings than addresses: the port counts too.
        _ if different > hosts.len() => Mapping::AddressAndPortDependent,
        // As many as addresses, some of which were asked at two ports.
        _ if different == hosts.len() && places.len() > hosts.len() => Mapping::AddressDependent,
        _ => Mapping::Dependent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FOUR: &[&str] =
        &["stun:192.0.2.1:3478", "stun:192.0.2.1:3479", "stun:192.0.2.2:3478", "stun:192.0.2.2:3479"];

    #[test]
    fn as_many_mappings_as_addresses_or_as_ports_tell_what_they_depend_on() {
        for (different, answered, expected) in [
            (1, FOUR, Mapping::EndpointIndependent),
            (2, FOUR, Mapping::AddressDependent),
            (3, FOUR, Mapping::AddressAndPortDependent),
            (4, FOUR, Mapping::AddressAndPortDependent),
            (1, &FOUR[..2], Mapping::SameForEveryPort),
            (2, &FOUR[..2], Mapping::AddressAndPortDependent),
            // One port of each address.
            (1, &["stun:a", "stun:b"], Mapping::EndpointIndependent),
            (2, &["stun:a", "stun:b"], Mapping::Dependent),
            // The same server twice is one.
            (1, &["stun:a", "stun:a:3478"], Mapping::Unknown),
            (1, &FOUR[..1], Mapping::Unknown),
            (0, FOUR, Mapping::Unknown),
            (1, &[], Mapping::Unknown),
        ] {
            assert_eq!(mapping(different, answered), expected, "{different} {answered:?}");
        }
    }
}
