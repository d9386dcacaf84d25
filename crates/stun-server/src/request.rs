//! What the server needs to know of a request, read in one pass and without a copy.
//!
//! This is not a second dissector: it says nothing about the bytes, keeps no spans, and looks at some ten
//! attributes only. A test holds it to the dissector's opinion of what is well formed.

use std::net::SocketAddr;

use wire::stun::{
    Class, HEADER_LEN, MAGIC_COOKIE, fingerprint, kind, message_integrity, message_integrity_sha256,
    message_type,
};

use crate::endpoint::Endpoint;

/// A Binding request.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// Magic cookie and transaction ID; or the 128 bits of an RFC 3489 client.
    pub(crate) id: [u8; 16],
    /// The client speaks RFC 3489: there is no magic cookie.
    pub(crate) classic: bool,
    /// It holds a FINGERPRINT, which is right.
    pub(crate) fingerprint: bool,
    /// CHANGE-REQUEST: change IP, change port.
    pub(crate) change: Option<(bool, bool)>,
    response_port: Option<u16>,
    pub(crate) username: Option<&'a [u8]>,
    pub(crate) integrity: Option<Integrity<'a>>,
    /// Comprehension-required attributes that this server does not know, or does not grant.
    pub(crate) unknown: Unknown,
    /// An attribute has a length that cannot be.
    pub(crate) malformed: bool,
}

/// MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256: the latter where both are there (RFC 8489 section 9.1.3).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Integrity<'a> {
    pub(crate) kind: Hash,
    hmac: &'a [u8],
    covers: usize,
}

/// Which hash function the HMAC uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hash {
    Sha1,
    Sha256,
}

/// The first few attribute types that stopped the server. More are not listed, which keeps the response small.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unknown {
    kinds: [u16; Unknown::LISTED],
    len: usize,
}

impl<'a> Request<'a> {
    /// `None` for all that gets no answer (RFC 8489 section 6.3): what is not STUN, what is not a Binding
    /// request, and what has a wrong FINGERPRINT.
    pub(crate) fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (header, attributes) = datagram.split_first_chunk::<HEADER_LEN>()?;
        let [t0, t1, l0, l1, id @ ..] = *header;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let is_binding =
            u16::from_be_bytes([t0, t1]) == const { message_type(Class::Request, kind::BINDING) };
        if !is_binding || length != attributes.len() || !length.is_multiple_of(4) {
            return None;
        }
        let mut request = Request {
            id,
            classic: id[..4] != MAGIC_COOKIE.to_be_bytes(),
            fingerprint: false,
            change: None,
            response_port: None,
            username: None,
            integrity: None,
            unknown: Unknown::default(),
            malformed: false,
        };
        request.read(datagram, attributes)?;
        Some(request)
    }

    /// Walks the attributes. `None` for a FINGERPRINT that is wrong, or not the last.
    fn read(&mut self, datagram: &'a [u8], mut rest: &'a [u8]) -> Option<()> {
        while let Some((&[k0, k1, l0, l1], after)) = rest.split_first_chunk::<4>() {
            let (kind, length) = (u16::from_be_bytes([k0, k1]), usize::from(u16::from_be_bytes([l0, l1])));
            let Some((padded, next)) = after.split_at_checked(length.next_multiple_of(4)) else {
                self.malformed = true;
                return Some(());
            };
            let value = padded.get(..length)?;
            let offset = datagram.len() - rest.len();
            if kind == kind::FINGERPRINT && !self.classic {
                let right = fingerprint(datagram.get(..offset)?).to_be_bytes() == value;
                self.fingerprint = right && next.is_empty();
                return self.fingerprint.then_some(());
            }
            self.attribute(kind, value, offset);
            rest = next;
        }
        Some(())
    }

    fn attribute(&mut self, kind: u16, value: &'a [u8], offset: usize) {
        // What stands behind an HMAC is not protected by it, and does not count (RFC 8489 section 14.5).
        if self.integrity.is_some() && kind != kind::MESSAGE_INTEGRITY_SHA256 {
            return;
        }
        match kind {
            kind::USERNAME => _ = self.username.get_or_insert(value),
            kind::MESSAGE_INTEGRITY => self.integrity(Hash::Sha1, value, offset),
            kind::MESSAGE_INTEGRITY_SHA256 => self.integrity(Hash::Sha256, value, offset),
            kind::CHANGE_REQUEST => match *value {
                [_, _, _, flags] => _ = self.change.get_or_insert((flags & 4 != 0, flags & 2 != 0)),
                _ => self.malformed = true,
            },
            // RFC 5780 section 7.5 draws four bytes; some count two of them as padding.
            kind::RESPONSE_PORT => match *value {
                [p0, p1] | [p0, p1, _, _] if [p0, p1] != [0, 0] => {
                    self.response_port.get_or_insert(u16::from_be_bytes([p0, p1]));
                }
                _ => self.malformed = true,
            },
            // Known but unexpected in a request: ignored (RFC 8489 section 6.3).
            kind::MAPPED_ADDRESS
            | kind::ERROR_CODE
            | kind::UNKNOWN_ATTRIBUTES
            | kind::REALM
            | kind::NONCE
            | kind::PASSWORD_ALGORITHM
            | kind::USERHASH
            | kind::XOR_MAPPED_ADDRESS => {}
            // RESPONSE-ADDRESS and PADDING are refused here: the server would become a weapon.
            0..0x8000 => self.unknown.push(kind),
            _ => {}
        }
    }

    fn integrity(&mut self, kind: Hash, hmac: &'a [u8], covers: usize) {
        let sensible = match kind {
            Hash::Sha1 => hmac.len() == 20,
            Hash::Sha256 => (16..=32).contains(&hmac.len()) && hmac.len().is_multiple_of(4),
        };
        let counts = self.integrity.is_none_or(|earlier| earlier.kind == Hash::Sha1);
        if !sensible {
            self.malformed = true;
        } else if counts {
            self.integrity = Some(Integrity { kind, hmac, covers });
        }
    }

    pub(crate) fn answer_from(&self, arrived_at: Endpoint) -> Endpoint {
        let (ip, port) = self.change.unwrap_or_default();
        arrived_at.changed(ip, port)
    }

    pub(crate) fn answer_to(&self, from: SocketAddr) -> SocketAddr {
        SocketAddr::new(from.ip(), self.response_port.unwrap_or(from.port()))
    }
}

impl Integrity<'_> {
    /// Whether the HMAC is the one that the password gives.
    pub(crate) fn holds(&self, datagram: &[u8], password: &[u8]) -> bool {
        let Some(covered) = datagram.get(..self.covers) else { return false };
        match self.kind {
            Hash::Sha1 => same(self.hmac, &message_integrity(covered, password)),
            Hash::Sha256 => {
                let hmac = message_integrity_sha256(covered, password, self.hmac.len());
                same(self.hmac, hmac.get(..self.hmac.len()).unwrap_or_default())
            }
        }
    }
}

/// Takes the same time wherever the first difference is, so that nobody can find an HMAC byte by byte.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differs, (a, b)| differs | (a ^ b)) == 0
}

impl Unknown {
    /// So many make a 420 as long as a success response over IPv4.
    pub(crate) const LISTED: usize = 8;

    pub(crate) fn push(&mut self, kind: u16) {
        if !self.kinds().contains(&kind)
            && let Some(slot) = self.kinds.get_mut(self.len)
        {
            *slot = kind;
            self.len += 1;
        }
    }

    pub(crate) fn kinds(&self) -> &[u16] {
        self.kinds.get(..self.len).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }
}
