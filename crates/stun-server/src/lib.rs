//! A STUN server without a socket: a request's bytes in, a response's bytes out.
//!
//! It answers Binding requests as RFC 8489 sections 6.3 and 12 say, from up to four addresses as RFC 5780
//! section 6 says, and clients of RFC 3489 as RFC 5389 section 12.2 says. It holds no state and knows no clock
//! and no socket, so a lab, the network simulator and a test drive it alike.
//!
//! ```
//! use stun_server::{Endpoint, Server};
//! use wire::stun::{Class, Message, STUN, kind};
//!
//! let server = Server::new("198.51.100.3:3478".parse()?);
//! let (mut request, mut response) = (Vec::new(), Vec::new());
//! Message::begin(&mut request, Class::Request, kind::BINDING, *b"ping-pong-01").finish()?;
//!
//! let seen = "192.0.2.1:32853".parse()?;
//! let reply = server.respond(&request, seen, Endpoint::PRIMARY, &mut response).expect("an answer");
//! assert_eq!(reply.to, seen);
//! assert_eq!(STUN.dissect(&response).find("XOR-MAPPED-ADDRESS").and_then(wire::Node::addr), Some(seen));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What it never does
//! - Answer twice, or answer what is not a Binding request: so two servers cannot be made to talk to each other.
//! - Send to another IP address than the request's source. RFC 3489's RESPONSE-ADDRESS is refused with 420.
//! - Send more than [`MAX_RESPONSE`] bytes, whatever it is asked. RFC 5780's PADDING, which asks for a response of
//!   a whole MTU, is refused with 420.
//! - Keep anything of a request.

mod endpoint;
mod request;
mod response;
#[cfg(feature = "sim")]
pub mod sim;

use std::net::{IpAddr, SocketAddr};

pub use endpoint::{BadAlternate, Endpoint, Side};
pub use response::{MAX_RESPONSE, SOFTWARE};

use request::Request;
use response::{Refusal, Response};

/// A STUN server for one port of one IP address, or for two ports of two.
#[derive(Clone, Debug)]
pub struct Server {
    addresses: endpoint::Addresses,
    authentication: Authentication,
}

/// Where a response goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Which of the server's addresses sends it.
    pub from: Endpoint,
    /// To whom: the source of the request, or another port of it where RESPONSE-PORT asked so.
    pub to: SocketAddr,
}

/// Whether requests must show a short-term credential (RFC 8489 section 9.1).
#[derive(Clone, Debug, Default)]
pub enum Authentication {
    /// No: credentials are ignored, as a public server should (RFC 8489 section 12).
    #[default]
    Never,
    /// A request that shows one is held to it; one that shows none is answered too. No RFC has this: it lets one
    /// lab serve browsers and show what a wrong password gives.
    WhenOffered(Credential),
    /// Yes.
    Always(Credential),
}

/// A short-term credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// The USERNAME that a request must hold.
    pub username: String,
    /// The key of its HMAC. It never travels.
    pub password: String,
}

impl Server {
    /// A server with one address. It cannot help to test a NAT, and says so by 420 to CHANGE-REQUEST.
    #[must_use]
    pub fn new(primary: SocketAddr) -> Self {
        let addresses = endpoint::Addresses { primary, alternate: None };
        Self { addresses, authentication: Authentication::Never }
    }

    /// A second IP address and a second port, so that there are four addresses in all (RFC 5780 section 6).
    ///
    /// # Errors
    /// Where IP or port are the primary ones, or the families differ: then CHANGE-REQUEST could not be honored.
    pub fn with_alternate(mut self, alternate: SocketAddr) -> Result<Self, BadAlternate> {
        self.addresses = endpoint::Addresses::with_alternate(self.addresses.primary, alternate)?;
        Ok(self)
    }

    /// Which requests must show a credential.
    #[must_use]
    pub fn with_authentication(mut self, authentication: Authentication) -> Self {
        self.authentication = authentication;
        self
    }

