//! The four sockets of the lab: two loopback addresses, two ports.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use anyhow::{Context, Result};
use stun_server::Endpoint;

/// The port of STUN (RFC 8489 section 8.1), and the next.
const PORTS: [u16; 2] = [3478, 3479];
/// Where the lab listens unless it is told: the primary address and the alternate.
pub(super) const LOOPBACK: [IpAddr; 2] =
    [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2))];
/// So many times a port that is free on one address may turn out to be taken on the other.
const TRIES: usize = 16;

pub(super) const NO_ALTERNATE: &str = "127.0.0.2 cannot be bound here, so the STUN lab has no second address: it answers \
     CHANGE-REQUEST with 420. On macOS `sudo ifconfig lo0 alias 127.0.0.2` adds it";

/// Sockets, by the endpoint that they are.
#[derive(Debug)]
pub(super) struct Sockets {
    pub(super) primary: SocketAddr,
    pub(super) alternate: Option<SocketAddr>,
    /// In the order of [`Endpoint::ALL`]; one where there is no alternate.
    sockets: Vec<UdpSocket>,
}

/// Sockets, and what is to be said of them.
pub(super) struct Bound {
    pub(super) sockets: Sockets,
    pub(super) notices: Vec<String>,
}

impl Sockets {
    pub(super) fn at(&self, endpoint: Endpoint) -> Option<&UdpSocket> {
        let at = Endpoint::ALL.iter().position(|known| *known == endpoint)?;
        self.sockets.get(at)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &UdpSocket> {
        self.sockets.iter()
    }
}

/// Binds the port that was named, or 3478, or any; and a second port, on both addresses.
pub(super) fn bind([first_ip, second_ip]: [IpAddr; 2], port: Option<u16>) -> Result<Bound> {
    let both = [first_ip, second_ip];
    let ips = if UdpSocket::bind((second_ip, 0)).is_ok() { &both[..] } else { &both[..1] };
    let mut notices = Vec::new();
    let first = match port {
        Some(0) => any(ips)?,
        Some(port) => same_port(ips, port).with_context(|| {
            format!("UDP port {port} cannot be bound on {first_ip}: name another, or 0 for any")
        })?,
        None => match same_port(ips, PORTS[0]) {
            Ok(sockets) => sockets,
            Err(error) => {
                let sockets = any(ips)?;
                let taken = port_of(&sockets)?;
                notices.push(format!(
                    "UDP port {} is not free ({error}): the STUN lab listens on {taken}",
                    PORTS[0]
                ));
                sockets
            }
        },
    };
    let primary = SocketAddr::new(first_ip, port_of(&first)?);
    if ips.len() == 1 {
        return Ok(Bound { sockets: Sockets { primary, alternate: None, sockets: first }, notices });
    }
    let wanted = if primary.port() == PORTS[0] { PORTS[1] } else { 0 };
    let second = same_port(ips, wanted).or_else(|_| any(ips))?;
    let alternate = Some(SocketAddr::new(second_ip, port_of(&second)?));
    // By IP address first, as in `Endpoint::ALL`.
    let (mut firsts, mut seconds) = (first.into_iter(), second.into_iter());
    let sockets =
        [firsts.next(), seconds.next(), firsts.next(), seconds.next()].into_iter().flatten().collect();
    Ok(Bound { sockets: Sockets { primary, alternate, sockets }, notices })
}

fn any(ips: &[IpAddr]) -> Result<Vec<UdpSocket>> {
    (1..TRIES)
        .find_map(|_| same_port(ips, 0).ok())
        .map_or_else(|| same_port(ips, 0), Ok)
        .context("no UDP port is free on loopback for the STUN lab")
}

/// One socket for each address, all on one port.
fn same_port(ips: &[IpAddr], port: u16) -> io::Result<Vec<UdpSocket>> {
    let mut port = port;
    ips.iter()
        .map(|&ip| {
            let socket = UdpSocket::bind((ip, port))?;
            port = socket.local_addr()?.port();
            Ok(socket)
        })
        .collect()
}

fn port_of(sockets: &[UdpSocket]) -> Result<u16> {
    Ok(sockets.first().context("no address to listen on")?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use stun_server::Side;

    use super::*;

    #[test]
    fn each_endpoint_has_the_socket_of_its_address() {
        let Bound { sockets, .. } = bind(LOOPBACK, Some(0)).unwrap();
        let Some(alternate) = sockets.alternate else { return assert!(sockets.iter().count() == 1) };
        for endpoint in Endpoint::ALL {
            let side = |side| if side == Side::Primary { sockets.primary } else { alternate };
            let expected = SocketAddr::new(side(endpoint.ip).ip(), side(endpoint.port).port());
            assert_eq!(sockets.at(endpoint).unwrap().local_addr().unwrap(), expected);
        }
    }

    #[test]
    fn a_port_that_was_named_and_is_taken_is_an_error_that_names_it() {
        let taken = UdpSocket::bind((LOOPBACK[0], 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let error = bind(LOOPBACK, Some(port)).err().unwrap();
        assert!(format!("{error:#}").contains(&port.to_string()), "{error:#}");
    }
}
