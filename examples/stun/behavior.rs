//! How the NAT in between maps and filters: RFC 5780, a result for this moment.

use std::fmt;
use std::net::SocketAddr;

use anyhow::Result;
use stun_codec::MessageClass;
use stun_codec::rfc5389::attributes::XorMappedAddress;
use tap::Random;

use crate::client::{Client, binding, change};
use crate::message::{Attribute, CHANGE_IP, CHANGE_PORT, decode};

/// What a NAT depends on: when it picks an outside port, or when it lets a packet
/// in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Behavior {
    EndpointIndependent,
    AddressDependent,
    AddressAndPortDependent,
}

// ANCHOR: behavior
/// Which packets get in (RFC 5780 section 4.4); `None` where the server does not
/// play along. Ask from a fresh socket: a packet ever sent to the other address
/// would open the hole that this looks for.
pub(crate) async fn filtering(
    client: &Client,
    server: SocketAddr,
    random: &mut Random,
) -> Result<Option<Behavior>> {
    for (flags, behavior) in [
        (CHANGE_IP | CHANGE_PORT, Behavior::EndpointIndependent),
        (CHANGE_PORT, Behavior::AddressDependent),
    ] {
        match client.exchange(&change(flags, random)?, server).await? {
            // It got in, from an address or a port that nothing was sent to.
            Some(answer) if answer.from != server => return Ok(Some(behavior)),
            // It got in because it came from where the question went.
            Some(_) => return Ok(None),
            None => {}
        }
    }
    Ok(Some(Behavior::AddressAndPortDependent))
}

/// Which outside port a packet gets (RFC 5780 section 4.3). The first question went
/// to `server`, which saw
/// `mapped`; the same socket now asks at the server's other addresses.
pub(crate) async fn mapping(
    client: &Client,
    server: SocketAddr,
    other: SocketAddr,
    mapped: SocketAddr,
    random: &mut Random,
) -> Result<Option<Behavior>> {
    let Some(second) =
        mapped_by(client, (other.ip(), server.port()).into(), random).await?
    else {
        return Ok(None);
    };
    if second == mapped {
        return Ok(Some(Behavior::EndpointIndependent));
    }
    Ok(mapped_by(client, other, random).await?.map(|third| match third == second {
        true => Behavior::AddressDependent,
        false => Behavior::AddressAndPortDependent,
    }))
}
// ANCHOR_END: behavior

async fn mapped_by(
    client: &Client,
    server: SocketAddr,
    random: &mut Random,
) -> Result<Option<SocketAddr>> {
    let Some(answer) = client.exchange(&binding(random)?, server).await? else {
        return Ok(None);
    };
    let response = decode::<Attribute>(&answer.bytes)?;
    let mapped =
        response.get_attribute::<XorMappedAddress>().map(XorMappedAddress::address);
    Ok(mapped.filter(|_| response.class() == MessageClass::SuccessResponse))
}

impl fmt::Display for Behavior {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EndpointIndependent => "endpoint-independent",
            Self::AddressDependent => "address-dependent",
            Self::AddressAndPortDependent => "address and port-dependent",
        })
    }
}
