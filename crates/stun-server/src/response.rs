//! The responses: one success, three refusals, in the dialect of the client.

use std::net::SocketAddr;

use wire::stun::{Class, Message, kind};

use crate::Key;
use crate::request::{Hash, Request, Unknown};

/// The longest response that [`crate::Server::respond`] writes: over IPv6, to a client that showed a
/// credential. 76 bytes over IPv4 to one that did not.
pub const MAX_RESPONSE: usize = 20 + 3 * 24 + (4 + SOFTWARE.len()) + (4 + 32) + (4 + 4);

/// What the server calls itself in SOFTWARE. Short, because each byte is one that a forged request could have
/// sent to somebody else.
pub const SOFTWARE: &str = "wirebook";

/// Why a request is not granted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal<'a> {
    /// 400
    BadRequest,
    /// 401
    Unauthenticated,
    /// 420
    Unknown(Unknown, Key<'a>),
}

/// A response being written.
pub(crate) struct Response<'r, 'b> {
    request: &'r Request<'r>,
    out: &'b mut Vec<u8>,
}

impl<'r, 'b> Response<'r, 'b> {
    pub(crate) fn to(request: &'r Request<'r>, out: &'b mut Vec<u8>) -> Self {
        Self { request, out }
    }

    pub(crate) fn succeed(
        self,
        mapped: SocketAddr,
        origin: SocketAddr,
        other: Option<SocketAddr>,
        key: Key<'_>,
    ) -> Option<()> {
        let request = self.request;
        let message = self.begin(Class::SuccessResponse);
        let message = if request.classic {
            // An RFC 3489 server always has a CHANGED-ADDRESS; one without a second address has none to give.
            let message = message.address(kind::MAPPED_ADDRESS, mapped).address(kind::SOURCE_ADDRESS, origin);
            other.into_iter().fold(message, |message, other| message.address(kind::CHANGED_ADDRESS, other))
        } else {
            let message =
                message.xor_address(kind::XOR_MAPPED_ADDRESS, mapped).address(kind::RESPONSE_ORIGIN, origin);
            other
                .into_iter()
                .fold(message, |message, other| message.address(kind::OTHER_ADDRESS, other))
                .attribute(kind::SOFTWARE, SOFTWARE.as_bytes())
        };
        close(message, request, key)
    }

    pub(crate) fn refuse(self, refusal: Refusal<'_>) -> Option<()> {
        let request = self.request;
        let message = self.begin(Class::ErrorResponse);
        match refusal {
            Refusal::BadRequest => close(error(message, request, 400, "Bad Request"), request, None),
            Refusal::Unauthenticated => close(error(message, request, 401, "Unauthenticated"), request, None),
            Refusal::Unknown(unknown, key) => {
                let message = error(message, request, 420, "Unknown Attribute");
                close(list(message, request, unknown.kinds()), request, key)
            }
        }
    }

    fn begin(self, class: Class) -> Message<'b> {
        Message::begin_classic(self.out, class, kind::BINDING, self.request.id)
    }
}

/// The attributes that must stand last. FINGERPRINT is there where the request had one: whoever sent it may
/// share the port with other protocols (RFC 8489 section 7).
fn close(message: Message<'_>, request: &Request<'_>, key: Key<'_>) -> Option<()> {
    let message = match key {
        None => message,
        Some((Hash::Sha1, key)) => message.integrity(key),
        Some((Hash::Sha256, key)) => message.integrity_sha256(key),
    };
    let message = if request.fingerprint { message.fingerprint() } else { message };
    message.finish().ok()
}

/// ERROR-CODE. RFC 3489 section 11.2.9 knows no padding outside of the value: its phrase is filled with spaces.
fn error<'b>(message: Message<'b>, request: &Request<'_>, code: u16, reason: &str) -> Message<'b> {
    let width = if request.classic { reason.len().next_multiple_of(4) } else { 0 };
    message.error_code(code, &format!("{reason:width$}"))
}

/// UNKNOWN-ATTRIBUTES. RFC 3489 section 11.2.10 fills an odd list by naming the last one again.
fn list<'b>(message: Message<'b>, request: &Request<'_>, kinds: &[u16]) -> Message<'b> {
    match kinds.last() {
        Some(last) if request.classic && kinds.len() % 2 == 1 => {
            message.unknown_attributes(&[kinds, &[*last]].concat())
        }
        _ => message.unknown_attributes(kinds),
    }
}