    /// One of the server's addresses; `None` where it has no alternate.
    #[must_use]
    pub fn address(&self, endpoint: Endpoint) -> Option<SocketAddr> {
        self.addresses.at(endpoint)
    }

    /// The addresses to listen on: one, or four.
    pub fn addresses(&self) -> impl Iterator<Item = (Endpoint, SocketAddr)> {
        Endpoint::ALL.into_iter().filter_map(|endpoint| Some((endpoint, self.address(endpoint)?)))
    }

    /// Answers a datagram that came `from` there to the server's address `arrived_at`. The response is written
    /// into `out`, in place of what was there; `None` means that nothing must be sent.
    pub fn respond(
        &self,
        datagram: &[u8],
        from: SocketAddr,
        arrived_at: Endpoint,
        out: &mut Vec<u8>,
    ) -> Option<Reply> {
        out.clear();
        let request = Request::parse(datagram)?;
        if !is_one_host(from) {
            return None;
        }
        let response = Response::to(&request, out);
        let same = Reply { from: arrived_at, to: from };
        match self.check(&request, datagram) {
            Err(refusal) => response.refuse(refusal).map(|()| same),
            Ok(key) => {
                let reply = Reply { from: request.answer_from(arrived_at), to: request.answer_to(from) };
                let origin = self.address(reply.from)?;
                let other = self.address(arrived_at.opposite());
                response.succeed(canonical(from), origin, other, key).map(|()| reply)
            }
        }
    }

    /// The checks in the order of RFC 8489 section 6.3: form, credential, attributes.
    fn check<'a>(&'a self, request: &Request<'_>, datagram: &[u8]) -> Result<Key<'a>, Refusal<'a>> {
        if request.malformed {
            return Err(Refusal::BadRequest);
        }
        let key = self.authenticate(request, datagram)?;
        let mut unknown = request.unknown;
        if request.change.is_some() && self.addresses.alternate.is_none() {
            unknown.push(wire::stun::kind::CHANGE_REQUEST);
        }
        if unknown.is_empty() { Ok(key) } else { Err(Refusal::Unknown(unknown, key)) }
    }

    /// RFC 8489 section 9.1.3.
    fn authenticate(&self, request: &Request<'_>, datagram: &[u8]) -> Result<Key<'_>, Refusal<'_>> {
        let shows_none = request.username.is_none() && request.integrity.is_none();
        let Credential { username, password } = match &self.authentication {
            Authentication::Never => return Ok(None),
            Authentication::WhenOffered(_) if shows_none => return Ok(None),
            Authentication::WhenOffered(credential) | Authentication::Always(credential) => credential,
        };
        let (Some(user), Some(integrity)) = (request.username, &request.integrity) else {
            return Err(Refusal::BadRequest);
        };
        if user == username.as_bytes() && integrity.holds(datagram, password.as_bytes()) {
            Ok(Some((integrity.kind, password.as_bytes())))
        } else {
            Err(Refusal::Unauthenticated)
        }
    }
}

/// The password that a request was checked with, and by which HMAC; the response is protected alike.
type Key<'a> = Option<(request::Hash, &'a [u8])>;

/// Whether an answer would go to one host only. A forged source must not make the server shout.
fn is_one_host(from: SocketAddr) -> bool {
    let shout = match canonical(from).ip() {
        IpAddr::V4(ip) => ip.is_broadcast() || ip.is_multicast() || ip.is_unspecified(),
        IpAddr::V6(ip) => ip.is_multicast() || ip.is_unspecified(),
    };
    from.port() != 0 && !shout
}

/// What the client's IPv4 socket knows itself as, where a socket for both families says `::ffff:192.0.2.1`.
fn canonical(from: SocketAddr) -> SocketAddr {
    SocketAddr::new(from.ip().to_canonical(), from.port())
}
